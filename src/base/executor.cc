#include "base/executor.h"

#include <utility>

#include "base/check.h"

namespace skerry {
namespace {
thread_local Executor* running = nullptr;
}

Executor::Running::Running(Executor* executor) : previous_(std::exchange(running, executor)) {}
Executor::Running::~Running() { running = previous_; }

Executor* Executor::current_or_null() { return running; }

Executor& Executor::current() {
  CHECK(running != nullptr, "a coroutine waits outside of any executor");
  return *running;
}

}  // namespace skerry
