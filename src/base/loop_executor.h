#pragma once
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "base/task.h"

namespace skerry {

// An executor without sockets, in real time: for commands, background work and tests with real threads behind them.
//
// Threads: post and stop from any; run from one.
class LoopExecutor final : public Executor {
 public:
  void post(Function fn) override;
  void post_after(microseconds delay, Function fn) override;

  void run();   // until stop
  void stop();  // what is queued is dropped

  // Runs `task` on this thread and gives its result; other functions run meanwhile.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    post([&, task = std::move(task)]() mutable { detail::run_detached(finish(std::move(task), result)); });
    run();
    return std::move(*result);
  }
  void run(Task<> task) {
    post([&, task = std::move(task)]() mutable { detail::run_detached(finish(std::move(task))); });
    run();
  }

 private:
  template <class T>
  Task<> finish(Task<T> task, std::optional<T>& result) {
    result.emplace(co_await std::move(task));
    stop();
  }
  Task<> finish(Task<> task) {
    co_await std::move(task);
    stop();
  }
  std::optional<Function> next();

  SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Function> queue_;                    // protected by mutex_
  std::multimap<microseconds, Function> timers_;  // protected by mutex_; by steady time
  bool stopping_ = false;                         // protected by mutex_
};

}  // namespace skerry
