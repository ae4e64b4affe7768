#pragma once
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/executor.h"
#include "base/frame_pool.h"

namespace skerry {

template <class T = void>
class Task;

namespace detail {

struct TaskPromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr exception;

  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept { free_frame(frame, bytes); }

  struct Final {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
      return done.promise().continuation;
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  Final final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  std::optional<T> value;
  Task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
};

}  // namespace detail

// A coroutine that starts when it is awaited and gives its result to the one that awaits it.
//
// Its arguments are copied or moved into its frame; a reference argument must outlive the await. In g++ 12 a temporary
// that is built inside a co_await expression may be destroyed twice: give arguments that own memory a name first.
// An exception passes to the awaiting coroutine.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> handle;
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
        handle.promise().continuation = waiting;
        return handle;
      }
      T await_resume() {
        if (handle.promise().exception) std::rethrow_exception(handle.promise().exception);
        if constexpr (!std::is_void_v<T>) return std::move(*handle.promise().value);
      }
    };
    return Awaiter{handle_};
  }

 private:
  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {
template <class T>
Task<T> TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise<T>>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise<void>>::from_promise(*this));
}

// A coroutine of which nobody waits for the end. An exception that reaches it ends the process: every owner of a
// detached task has to have decided what a failure means.
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

inline Detached run_detached(Task<> task) { co_await std::move(task); }
}  // namespace detail

// Starts `task` on `executor` (soon, never inside this call). Prefer Gate::spawn, which can be waited for.
inline void spawn(Executor& executor, Task<> task) {
  executor.post([task = std::move(task)]() mutable { detail::run_detached(std::move(task)); });
}

// Waits for something that ends by a callback, on any thread, exactly once; resumes on the executor that awaits.
//
//   T result = co_await suspend<T>([&](auto done) { start_operation(..., std::move(done)); });
//
// `start` gets a move-only function that takes the T. It may call it before it returns.
template <class T, class Start>
auto suspend(Start start) {
  struct Awaiter {
    Start start;
    std::optional<T> result;
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      Executor& executor = Executor::current();
      start([this, waiting, &executor](T value) {
        result.emplace(std::move(value));
        executor.post([waiting] { waiting.resume(); });
      });
    }
    T await_resume() { return std::move(*result); }
  };
  return Awaiter{std::move(start), std::nullopt};
}

// Resumes after `delay`, on the same executor.
inline auto sleep_for(microseconds delay) {
  struct Awaiter {
    microseconds delay;
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      Executor::current().post_after(delay, [waiting] { waiting.resume(); });
    }
    void await_resume() noexcept {}
  };
  return Awaiter{delay};
}

// Lets everything else that is ready on this executor go first.
inline auto yield() {
  struct Awaiter {
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      Executor::current().post([waiting] { waiting.resume(); });
    }
    void await_resume() noexcept {}
  };
  return Awaiter{};
}

}  // namespace skerry
