// Slow, silent and too many clients, under a clock that only the test turns.
#include <sys/socket.h>

#include "net/server_fixture.h"

namespace skerry::net {
namespace {

class Limited : public ServerTest {
 protected:
  // Sends, and returns when the server has it all.
  void deliver(RawClient& client, std::string_view bytes) {
    client.send(bytes);
    delivered_ += bytes.size();
    ASSERT_TRUE(eventually([&] { return server_->counters().bytes_in == delivered_; }));
  }
  std::uint64_t delivered_ = 0;
};

TEST_F(Limited, HeadersThatDripAreAnswered408) {
  start();
  RawClient client = connect();
  std::string head = get("/a");
  deliver(client, head.substr(0, 10));
  advance(limits_.header_time - seconds(1));
  deliver(client, head.substr(10, 1));  // another byte does not buy more time
  advance(seconds(2));
  EXPECT_EQ(client.read_answer().status, 408);
  client.end_sending();
  EXPECT_TRUE(client.at_end());
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(server_->counters().timeouts, 1u);
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(Limited, LongHeadsShareWhatTheyTake) {
  limits_.long_heads_bytes = 50 * 1024;  // two of 24 KiB past the usual 8
  start();
  std::string head = get("/a", "X: " + std::string(20'000, 'x') + "\r\n");
  std::string begun = head.substr(0, 18'000);
  RawClient first = connect(), second = connect();
  deliver(first, begun);
  deliver(second, begun);
  RawClient third = connect();
  third.send(begun);
  EXPECT_EQ(third.read_answer().status, 503);
  third.end_sending();
  EXPECT_TRUE(third.at_end());
  RawClient usual = connect();
  usual.send(get("/b"));
  EXPECT_EQ(usual.read_answer().body, "you asked for /b") << "who is brief is not kept out";
  first.send(head.substr(18'000));
  EXPECT_EQ(first.read_answer().body, "you asked for /a");
  RawClient fourth = connect();
  fourth.send(head);
  EXPECT_EQ(fourth.read_answer().body, "you asked for /a") << "what is given back can be taken again";
  second.end_sending();
  EXPECT_TRUE(second.at_end());
  for (int i = 0; i < 10; ++i) {
    fourth.send(head);
    EXPECT_EQ(fourth.read_answer().body, "you asked for /a");
  }
}

TEST_F(Limited, IdleConnectionsEndSilently) {
  start();
  RawClient client = connect();
  deliver(client, get("/a"));
  EXPECT_EQ(client.read_answer().status, 200);
  advance(limits_.header_time + seconds(1));  // no request has begun: the time for headers does not run
  deliver(client, get("/b"));
  EXPECT_EQ(client.read_answer().status, 200);
  advance(limits_.idle_time + seconds(1));
  EXPECT_TRUE(client.at_end());
  EXPECT_FALSE(client.was_reset());
}

TEST_F(Limited, BodiesOfChunksEndAtTheLimitToo) {
  limits_.body_bytes = 10;
  start();
  std::string head = "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
  RawClient within = connect();
  within.send(head + "5\r\nhello\r\n0\r\n\r\n");
  EXPECT_EQ(within.read_answer().body, "hellohello");
  RawClient past = connect();
  past.send(head + "6\r\n");
  auto answer = past.read_answer();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "body too long");
  past.end_sending();
  EXPECT_TRUE(past.at_end());
}

TEST_F(Limited, BodiesThatStopAreDisconnected) {
  start();
  RawClient client = connect();
  deliver(client, "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
  advance(limits_.body_idle_time + seconds(1));
  auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "sent its body too slowly");
  client.end_sending();
  EXPECT_TRUE(client.at_end());
}

TEST_F(Limited, BodiesThatDripAreDisconnectedOverAll) {
  limits_.body_grace_time = seconds(60);
  limits_.rate_min = 1;  // a byte buys a second
  start();
  RawClient client = connect();
  deliver(client, "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n");
  int bytes = 0;
  for (; bytes < 20 && server_->counters().timeouts == 0; ++bytes) {
    advance(seconds(11));
    ASSERT_TRUE(eventually([&] { return server_->reactor(0).now() == clock_.steady(); }));
    client.send("x");
    ASSERT_TRUE(
        eventually([&] { return server_->counters().bytes_in == delivered_ + 1 || server_->counters().timeouts > 0; }));
    ++delivered_;
  }
  EXPECT_GE(bytes, 6);  // 60 s of grace and 1 s a byte, spent 11 s at a time
  EXPECT_LE(bytes, 8);
  EXPECT_EQ(client.read_answer().status, 400);
}

TEST_F(Limited, ClientsThatDoNotReadAreCut) {
  handler_.on("/large", [](Request&) -> Task<Response> {
    Response response;
    response.body = std::string(64 << 20, 'x');
    co_return response;
  });
  start();
  RawClient client = connect();
  deliver(client, get("/large"));
  std::uint64_t sent = 0;
  ASSERT_TRUE(eventually(
      [&] { return server_->counters().bytes_out > 0 && std::exchange(sent, server_->counters().bytes_out) == sent; }));
  advance(limits_.write_idle_time + seconds(1));
  ASSERT_TRUE(eventually([&] { return server_->counters().open == 0; }));
  EXPECT_EQ(server_->counters().aborted, 1u);
  EXPECT_LT(client.read_all().size(), 64u << 20);
  EXPECT_TRUE(client.was_reset());
}

TEST_F(Limited, ClientsThatReadByDripsAreCut) {
  constexpr std::size_t kBytes = 96 << 20;
  limits_.rate_min = kBytes / 100;  // a hundred seconds for all of it, and write_idle_time
  handler_.on("/large", [](Request&) -> Task<Response> {
    Response response;
    response.body = std::string(kBytes, 'x');
    co_return response;
  });
  start();
  RawClient client = connect();
  deliver(client, get("/large"));
  std::uint64_t sent = 0;
  ASSERT_TRUE(eventually([&] { return (sent = server_->counters().bytes_out) > 0; }));
  std::size_t taken = 0;
  int steps = 0;
  for (; steps < 20 && server_->counters().open > 0; ++steps) {
    taken += client.read_exactly(8 << 20).size();  // enough for the kernel to let more come
    // What was made room for is sent, which renews the time for the next step.
    ASSERT_TRUE(eventually([&] { return server_->counters().open == 0 || server_->counters().bytes_out > sent; }));
    sent = server_->counters().bytes_out;
    advance(limits_.write_idle_time - seconds(1));
    ASSERT_TRUE(eventually([&] { return server_->reactor(0).now() == clock_.steady(); }));
  }
  EXPECT_GE(steps, 4);
  EXPECT_LE(steps, 6);
  ASSERT_TRUE(eventually([&] { return server_->counters().open == 0; }));
  EXPECT_EQ(server_->counters().aborted, 1u);
  EXPECT_LT(taken + client.read_all().size(), kBytes);
}

TEST_F(Limited, ClientsPastTheLimitAreTold503) {
  limits_.connections = 2;
  start();
  {
    RawClient first = connect(), second = connect();
    first.send(get("/a"));
    EXPECT_EQ(first.read_answer().status, 200);
    second.send(get("/a"));
    EXPECT_EQ(second.read_answer().status, 200);
    RawClient third = connect();
    third.send(get("/a"));
    auto answer = third.read_answer();
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.head.find("retry-after: 1\r\n"), answer.head.npos);
    EXPECT_NE(answer.head.find("connection: close\r\n"), answer.head.npos);
    third.end_sending();
    EXPECT_TRUE(third.at_end());
    EXPECT_FALSE(third.was_reset());
    EXPECT_EQ(server_->counters().refused, 1u);
    EXPECT_EQ(handler_.calls, 2);
    first.send(get("/b"));
    EXPECT_EQ(first.read_answer().status, 200);
  }
  ASSERT_TRUE(eventually([&] { return server_->counters().open == 0; }));
  RawClient again = connect();
  again.send(get("/a"));
  EXPECT_EQ(again.read_answer().status, 200);
}

TEST_F(Limited, RefusalsAreLimitedToo) {
  limits_.connections = 0;
  limits_.refusals = 1;
  start();
  RawClient told = connect();
  EXPECT_EQ(told.read_answer().status, 503);  // and lingers, as it has not ended its side
  RawClient cut = connect();
  EXPECT_EQ(cut.read_all(), "");
  EXPECT_EQ(server_->counters().refused, 2u);
  advance(limits_.linger_time + seconds(1));
  EXPECT_TRUE(told.at_end());
}

}  // namespace
}  // namespace skerry::net
