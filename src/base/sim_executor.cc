#include "base/sim_executor.h"

namespace skerry {

void SimExecutor::post(Function fn) { ready_.push_back(std::move(fn)); }

void SimExecutor::post_after(microseconds delay, Function fn) { timers_.emplace(now_ + delay, std::move(fn)); }

void SimExecutor::release_due() {
  while (!timers_.empty() && timers_.begin()->first <= now_) {
    ready_.push_back(std::move(timers_.begin()->second));
    timers_.erase(timers_.begin());
  }
}

bool SimExecutor::step() {
  if (ready_.empty()) {
    if (timers_.empty()) return false;
    now_ = std::max(now_, timers_.begin()->first);
    release_due();
  }
  std::size_t chosen = random_.below(ready_.size());
  std::swap(ready_[chosen], ready_.back());
  Function fn = std::move(ready_.back());
  ready_.pop_back();
  Running running(this);
  fn();
  return true;
}

void SimExecutor::run_until_idle() {
  while (step()) {
  }
}

void SimExecutor::advance(microseconds by) {
  microseconds target = now_ + by;
  for (;;) {
    while (!ready_.empty()) step();
    if (timers_.empty() || timers_.begin()->first > target) break;
    now_ = timers_.begin()->first;
    release_due();
  }
  now_ = target;
}

}  // namespace skerry
