#pragma once
#include <atomic>
#include <cstdint>

namespace skerry::net {

// What a server has done since it was made; all but `open` only grow.
struct Counters {
  std::uint64_t accepted = 0;      // connections, the refused ones included
  std::uint64_t refused = 0;       // connections past the limit
  std::uint64_t open = 0;          // connections now
  std::uint64_t requests = 0;      // heads that were well formed
  std::uint64_t bad_requests = 0;  // answered here with 4xx or 5xx, no handler asked
  std::uint64_t timeouts = 0;
  std::uint64_t aborted = 0;   // answers that ended half-way
  std::uint64_t bytes_in = 0;  // as HTTP sees them, TLS not counted
  std::uint64_t bytes_out = 0;
};

// A number with one writing thread and any number of readers: no locked instruction on the way of a request.
class Cell {
 public:
  void add(std::uint64_t n) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// One reactor's part of the Counters.
struct Tally {
  Cell requests, bad_requests, timeouts, aborted, bytes_in, bytes_out;
};

}  // namespace skerry::net
