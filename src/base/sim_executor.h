#pragma once
#include <map>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/task.h"

namespace skerry {

// A world of one thread and its own time: what is ready runs in an order drawn from a seed, and when nothing is ready
// the clock jumps to the next timer. The same seed repeats the same run.
//
// Threads: one.
class SimExecutor final : public Executor, public Clock {
 public:
  explicit SimExecutor(std::uint64_t seed = 1) : random_(seed) {}

  void post(Function fn) override;
  void post_after(microseconds delay, Function fn) override;

  Time now() const override { return Time{now_ + skew_}; }
  microseconds steady() const override { return now_; }
  void advance(microseconds by);               // runs the timers that fall due
  void skew(microseconds by) { skew_ += by; }  // wall time jumps, steady time does not

  // Runs until nothing is ready and no timer is left.
  void run_until_idle();

  // Runs until `task` has ended, and gives its result. Other tasks may go on being pending.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    post([&, task = std::move(task)]() mutable { detail::run_detached(store(std::move(task), result)); });
    while (!result) CHECK(step(), "the simulated task waits for something that never comes");
    return std::move(*result);
  }
  void run(Task<> task) {
    bool ended = false;
    post([&, task = std::move(task)]() mutable { detail::run_detached(mark(std::move(task), ended)); });
    while (!ended) CHECK(step(), "the simulated task waits for something that never comes");
  }

 private:
  template <class T>
  static Task<> store(Task<T> task, std::optional<T>& result) {
    result.emplace(co_await std::move(task));
  }
  static Task<> mark(Task<> task, bool& ended) {
    co_await std::move(task);
    ended = true;
  }
  bool step();  // false: nothing left to run
  void release_due();

  SeededRandom random_;
  microseconds now_ = std::chrono::hours(24) * 365 * 56;  // in 2026, so that stamps look like today's
  microseconds skew_{0};
  std::vector<Function> ready_;
  std::multimap<microseconds, Function> timers_;
};

}  // namespace skerry
