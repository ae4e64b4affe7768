#pragma once
#include <optional>
#include <set>
#include <utility>

#include "storage/blob_store.h"
#include "storage/epochs.h"
#include "storage/meta_store.h"
#include "storage/sweep_stats.h"

namespace skerry::storage {

class SweepHost;

// Looks through the blobs of abandoned epochs for those that nothing refers to, and sees to it that nothing ever will
// before they go. Part of the sweeper.
//
// Threads: one executor's.
class Orphans {
 public:
  Orphans(MetaStore& meta, BlobStore& blobs, Epochs& epochs, SweepHost& host, const Clock& clock, SweepStats& stats)
      : meta_(meta), blobs_(blobs), epochs_(epochs), host_(host), clock_(clock), stats_(stats) {}

  // One round over all abandoned epochs. Errors: those of the stores; an epoch that was not looked through to its end
  // stays open.
  Task<StoreResult<void>> sweep();
  // The partitions that have removals because of the rounds since the last call, also of one that failed.
  std::set<Partition> take_touched() { return std::exchange(touched_, {}); }

  void stop() { stopping_ = true; }

 private:
  Task<StoreResult<void>> look_through(Epoch epoch);
  Task<StoreResult<void>> judge(BlobId id);
  Task<StoreResult<bool>> is_live(Partition partition);

  MetaStore& meta_;
  BlobStore& blobs_;
  Epochs& epochs_;
  SweepHost& host_;
  const Clock& clock_;
  SweepStats& stats_;
  std::set<Partition> touched_;
  std::optional<std::set<Partition>> live_;  // as listed after the blobs that are looked at
  microseconds listed_{0};                   // steady
  bool stopping_ = false;
};

}  // namespace skerry::storage
