#pragma once
#include <functional>

#include "base/clock.h"

namespace skerry {

// Runs functions, one after another, on one thread (a reactor, or a simulation's only thread).
//
// A coroutine stays on the executor on which it was started: whatever it waits for resumes it there.
// Threads: post and post_after from any; functions run on the executor's own thread only.
class Executor {
 public:
  using Function = std::move_only_function<void()>;

  virtual ~Executor() = default;
  virtual void post(Function fn) = 0;
  // Not cancellable: what it captures lives until it runs or the executor ends.
  virtual void post_after(microseconds delay, Function fn) = 0;

  // The executor whose function is running on this thread. There must be one.
  static Executor& current();
  static Executor* current_or_null();

 protected:
  // An implementation holds one of these while it runs functions.
  class Running {
   public:
    explicit Running(Executor* executor);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    Executor* previous_;
  };
};

}  // namespace skerry
