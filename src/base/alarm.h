#pragma once
#include <coroutine>
#include <memory>

#include "base/task.h"

namespace skerry {

// A sleep that can be cut short: what a background loop waits on between two rounds, so that stop() need not wait for
// the rest of it.
//
//   for (;;) {
//     bool stopped = co_await alarm_.sleep(interval);  // not inside the condition: g++ 12 makes a loop that never
//     starts if (stopped) break; co_await round();
//   }
//
// Threads: one executor's; one sleeper at a time.
class Alarm {
 public:
  // Ends after `delay` (false), or as soon as ring() was called (true), then and ever after.
  auto sleep(microseconds delay) {
    struct Awaiter {
      Alarm& alarm;
      microseconds delay;
      bool await_ready() noexcept { return alarm.rung_; }
      void await_suspend(std::coroutine_handle<> sleeper) {
        alarm.sleeper_ = std::make_shared<std::coroutine_handle<>>(sleeper);
        Executor::current().post_after(delay, [which = alarm.sleeper_] { wake(*which); });
      }
      bool await_resume() noexcept { return alarm.rung_; }
    };
    return Awaiter{*this, delay};
  }

  void ring() {
    rung_ = true;
    if (!sleeper_) return;
    Executor::current().post([which = sleeper_] { wake(*which); });
  }

 private:
  // The timer cannot be taken back: whoever comes second finds nobody.
  static void wake(std::coroutine_handle<>& sleeper) {
    if (std::coroutine_handle<> handle = std::exchange(sleeper, {})) handle.resume();
  }

  bool rung_ = false;
  std::shared_ptr<std::coroutine_handle<>> sleeper_;  // the latest
};

}  // namespace skerry
