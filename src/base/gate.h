#pragma once
#include <coroutine>
#include <vector>

#include "base/task.h"

namespace skerry {

// Counts tasks in progress, so that their owner can wait for the last one before its members die.
//
// Life: member of the owner, closed (awaited) before it is destroyed.
// Threads: one executor's.
class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();

  // Starts `task` on the current executor. Does nothing, and says false, when the gate is closing.
  bool spawn(Task<> task);

  // Refuses new tasks and returns when the last one has ended. Several may wait.
  Task<> close();

  bool closing() const { return closing_; }
  std::size_t count() const { return count_; }

 private:
  detail::Detached run(Task<> task);
  void leave();

  std::size_t count_ = 0;
  bool closing_ = false;
  std::vector<std::coroutine_handle<>> waiting_;
};

}  // namespace skerry
