#include "base/loop_executor.h"

namespace skerry {

void LoopExecutor::post(Function fn) {
  // Notified under the lock: what is queued may end run() and with it the life of this executor.
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(fn));
  wake_.notify_one();
}

void LoopExecutor::post_after(microseconds delay, Function fn) {
  std::lock_guard lock(mutex_);
  timers_.emplace(clock_.steady() + delay, std::move(fn));
  wake_.notify_one();
}

void LoopExecutor::stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  wake_.notify_one();
}

std::optional<Executor::Function> LoopExecutor::next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopping_) {
      stopping_ = false;
      return std::nullopt;
    }
    microseconds now = clock_.steady();
    while (!timers_.empty() && timers_.begin()->first <= now) {
      queue_.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
    if (!queue_.empty()) {
      Function fn = std::move(queue_.front());
      queue_.pop_front();
      return fn;
    }
    if (timers_.empty()) {
      wake_.wait(lock);
    } else {
      wake_.wait_for(lock, timers_.begin()->first - now);
    }
  }
}

void LoopExecutor::run() {
  Running running(this);
  while (auto fn = next()) (*fn)();
}

}  // namespace skerry
