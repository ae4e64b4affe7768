// HTTP/1 over real sockets: framing, order, and what each side may expect of the other.
#include "net/server_fixture.h"

namespace skerry::net {
namespace {

// Gives prepared pieces, then its end or an error.
class Pieces final : public ByteSource {
 public:
  explicit Pieces(std::vector<std::string> pieces, std::optional<std::uint64_t> size = {}, bool fails = false)
      : pieces_(std::move(pieces)), size_(size), fails_(fails) {}
  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override {
    if (next_ == pieces_.size()) {
      if (fails_) co_return std::unexpected(ReadError{ReadErrc::Corrupt, "flipped"});
      co_return 0;
    }
    std::string& piece = pieces_[next_];
    std::size_t take = std::min(into.size(), piece.size());
    std::copy_n(piece.data(), take, into.data());
    piece.erase(0, take);
    if (piece.empty()) ++next_;
    co_return take;
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  std::vector<std::string> pieces_;
  std::optional<std::uint64_t> size_;
  bool fails_;
  std::size_t next_ = 0;
};

using Http1 = ServerTest;

Teachable::Answer answering(std::vector<std::string> pieces, std::optional<std::uint64_t> size = {},
                            bool fails = false) {
  return [=](Request&) -> Task<Response> {
    Response response;
    response.body = std::make_unique<Pieces>(pieces, size, fails);
    co_return response;
  };
}

TEST_F(Http1, AnswersAndKeepsTheConnection) {
  start();
  RawClient client = connect();
  for (int i = 0; i < 3; ++i) {
    client.send(get("/a?b"));
    auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "you asked for /a?b");
    EXPECT_EQ(answer.head.find("connection:"), answer.head.npos);
    EXPECT_NE(answer.head.find("\r\ndate: "), answer.head.npos);
  }
  Counters counters = server_->counters();
  EXPECT_EQ(counters.requests, 3u);
  EXPECT_EQ(counters.accepted, 1u);
  EXPECT_EQ(counters.open, 1u);
  EXPECT_EQ(counters.bytes_in, 3 * get("/a?b").size());
}

TEST_F(Http1, TakesAHeadByteByByte) {
  start();
  RawClient client = connect();
  for (char c : get("/slow")) client.send({&c, 1});
  EXPECT_EQ(client.read_answer().body, "you asked for /slow");
}

TEST_F(Http1, AnswersPipelinedRequestsInOrder) {
  start();
  RawClient client = connect();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    all += get("/" + std::to_string(i));
    all += "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
    all += "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n";
    all += "PUT /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nGET ";
  }
  client.send(all);
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(client.read_answer().body, "you asked for /" + std::to_string(i));
    ASSERT_EQ(client.read_answer().body, "abc");
    auto chunked = client.read_answer();
    ASSERT_EQ(chunked.body, "de");
    ASSERT_NE(chunked.head.find("x-trailers: t=1;"), chunked.head.npos);
    ASSERT_EQ(client.read_answer().body, "you asked for /unread");
  }
  EXPECT_EQ(handler_.calls, 800);
}

TEST_F(Http1, KeepsTrailersApartFromHeaders) {
  start();
  RawClient client = connect();
  client.send(
      "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Amz-Acl: "
      "public-read\r\n\r\n");
  auto answer = client.read_answer();
  EXPECT_EQ(answer.body, "hello");
  EXPECT_NE(answer.head.find("x-trailers: x-amz-acl=public-read;"), answer.head.npos);
  EXPECT_NE(answer.head.find("x-fields: 2\r\n"), answer.head.npos);
}

TEST_F(Http1, MovesLargeBodiesBothWays) {
  start();
  std::string body(5'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7 >> 5);
  RawClient client = connect();
  client.send(fmt::format("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", body.size()));
  client.send(body);
  EXPECT_TRUE(client.read_answer().body == body);
  std::string chunked = "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0, size = 1; at < body.size(); at += size, size = size * 3 % 100'003 + 1) {
    std::string chunk = body.substr(at, size);
    chunked += fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
    size = chunk.size();
  }
  client.send(chunked + "0\r\n\r\n");
  EXPECT_TRUE(client.read_answer().body == body);
}

