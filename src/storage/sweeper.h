#pragma once
#include <map>
#include <mutex>
#include <vector>

#include "base/alarm.h"
#include "base/gate.h"
#include "storage/keyring.h"
#include "storage/orphans.h"
#include "storage/removals.h"

namespace skerry::storage {

// What the sweeper has to be told by those who own the partitions.
class SweepHost {
 public:
  virtual ~SweepHost() = default;
  // Every partition that may own blobs, system partitions too, but those that were dropped.
  virtual Task<StoreResult<std::vector<Partition>>> load_partitions() = 0;
  // Rows of this partition have gone; a store that keeps traces of erased rows may tidy up now.
  virtual Task<> compact(Partition) { co_return; }
};

// Gives space back, in the background: what was dropped once its grace is over, what no one refers to after a crash,
// partitions that were dropped.
//
// The grace covers whoever has read a row and not yet pinned its blob, and readers on other servers. Half a minute: a
// request's metadata is never that old on this server, and deleting everything frees the disk within a minute.
//
// Several servers may sweep one store: every step may be repeated.
//
// Life: one per server; made after Epochs and Keyring, stopped before them and the stores.
// Threads: note any; the rest one executor's.
class Sweeper {
 public:
  // What was erased from a partition and may still take the store's space and time.
  struct Garbage {
    std::size_t rows = 0;
    std::uint64_t bytes = 0;  // of bulk values
    bool reaches(const Garbage& limit) const { return rows >= limit.rows || bytes >= limit.bytes; }
  };
  struct Options {
    microseconds grace = seconds(30);
    microseconds interval = seconds(5);
    microseconds full_pass = seconds(3600);  // all partitions: for what other servers dropped before they died
    // When the host is asked to compact: while removals go on, which pays only for much of it, and when none is left.
    Garbage compact_after = {.rows = 10'000, .bytes = 256 << 20};
    Garbage compact_when_done = {.rows = 500, .bytes = 4 << 20};
  };
  struct Stores {
    MetaStore& meta;
    BlobStore& blobs;
    Epochs& epochs;
    Keyring& keyring;
    Readers& readers;
  };

  Sweeper(Stores stores, SweepHost& host, const Clock& clock, Options options);

  // There are new removals in this partition, and so many rows of its were erased. After every commit with a
  // drop_reference; what is not noted waits for the next full pass.
  void note(Partition partition, std::size_t rows_erased = 1);

  // One round: everything that is due now. Errors: the first of the stores' own; the other steps were done, and what
  // failed is due again.
  Task<StoreResult<void>> pass();

  void run();     // passes at every interval until stop()
  Task<> stop();  // ends within one row's work

  const SweepStats& stats() const { return stats_; }

 private:
  struct Work {
    Time due;
    std::size_t rows_erased = 0;  // noted, and not in garbage_ yet
  };

  Task<> loop();
  Task<StoreResult<void>> find_work();
  Task<StoreResult<void>> sweep_dropped();
  Task<StoreResult<void>> end_partition(Row dropped);
  Task<StoreResult<void>> sweep_orphans();
  Task<StoreResult<void>> sweep_removals();
  Task<StoreResult<void>> sweep_partition(Partition partition, Work work);
  void add(Partition partition, Work work);
  std::vector<std::pair<Partition, Work>> take_due();

  const Stores stores_;
  SweepHost& host_;
  const Clock& clock_;
  const Options options_;
  SweepStats stats_;
  Removals removals_;
  Orphans orphans_;
  Gate gate_;
  Alarm alarm_;
  bool stopping_ = false;
  std::optional<microseconds> last_full_pass_;  // steady
  std::map<Partition, Garbage> garbage_;        // since each one's last compaction

  std::mutex mutex_;
  std::map<Partition, Work> work_;  // protected by mutex_; partitions with removals, small beside those
};

}  // namespace skerry::storage
