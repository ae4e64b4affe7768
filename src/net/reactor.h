#pragma once
#include <sys/epoll.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "net/descriptor.h"

namespace skerry::net {

// A thread's event loop: sockets that became ready, timers that fell due, functions that were posted.
//
// Sockets are registered once and edge-triggered, so a request costs one epoll_wait, one recv and one send, and under
// load the first is shared by many.
//
// Life: outlives what it watches. Functions still queued when it is destroyed are dropped.
// Threads: post, post_after and stop from any; everything else on the thread inside run (or before run).
class Reactor final : public Executor {
 public:
  class Watcher {
   public:
    // `events` as epoll reports them; 0 when revisited. May unwatch and destroy any watcher, this one too.
    virtual void on_ready(std::uint32_t events) = 0;

   protected:
    ~Watcher() = default;
  };

  explicit Reactor(const Clock& clock);  // timers go by its steady time
  ~Reactor() override;

  void post(Function fn) override;
  void post_after(microseconds delay, Function fn) override;

  void run();   // until stop
  void stop();  // after what was posted before

  // Steady time as of this turn of the loop: free to ask, late by a turn.
  microseconds now() const { return now_; }

  // Reports every change of `fd` to readable or writable from now on, the present state first. The watcher stays
  // until unwatch, which comes before the descriptor is closed. False when the kernel has no room for it.
  [[nodiscard]] bool watch(int fd, Watcher& watcher);
  void unwatch(int fd, Watcher& watcher);

  // True while sockets that became ready together with the present one have not had their turn yet. Then what can wait
  // a little does better to: answers that leave one after the other wake a client of many connections once, and a
  // wake-up costs as much as a small request (docs/performance.md).
  bool has_more_ready() const { return batch_ && batch_->next < batch_->count; }
  // Calls the watcher once more before this turn ends. Only on a watched one.
  void revisit(Watcher& watcher) { revisited_.push_back(&watcher); }

 private:
  struct Batch {
    epoll_event events[128];
    int next = 0;
    int count = 0;
  };

  void turn(Batch& batch);
  int wait_ms();
  void take_posted();
  void run_due();
  void run_ready();
  void run_revisits();
  void wake();

  const Clock& clock_;
  Descriptor epoll_;
  Descriptor wake_;  // an eventfd

  // The loop's own thread.
  microseconds now_;
  bool stopping_ = false;
  Batch* batch_ = nullptr;
  std::vector<Watcher*> revisited_;  // null: unwatched since
  std::vector<Function> ready_;
  std::vector<Function> running_;
  std::multimap<microseconds, Function> timers_;

  // From other threads.
  std::mutex mutex_;
  std::vector<Function> posted_;  // protected by mutex_
  std::atomic<bool> has_posted_ = false;
  std::atomic<bool> sleeping_ = false;
};

}  // namespace skerry::net