TEST_F(Http1, SaysContinueWhenTheBodyIsReadAndNotBefore) {
  handler_.on("/denied", [](Request&) -> Task<Response> {
    Response response;
    response.status = 403;
    co_return response;
  });
  start();
  RawClient client = connect();
  client.send("PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_EQ(client.read_answer().body, "hi");

  client.send("PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.read_answer().body, "");

  // Refused by its head: no 100, and as nobody knows whether the body comes, the connection ends. With an empty body
  // too: botocore would take the next answer's status for this one's.
  for (const char* length : {"2", "0"}) {
    RawClient refused = connect();
    refused.send(
        fmt::format("PUT /denied HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n", length));
    auto answer = refused.read_answer();
    EXPECT_EQ(answer.status, 403);
    EXPECT_NE(answer.head.find("connection: close"), answer.head.npos) << length;
    EXPECT_TRUE(refused.at_end());
    EXPECT_FALSE(refused.was_reset());
  }
}

TEST_F(Http1, DoesNotSayContinueToWhomHasNotWaited) {
  start();
  RawClient client = connect();
  client.send("PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(client.read_answer().status, 200);
}

TEST_F(Http1, ReadsALittleOfAnUnwantedBodyAndEndsOverALot) {
  limits_.drain_bytes = 1000;
  start();
  RawClient client = connect();
  client.send("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 200);  // before the body was sent
  client.send(std::string(1000, 'x') + get("/y"));
  EXPECT_EQ(client.read_answer().body, "you asked for /y");

  client.send("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n");
  client.send(std::string(8'000'000, 'x'));
  auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.head.find("connection: close"), answer.head.npos);
  client.end_sending();
  EXPECT_TRUE(client.at_end());
  EXPECT_FALSE(client.was_reset());
}

TEST_F(Http1, NeverTakesABodyForARequest) {
  start();
  std::string smuggled = get("/secret");
  for (std::string head :
       {"PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
        "PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "PUT /x HTTP/1.1\r\nHost: h\r\nX: y\r\n Transfer-Encoding: chunked\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: h\n\n"}) {
    RawClient client = connect();
    client.send(head + smuggled);
    std::string all = client.read_all();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 400 ")) << all;
    EXPECT_EQ(all.find("HTTP/1.1", 1), all.npos) << all;
    EXPECT_EQ(all.find("secret"), all.npos);
  }
  EXPECT_EQ(handler_.calls, 0);
  EXPECT_EQ(server_->counters().bad_requests, 5u);
}

TEST_F(Http1, GivesTheHandlerABrokenBodyAsAnErrorAndEnds) {
  start();
  for (std::string body : {"5\r\nhelloX\r\n0\r\n\r\n", "zz\r\n", "5\nhello", "0\r\nbad\r\n\r\n"}) {
    RawClient client = connect();
    client.send("PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + body + get("/secret"));
    auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_NE(answer.head.find("connection: close"), answer.head.npos);
    client.end_sending();
    EXPECT_TRUE(client.at_end());
  }
  EXPECT_EQ(handler_.calls, 4);
}

TEST_F(Http1, AnswersWhatItRefusesWithItsStatus) {
  limits_.header_bytes = 1000;
  limits_.target_bytes = 500;
  start();
  struct Case {
    std::string head;
    int status;
  };
  for (const Case& each : std::vector<Case>{{"GET / HTTP/3.0\r\nHost: h\r\n\r\n", 505},
                                            {"GET /" + std::string(600, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414},
                                            {get("/", "X: " + std::string(1000, 'a') + "\r\n"), 431},
                                            {get("/", "Expect: tea\r\n"), 417},
                                            {get("/", "Transfer-Encoding: gzip\r\n"), 501},
                                            {"\x16\x03\x01\x02", 0},
                                            {"GET / HTTP/1.1\r\n\r\n", 400}}) {
    RawClient client = connect();
    client.send(each.head);
    client.end_sending();
    auto answer = client.read_answer();
    EXPECT_EQ(answer.status, each.status) << each.head;
    EXPECT_TRUE(client.at_end());
    EXPECT_FALSE(client.was_reset());
  }
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(Http1, SkipsOneLineEndBeforeARequest) {
  start();
  RawClient client = connect();
  client.send("\r\n" + get("/a"));
  EXPECT_EQ(client.read_answer().status, 200);
  client.send("\r");
  client.send("\n" + get("/a"));
  EXPECT_EQ(client.read_answer().status, 200);
  client.send("\r\n\r\n" + get("/a"));
  EXPECT_EQ(client.read_answer().status, 400);
}

TEST_F(Http1, AnswersOptionsOfTheServerItself) {
  start();
  RawClient client = connect();
  client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n" + get("/a"));
  auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.head.find("x-greeting: hello\r\n"), answer.head.npos) << "the handler's words";
  EXPECT_EQ(client.read_answer().body, "you asked for /a");
  EXPECT_EQ(handler_.calls, 1);
}

TEST_F(Http1, SendsNoBodyWhereNoneBelongs) {
  for (int status : {204, 304}) {
    handler_.on("/" + std::to_string(status), [status](Request&) -> Task<Response> {
      Response response;
      response.status = status;
      response.body = "not for you";
      co_return response;
    });
  }
  handler_.on("/head", [](Request&) -> Task<Response> {
    Response response;
    response.announced_length = 1'000'000;
    co_return response;
  });
  start();
  RawClient client = connect();
  client.send(get("/204") + get("/304") +
              "HEAD /head HTTP/1.1\r\nHost: h\r\n\r\nHEAD /other HTTP/1.1\r\nHost: h\r\n\r\n" + get("/a"));
  auto answer = client.read_answer(true);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.head.find("content-length"), answer.head.npos);
  answer = client.read_answer(true);
  EXPECT_EQ(answer.status, 304);
  EXPECT_EQ(answer.head.find("content-length"), answer.head.npos);
  EXPECT_NE(client.read_answer(true).head.find("content-length: 1000000\r\n"), std::string::npos);
  EXPECT_NE(client.read_answer(true).head.find("content-length: 20\r\n"), std::string::npos);
  EXPECT_EQ(client.read_answer().body, "you asked for /a");
}

TEST_F(Http1, StreamsSourcesOfKnownAndUnknownSize) {
  std::string large(700'000, 'l');
  handler_.on("/sized", answering({large, "end"}, 700'003));
  handler_.on("/small", answering({"ab", "cd"}, 4));
  handler_.on("/unsized", answering({"first", large, "last"}));
  handler_.on("/empty", answering({}, 0));
  start();
  RawClient client = connect();
  client.send(get("/sized") + get("/small") + get("/unsized") + get("/empty"));
  EXPECT_TRUE(client.read_answer().body == large + "end");
  EXPECT_EQ(client.read_answer().body, "abcd");
  auto unsized = client.read_answer();
  EXPECT_TRUE(unsized.body == "first" + large + "last");
  EXPECT_NE(unsized.head.find("transfer-encoding: chunked"), unsized.head.npos);
  EXPECT_EQ(unsized.head.find("content-length"), unsized.head.npos);
  EXPECT_EQ(client.read_answer().status, 200);
}

TEST_F(Http1, EndsAbnormallyWhenASourceDoesNotKeepItsWord) {
  std::string large(700'000, 'l');
  handler_.on("/fails", answering({large}, 800'000, true));
  handler_.on("/fails-unsized", answering({large}, {}, true));
  handler_.on("/less", answering({large}, 800'000));
  handler_.on("/more", answering({large}, 600'000));
  handler_.on("/small-less", answering({"ab"}, 3));
  handler_.on("/small-more", answering({"abcd"}, 3));
  start();
  int ended = 0;
  for (const char* path : {"/fails", "/fails-unsized", "/less", "/more", "/small-less", "/small-more"}) {
    RawClient client = connect();
    client.send(get(path));
    std::string all = client.read_all();
    EXPECT_TRUE(client.was_reset()) << path;
    EXPECT_LT(all.size(), 700'300u) << path;
    EXPECT_FALSE(all.ends_with("0\r\n\r\n")) << path;
    EXPECT_TRUE(eventually([&] { return server_->counters().aborted == static_cast<std::uint64_t>(ended + 1); }));
    ++ended;
  }
}

TEST_F(Http1, EndsAbnormallyWhenASourceThrows) {
  class Throwing final : public ByteSource {
   public:
    Task<std::expected<std::size_t, ReadError>> read(std::span<char>) override {
      throw std::runtime_error("deep");
      co_return 0;
    }
    std::optional<std::uint64_t> size() const override { return 100; }
  };
  handler_.on("/throws", [](Request&) -> Task<Response> {
    Response response;
    response.body = std::make_unique<Throwing>();
    co_return response;
  });
  start();
  RawClient client = connect();
  client.send(get("/throws"));
  EXPECT_EQ(client.read_all(), "");
  EXPECT_TRUE(client.was_reset());
  RawClient other = connect();
  other.send(get("/a"));
  EXPECT_EQ(other.read_answer().status, 200);
}

TEST_F(Http1, SpeaksToHttp10) {
  handler_.on("/unsized", answering({"some", "thing"}));
  start();
  RawClient staying = connect();
  staying.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(staying.read_answer().head.find("connection: keep-alive"), std::string::npos);
  staying.send("GET /unsized HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  std::string all = staying.read_all();
  EXPECT_TRUE(all.ends_with("connection: close\r\n\r\nsomething")) << all;
  EXPECT_EQ(all.find("chunked"), all.npos);
  RawClient leaving = connect();
  leaving.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(leaving.read_all().ends_with("you asked for /a"));
}

TEST_F(Http1, ClosesWhenAsked) {
  handler_.on("/close", [](Request&) -> Task<Response> {
    Response response;
    response.headers.add("Connection", "close");
    co_return response;
  });
  start();
  RawClient client = connect();
  client.send(get("/a", "Connection: close\r\n"));
  std::string all = client.read_all();
  EXPECT_NE(all.find("connection: close\r\n"), all.npos);
  RawClient other = connect();
  other.send(get("/close"));
  all = other.read_until("\r\n\r\n");
  EXPECT_NE(all.find("connection: close\r\n"), all.npos);
  EXPECT_EQ(all.find("Connection"), all.npos);
}

TEST_F(Http1, LetsNoHandlerBreakItsOwnHead) {
  handler_.on("/split", [](Request&) -> Task<Response> {
    Response response;
    response.headers.add("x-echo", "a\r\nx-injected: 1\r\n\r\nbody");
    response.headers.add("x bad", "1");
    response.headers.add("content-length", "99");
    response.headers.add("transfer-encoding", "chunked");
    response.body = "ok";
    co_return response;
  });
  start();
  RawClient client = connect();
  client.send(get("/split") + get("/a"));
  auto answer = client.read_answer();
  EXPECT_EQ(answer.body, "ok");
  EXPECT_NE(answer.head.find("x-echo: a  x-injected: 1    body\r\n"), answer.head.npos);
  EXPECT_EQ(answer.head.find("x bad"), answer.head.npos);
  EXPECT_EQ(answer.head.find("99"), answer.head.npos);
  EXPECT_EQ(answer.head.find("chunked"), answer.head.npos);
  EXPECT_EQ(client.read_answer().body, "you asked for /a");
}

TEST_F(Http1, TurnsAnExceptionIntoABare500) {
  handler_.on("/throws", [](Request&) -> Task<Response> {
    throw std::runtime_error("secret");
    co_return Response{};
  });
  start();
  RawClient client = connect();
  client.send(get("/throws") + get("/a"));
  auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), answer.body.npos);
  EXPECT_EQ(client.read_answer().body, "you asked for /a");
}

TEST_F(Http1, TellsTheHandlerThatItsClientWentAway) {
  std::atomic<int> disconnected = 0;
  handler_.on("/upload", [&](Request& request) -> Task<Response> {
    auto body = co_await read_all(*request.body, 1000);
    if (!body && body.error().errc == ReadErrc::Disconnected) ++disconnected;
    auto again = co_await read_all(*request.body, 1000);
    if (!again && again.error().errc == ReadErrc::Disconnected) ++disconnected;
    co_return Response{};
  });
  start();
  for (bool abruptly : {true, false}) {
    RawClient client = connect();
    client.send("PUT /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
    ASSERT_TRUE(eventually([&] { return server_->counters().bytes_in > 0; }));
    abruptly ? client.reset() : client.end_sending();
    ASSERT_TRUE(eventually([&] { return disconnected == (abruptly ? 2 : 4); }));
  }
  EXPECT_TRUE(eventually([&] { return server_->counters().open == 0; }));
}

TEST_F(Http1, AnswersAClientThatHasEndedItsSide) {
  start();
  RawClient client = connect();
  client.send(get("/a") + get("/b"));
  client.end_sending();
  EXPECT_EQ(client.read_answer().body, "you asked for /a");
  EXPECT_EQ(client.read_answer().body, "you asked for /b");
  EXPECT_TRUE(client.at_end());
}

TEST_F(Http1, DeclinesHttp2InItsOwnWords) {
  start();
  RawClient client = connect();
  client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  client.end_sending();
  std::string frames = client.read_all();
  ASSERT_EQ(frames.size(), 26u);
  EXPECT_EQ(frames[3], 4);    // SETTINGS
  EXPECT_EQ(frames[12], 7);   // GOAWAY
  EXPECT_EQ(frames[25], 13);  // HTTP_1_1_REQUIRED
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(Http1, TellsWhoTheClientIs) {
  handler_.on("/peer", [](Request& request) -> Task<Response> {
    Response response;
    response.body = fmt::format("{} {} {}", request.peer.address, request.peer.port > 0, request.peer.secure);
    co_return response;
  });
  start();
  RawClient client = connect();
  client.send(get("/peer"));
  EXPECT_EQ(client.read_answer().body, "127.0.0.1 true false");
}

}  // namespace
}  // namespace skerry::net
