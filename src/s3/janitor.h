#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/gate.h"
#include "s3/bucket_registry.h"
#include "s3/keys.h"
#include "storage/meta_store.h"

namespace skerry::s3 {

// What the janitor has done since the start. Read by any thread.
struct JanitorStats {
  std::atomic<std::uint64_t> versions_taken_apart = 0;
  std::atomic<std::uint64_t> uploads_finished = 0;
  std::atomic<std::uint64_t> parts_dropped = 0;
  std::atomic<std::uint64_t> buckets_abandoned = 0;
  std::atomic<std::uint64_t> rows_unreadable = 0;  // left as they are; `skerry verify` names them
  std::atomic<std::uint64_t> failures = 0;         // passes in which the store did not answer
};

// Does in the background what is too much for the batch of a request: takes versions of many parts apart that were
// deleted, drops the parts of uploads that ended, and the partitions of buckets that were begun and never named. What
// it lets go of is the sweeper's.
//
// What there is to do stands in rows (Retired, EndedUpload, BucketIntent), each erased in the batch that does the last
// of it. Every batch asserts its row, which says how far the work is, so that several servers may do the same work and
// no blob is dropped twice; and the fence, so that nothing is written to a partition that is going away.
//
// Life: one per server; after the registry, stopped before it and the store. Threads: note any; the rest one
// executor's.
class Janitor {
 public:
  using Dropped = std::function<void(storage::Partition)>;
  struct Options {
    microseconds interval = seconds(1);      // the sweeper's grace begins where this ends
    microseconds full_pass = seconds(3600);  // all partitions: for what other servers left behind
    microseconds intent_age = seconds(3600);
    std::size_t parts_at_once = 250;  // a batch of a thousand changes
  };
  // `dropped` is told of every partition in which references were dropped: the sweeper listens.
  Janitor(storage::MetaStore& meta, BucketRegistry& buckets, const Clock& clock, Dropped dropped, Options options);

  // Something may have ended in this partition. What is not noted waits for the next full pass.
  void note(storage::Partition partition);

  // One round: everything that there is to do; the first also looks for it. Errors: the first of the store's own; the
  // other steps were done, and what failed is due again.
  Task<storage::StoreResult<void>> pass();

  void run();     // passes at every interval until stop()
  Task<> stop();  // ends within one batch

  const JanitorStats& stats() const { return stats_; }

 private:
  struct Site;  // a partition, as one pass found it

  Task<> loop();
  Task<storage::StoreResult<void>> find_work();
  Task<storage::StoreResult<void>> tidy(storage::Partition partition);
  using Step = Task<storage::StoreResult<void>> (Janitor::*)(Site&, storage::Row);
  Task<storage::StoreResult<void>> each_row(Site& site, std::string prefix, Step step);
  Task<storage::StoreResult<void>> take_apart(Site& site, storage::Row row);
  Task<storage::StoreResult<void>> finish_upload(Site& site, storage::Row row);
  Task<storage::StoreResult<bool>> commit(Site& site, storage::Batch batch);
  storage::StoreResult<void> unreadable();

  storage::MetaStore& meta_;
  BucketRegistry& buckets_;
  const Clock& clock_;
  const Dropped dropped_;
  const Options options_;
  JanitorStats stats_;
  Gate gate_;
  Alarm alarm_;
  bool stopping_ = false;
  std::optional<microseconds> last_full_pass_;  // steady

  std::mutex mutex_;
  std::set<storage::Partition> work_;  // protected by mutex_
};

}  // namespace skerry::s3
