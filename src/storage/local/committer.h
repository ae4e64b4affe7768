#pragma once
#include <condition_variable>
#include <coroutine>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/executor.h"
#include "storage/local/db_slot.h"
#include "storage/local/recent_writes.h"
#include "storage/local/row_cache.h"
#include "storage/local/space_guard.h"

namespace skerry::storage::local {

// The one thread that writes rows. It takes all batches that wait, checks their preconditions one after another as if
// each had been applied before the next, writes those that hold as one synced log record, and wakes their owners;
// while the log syncs, the next group gathers.
//
// Preconditions are checked against what submitters read beforehand, so that no disk read stands in the line;
// RecentWrites says why that is right. A reading that is too old is repeated here, from memory nearly always.
//
// A failed write or fsync: the group's outcome is unknown, it and everything after it is answered Unavailable, and
// the database is closed and opened again, after a pause that doubles from `reopen_pause` to 5 s, until it is whole.
// Nothing is ever fsynced a second time.
//
// Life: made after the slot, the cache and the guard; destroyed when nobody awaits a ticket. Threads: any.
class Committer {
 public:
  // One batch (or one partition to be erased) on its way. Lives in the frame of the coroutine that awaits it.
  struct Ticket {
    explicit Ticket(const Batch& b) : batch(&b) {}
    explicit Ticket(Partition partition) : erase(partition) {}

    const Batch* batch = nullptr;
    std::optional<Partition> erase;
    // The values of the batch's requirements, read when the groups up to `as_of` had been applied. 0: not read.
    std::uint64_t as_of = 0;
    std::vector<std::optional<std::string>> seen;

    std::expected<void, CommitError> result;
    Executor* owner = nullptr;
    std::coroutine_handle<> waiting;
  };

  struct Stats {
    std::uint64_t groups = 0;
    std::uint64_t batches = 0;  // committed
    std::uint64_t rereads = 0;  // readings repeated here
    std::uint64_t reopenings = 0;
    std::size_t queued = 0;
    bool healthy = true;
  };

  using Log = std::function<void(const std::string&)>;
  Committer(DbSlot& slot, RowCache& cache, SpaceGuard& space, milliseconds reopen_pause, Log log);
  ~Committer();

  // To be put in a ticket before its values are read.
  std::uint64_t applied() const { return applied_.load(std::memory_order_acquire); }

  // Resumes with `ticket.result` set, on the executor that awaits.
  auto apply(Ticket& ticket) {
    struct Awaiter {
      Committer& committer;
      Ticket& ticket;
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiting) {
        ticket.owner = &Executor::current();
        ticket.waiting = waiting;
        committer.submit(ticket);
      }
      void await_resume() noexcept {}
    };
    return Awaiter{*this, ticket};
  }

  Stats stats() const;

 private:
  void submit(Ticket& ticket);
  void work();
  std::vector<Ticket*> next_waiting();
  std::size_t commit_group(std::span<Ticket* const> waiting);
  template <class F>
  static void each_name(std::span<Ticket* const> group, const F& f);
  void write_group(std::span<Ticket* const> admitted);
  bool admit(Ticket& ticket);
  std::vector<Conflict> conflicts(const Ticket& ticket, StoreResult<void>& read);
  StoreResult<std::optional<std::string>> current(const Ticket& ticket, std::size_t requirement);
  void note_writes(const Batch& batch);
  static void fail_all(std::span<Ticket* const> group, const StoreError& error);
  static void wake(std::span<Ticket* const> group);
  void stop_acknowledging(const StoreError& error);
  void try_reopen();
  void wait_for_space();
  void spare_the_reserve();
  void resume_background();

  DbSlot& slot_;
  RowCache& cache_;
  SpaceGuard& space_;
  const milliseconds reopen_pause_;
  const Log log_;

  // The committer thread's own.
  RowDb::Changes changes_;
  std::vector<Ticket*> admitted_;
  RecentWrites recent_;
  std::string scratch_key_;
  bool stopped_ = false;
  std::size_t last_size_ = 0;  // batches taken last time
  std::chrono::steady_clock::duration last_sync_{0};
  std::uint64_t group_number_ = 1;       // of the group being formed
  std::uint64_t acknowledged_sequence_;  // of RocksDB: what a reopened database must still have
  SpaceGuard::Level level_ = SpaceGuard::Level::Free;
  bool compacting_ = true;            // the database may compact when it likes
  std::optional<StoreError> broken_;  // why nothing is acknowledged
  milliseconds pause_{0};
  std::chrono::steady_clock::time_point retry_at_;
  std::chrono::steady_clock::time_point resume_at_;

  std::atomic<std::uint64_t> applied_{1};
  std::atomic<std::uint64_t> groups_{0}, batches_{0}, rereads_{0}, reopenings_{0};
  std::atomic<bool> healthy_{true};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Ticket*> queue_;  // protected by mutex_; bounded by the requests admitted above
  std::size_t wake_at_ = 0;     // protected by mutex_: how long a queue wakes the committer; 0: it is awake
  bool stopping_ = false;       // protected by mutex_
  std::thread thread_;          // last: it uses all of the above
};

}  // namespace skerry::storage::local
