#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/loop_executor.h"
#include "net/server.h"

// A running server for tests, clients that speak to it byte by byte, and a clock that only the test turns.
namespace skerry::net {

class FakeClock final : public Clock {
 public:
  Time now() const override { return Time{steady()}; }
  microseconds steady() const override { return microseconds(now_us_.load()); }
  void advance(microseconds by) { now_us_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_us_ = 1'700'000'000'000'000;
};

// A plain socket of a client that may send anything.
class RawClient {
 public:
  explicit RawClient(const Endpoint& endpoint);

  void send(std::string_view bytes);  // all of it
  void end_sending();
  void reset();  // goes away with a reset
  // Reads until `mark` has come (all of it is returned, what lies behind stays), the end (returned in any case), or
  // five seconds have gone, which fails the test.
  std::string read_until(std::string_view mark);
  std::string read_all();  // until the server ends the connection
  std::string read_exactly(std::size_t n);
  // One whole answer with Content-Length or in chunks, head and decoded body; empty at the end.
  struct Answer {
    int status = 0;
    std::string head;  // status line and fields
    std::string body;
  };
  Answer read_answer(bool head_request = false);
  bool at_end();  // the server has ended the connection, and nothing came before
  bool was_reset() const { return was_reset_; }
  int fd() const { return socket_.get(); }

 private:
  bool fill();  // false: the end

  Descriptor socket_;
  std::string pending_;
  bool was_reset_ = false;
};

// Answers by path what the test has taught it; "/echo" gives back the body, and trailers in the header x-trailers.
class Teachable final : public Handler {
 public:
  using Answer = std::function<Task<Response>(Request&)>;
  void on(std::string path, Answer answer) { answers_[std::move(path)] = std::move(answer); }
  Task<Response> handle(Request& request) override;
  Response greet() override;

  std::atomic<int> calls = 0;

 private:
  std::map<std::string, Answer, std::less<>> answers_;  // constant once the server runs
};

class ServerTest : public ::testing::Test {
 protected:
  // Teach and set limits first.
  void start(std::size_t threads = 1);
  RawClient connect() { return RawClient(endpoint_); }
  // Turns the clock and lets the server see it.
  void advance(microseconds by);
  // Runs on this thread until `task` has ended.
  void run(Task<> task) { loop_.run(std::move(task)); }
  // Waits for what the server does on its own threads; five seconds at most.
  bool eventually(const std::function<bool()>& condition);

  FakeClock clock_;
  Limits limits_;
  Teachable handler_;
  Endpoint endpoint_{"127.0.0.1", 0, false};
  TlsContext* tls_ = nullptr;
  std::unique_ptr<Server> server_;
  LoopExecutor loop_;
};

std::string get(std::string_view path, std::string_view fields = "");

}  // namespace skerry::net
