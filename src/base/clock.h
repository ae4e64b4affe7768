#pragma once
#include <chrono>

namespace skerry {

using Time = std::chrono::sys_time<std::chrono::microseconds>;  // wall time, UTC
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Tells the time. Injected everywhere, so that a test can turn it.
//
// Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;             // may jump, also backwards
  virtual microseconds steady() const = 0;  // never goes back; its zero means nothing
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
  microseconds steady() const override;
};

}  // namespace skerry
