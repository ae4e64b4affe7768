#include "base/gate.h"

namespace skerry {

Gate::~Gate() { CHECK(count_ == 0, "a gate was destroyed with {} tasks inside", count_); }

bool Gate::spawn(Task<> task) {
  if (closing_) return false;
  ++count_;
  Executor::current().post([this, task = std::move(task)]() mutable { run(std::move(task)); });
  return true;
}

detail::Detached Gate::run(Task<> task) {
  co_await std::move(task);
  leave();
}

void Gate::leave() {
  if (--count_ > 0) return;
  for (std::coroutine_handle<> waiting : std::exchange(waiting_, {})) {
    Executor::current().post([waiting] { waiting.resume(); });
  }
}

Task<> Gate::close() {
  closing_ = true;
  if (count_ == 0) co_return;
  struct Wait {
    Gate& gate;
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) { gate.waiting_.push_back(waiting); }
    void await_resume() noexcept {}
  };
  co_await Wait{*this};
}

}  // namespace skerry
