#include "base/workers.h"

#include <pthread.h>

namespace skerry {

WorkerPool::WorkerPool(std::size_t threads, const char* name) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { work(); });
    pthread_setname_np(threads_.back().native_handle(), name);
  }
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::submit(Executor::Function fn) {
  // Notified under the lock: `fn` may be what the pool's owner waits for before it destroys the pool.
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(fn));
  wake_.notify_one();
}

void WorkerPool::work() {
  for (;;) {
    Executor::Function fn;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      fn = std::move(queue_.front());
      queue_.pop_front();
    }
    fn();
  }
}

}  // namespace skerry
