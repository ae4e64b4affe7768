#pragma once
#include <sys/uio.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "response.h"
#include "work.h"

namespace bench {

using Steady = std::chrono::steady_clock;

// What is expected of every answer, and how long to go on.
struct RunOptions {
  std::string address = "127.0.0.1";
  int port = 0;
  int connections = 1;
  double warm_up_s = 0;  // asked and answered like the rest, but not counted
  double seconds = 5;    // new requests are made for so long; those under way are waited for and counted
  std::uint64_t requests_max = UINT64_MAX;
  unsigned thorough_every = 64;        // of so many bodies one is compared whole, of the others only the tail
  std::int64_t entries_expected = -1;  // of a listing: keys and common prefixes
  std::vector<int> server_pids;        // whose CPU time is read at both ends of what is timed
};

struct RunResult {
  std::vector<std::uint32_t> latencies_us;
  std::uint64_t failed = 0;
  std::string first_failure;
  std::uint64_t body_bytes = 0;  // moved, in the direction of the operation
  std::uint64_t entries = 0;     // of listings
  double seconds = 0;
  double server_cpu_s = 0;
  double client_cpu_s = 0;
};

// One thread, `connections` kept-alive connections, one request under way on each, the next as soon as the answer is
// there. Every answer's status and length is checked.
//
// A connection that the server closes is a failure, and is opened again; after kFailuresMax the run ends.
class Client {
 public:
  Client(const RunOptions& options, Work& work);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  RunResult run();

 private:
  struct Connection;

  void open(Connection& connection);
  void start_next(Connection& connection);
  void send_more(Connection& connection);
  void receive(Connection& connection);
  void take_body(Connection& connection, std::string_view piece);
  void finish(Connection& connection);
  void fail(Connection& connection, std::string reason);
  std::string wrong_with(const Connection& connection) const;  // empty: the answer is right
  void begin_counting();
  bool over() const;

  const RunOptions options_;
  Work& work_;
  RunResult result_;
  std::vector<Connection> connections_;
  std::vector<char> buffer_;
  int epoll_ = -1;
  int busy_ = 0;               // connections with a request under way
  std::uint64_t started_ = 0;  // requests, of those that count
  bool counting_ = false;
  bool exhausted_ = false;
  Steady::time_point begin_, end_;
  double server_cpu_begin_s_ = 0, client_cpu_begin_s_ = 0;
};

}  // namespace bench
