#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/task.h"

namespace skerry {

// Threads for what blocks or computes for long, so that no reactor waits for it.
//
// Threads: submit from any.
class Workers {
 public:
  virtual ~Workers() = default;
  virtual void submit(Executor::Function fn) = 0;  // `fn` must not throw
};

class WorkerPool final : public Workers {
 public:
  explicit WorkerPool(std::size_t threads, const char* name);  // `name` (15 bytes at most) is what `top -H` shows
  ~WorkerPool() override;                                      // runs what was submitted, then joins
  void submit(Executor::Function fn) override;

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Executor::Function> queue_;  // protected by mutex_; bounded by the requests admitted above
  bool stopping_ = false;                 // protected by mutex_
  std::vector<std::thread> threads_;
};

// Runs everything at once, inside submit: for tests and simulations of one thread.
class InlineWorkers final : public Workers {
 public:
  void submit(Executor::Function fn) override { fn(); }
};

// Runs `fn` on a worker; gives its result to the coroutine, on the coroutine's executor.
template <class F>
auto run_on(Workers& workers, F fn) {
  using T = std::invoke_result_t<F>;
  static_assert(!std::is_void_v<T>, "return something, if only a std::monostate");
  return suspend<T>([&workers, fn = std::move(fn)](auto done) mutable {
    workers.submit([fn = std::move(fn), done = std::move(done)]() mutable { done(fn()); });
  });
}

}  // namespace skerry
