// Listening, sharing connections among reactors, and ending well.
#include "net/server.h"

#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>
#include <set>
#include <thread>

#include "net/server_fixture.h"

namespace skerry::net {
namespace {

using ServerLife = ServerTest;

// A handler's lever: holds requests until the test lets them go.
class Held {
 public:
  Teachable::Answer answer() {
    return [this](Request&) -> Task<Response> {
      ++waiting_;
      auto go = co_await suspend<bool>([this](auto done) {
        std::lock_guard lock(mutex_);
        done_.push_back(std::move(done));
      });
      Response response;
      response.body = go ? "let go" : "";
      co_return response;
    };
  }
  int waiting() const { return waiting_; }
  void let_go() {
    std::lock_guard lock(mutex_);
    for (auto& done : done_) done(true);
    done_.clear();
  }

 private:
  std::atomic<int> waiting_ = 0;
  std::mutex mutex_;
  std::vector<std::move_only_function<void(bool)>> done_;
};

class TempDir {
 public:
  TempDir() {
    char pattern[] = "/tmp/skerry-net-XXXXXX";
    path_ = ::mkdtemp(pattern);
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

TEST(Endpoint, ParsesAndPrints) {
  for (const char* text : {"127.0.0.1:4566", "[::1]:80", "0.0.0.0:0", "unix:/run/skerry.sock"}) {
    auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
  EXPECT_EQ(Endpoint::parse("localhost:1")->text(), "127.0.0.1:1");
  for (const char* text : {"", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:65536", "127.0.0.1:8x", "::1:80",
                           "[127.0.0.1]:80", "[::1]", "example.com:80", "unix:", "127.0.0.1:-1"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

TEST_F(ServerLife, ASecondServerOnThePortFails) {
  start();
  Server second({}, clock_);
  auto bound = second.listen({endpoint_, &handler_, nullptr});
  ASSERT_FALSE(bound);
  EXPECT_TRUE(bound.error().in_use);
  RawClient client = connect();
  client.send(get("/a"));
  EXPECT_EQ(client.read_answer().status, 200);
}

TEST_F(ServerLife, ThePortIsFreeAgainAtOnce) {
  start();
  {
    RawClient client = connect();
    client.send(get("/a"));
    EXPECT_EQ(client.read_answer().status, 200);
  }
  server_.reset();
  start();  // on the same port, past connections in TIME_WAIT
  RawClient client = connect();
  client.send(get("/a"));
  EXPECT_EQ(client.read_answer().status, 200);
}

TEST_F(ServerLife, ListensOnSeveralEndpointsWithHandlersOfTheirOwn) {
  TempDir dir;
  Teachable admin;
  admin.on("/a", [](Request& request) -> Task<Response> {
    Response response;
    response.body = "admin " + request.peer.address;
    co_return response;
  });
  Server server({}, clock_);
  auto api = server.listen({{"127.0.0.1", 0, false}, &handler_, nullptr});
  Endpoint path{dir / "admin.sock", 0, true};
  auto local = server.listen({path, &admin, nullptr});
  ASSERT_TRUE(api && local);
  struct stat status{};
  ASSERT_EQ(::stat(path.address.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  {
    Server second({}, clock_);
    auto taken = second.listen({path, &admin, nullptr});
    ASSERT_FALSE(taken);
    EXPECT_TRUE(taken.error().in_use);
  }
  server.start();
  RawClient client(*api), administrator(path);
  client.send(get("/a"));
  administrator.send(get("/a"));
  EXPECT_EQ(client.read_answer().body, "you asked for /a");
  EXPECT_EQ(administrator.read_answer().body, "admin unix");
  run(server.drain(seconds(1)));
  EXPECT_FALSE(std::filesystem::exists(path.address));
}

TEST_F(ServerLife, SocketsMayLieDeeperThanTheirAddressesReach) {
  TempDir dir;
  std::string deep = dir / std::string(150, 'd');
  ASSERT_EQ(::mkdir(deep.c_str(), 0700), 0);
  Endpoint path{deep + "/admin.sock", 0, true};
  auto call = [&path] {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto address = UnixAddress::of(path.address);
    return address && ::connect(socket.get(), address->any(), sizeof address->address) == 0;
  };
  for (int life = 0; life < 2; ++life) {
    Server server({}, clock_);
    ASSERT_TRUE(server.listen({path, &handler_, nullptr}));
    EXPECT_TRUE(call());
    Server second({}, clock_);
    EXPECT_FALSE(second.listen({path, &handler_, nullptr}));
    server.start();
    EXPECT_TRUE(call());
    run(server.drain(seconds(1)));
    EXPECT_FALSE(call());
  }
  struct stat status{};
  EXPECT_NE(::stat(path.address.c_str(), &status), 0);
  EXPECT_FALSE(UnixAddress::of(dir / ("none/" + std::string(150, 'x'))));
  EXPECT_FALSE(UnixAddress::of(deep + "/" + std::string(150, 'x')));
  EXPECT_FALSE(UnixAddress::of(""));
}

TEST_F(ServerLife, ReplacesTheSocketOfADeadServerAndNothingElse) {
  TempDir dir;
  Endpoint path{dir / "s", 0, true};
  {
    auto dead = listen_on(path);  // closed without being removed, as by kill -9
    ASSERT_TRUE(dead);
  }
  EXPECT_TRUE(std::filesystem::exists(path.address));
  EXPECT_TRUE(listen_on(path));
  Endpoint file{dir / "file", 0, true};
  {
    std::FILE* made = std::fopen(file.address.c_str(), "w");
    std::fclose(made);
  }
  EXPECT_FALSE(listen_on(file));
  EXPECT_TRUE(std::filesystem::exists(file.address));
}

TEST_F(ServerLife, SharesConnectionsEvenly) {
  std::mutex mutex;
  std::map<Executor*, int> seen;
  handler_.on("/who", [&](Request&) -> Task<Response> {
    std::lock_guard lock(mutex);
    ++seen[&Executor::current()];
    co_return Response{};
  });
  start(3);
  std::vector<RawClient> clients;
  for (int i = 0; i < 9; ++i) clients.push_back(connect());
  for (RawClient& client : clients) client.send(get("/who"));
  for (RawClient& client : clients) EXPECT_EQ(client.read_answer().status, 200);
  ASSERT_EQ(seen.size(), 3u);
  for (const auto& [executor, count] : seen) EXPECT_EQ(count, 3);
}

TEST_F(ServerLife, DrainEndsIdleConnectionsAndLetsRequestsFinish) {
  Held held;
  handler_.on("/held", held.answer());
  start(2);
  RawClient idle = connect(), silent = connect(), busy = connect(), uploading = connect();
  idle.send(get("/a"));
  EXPECT_EQ(idle.read_answer().status, 200);
  busy.send(get("/held") + get("/a"));
  uploading.send("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
  ASSERT_TRUE(eventually([&] { return held.waiting() == 1 && handler_.calls == 3; }));

  std::atomic<bool> drained = false;
  std::thread drainer([&] {
    run(server_->drain(seconds(3600)));
    drained = true;
  });
  EXPECT_TRUE(idle.at_end());
  EXPECT_TRUE(silent.at_end());
  EXPECT_FALSE(drained);
  uploading.send("cd");
  auto answer = uploading.read_answer();
  EXPECT_EQ(answer.body, "abcd");
  EXPECT_NE(answer.head.find("connection: close\r\n"), answer.head.npos);
  held.let_go();
  answer = busy.read_answer();
  EXPECT_EQ(answer.body, "let go");
  EXPECT_NE(answer.head.find("connection: close\r\n"), answer.head.npos);
  for (RawClient* client : {&idle, &silent, &busy, &uploading}) client->end_sending();
  EXPECT_TRUE(busy.at_end());
  EXPECT_FALSE(busy.was_reset());
  drainer.join();
  EXPECT_EQ(server_->counters().open, 0u);
  EXPECT_EQ(handler_.calls, 3);  // the request behind the last one was not begun
}

TEST_F(ServerLife, DrainCutsAtItsDeadline) {
  start();
  RawClient uploading = connect();
  uploading.send("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
  ASSERT_TRUE(eventually([&] { return handler_.calls == 1; }));
  std::thread drainer([&] { run(server_->drain(seconds(5))); });
  ASSERT_TRUE(eventually([&] { return server_->counters().open == 1; }));
  // The timer runs from when the reactor has heard of it.
  ASSERT_TRUE(eventually([&] {
    advance(seconds(6));
    return server_->counters().open == 0;
  }));
  drainer.join();
  uploading.read_all();
}

TEST_F(ServerLife, DrainWaitsForWorkThatOutlivesItsAnswer) {
  std::atomic<bool> go = false, ended = false;
  handler_.on("/starts", [&](Request& request) -> Task<Response> {
    auto work = [](std::atomic<bool>& may_end, std::atomic<bool>& has_ended) -> Task<> {
      while (!may_end) co_await yield();
      has_ended = true;
    };
    EXPECT_TRUE(request.tasks->spawn(work(go, ended)));
    co_return Response{};
  });
  start();
  RawClient client = connect();
  client.send(get("/starts"));
  EXPECT_EQ(client.read_answer().status, 200);
  std::atomic<bool> drained = false;
  std::thread drainer([&] {
    run(server_->drain(seconds(3600)));
    drained = true;
  });
  EXPECT_TRUE(client.at_end());
  client.end_sending();
  ASSERT_TRUE(eventually([&] { return server_->counters().open == 0; }));
  EXPECT_FALSE(drained);
  go = true;
  drainer.join();
  EXPECT_TRUE(ended);
}

TEST_F(ServerLife, DestructionWaitsForHandlersAndLeaksNothing) {
  Held held;
  handler_.on("/held", held.answer());
  start(2);
  RawClient busy = connect(), uploading = connect();
  busy.send(get("/held"));
  uploading.send("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
  ASSERT_TRUE(eventually([&] { return held.waiting() == 1 && handler_.calls == 2; }));
  std::thread destroyer([&] { server_.reset(); });
  uploading.read_all();
  held.let_go();
  destroyer.join();
  EXPECT_EQ(busy.read_all(), "");
}

TEST_F(ServerLife, MayEndWithoutHavingStarted) {
  Server server({}, clock_);
  EXPECT_TRUE(server.listen({{"127.0.0.1", 0, false}, &handler_, nullptr}));
}

TEST_F(ServerLife, WorkPostedFromOtherThreadsWakesAReactor) {
  start();
  std::atomic<int> ran = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) server_->reactor(0).post([&] { ++ran; });
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(eventually([&] { return ran == 40'000; }));
}

}  // namespace
}  // namespace skerry::net
