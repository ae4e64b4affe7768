#pragma once
#include <optional>

#include "storage/blob_store.h"
#include "storage/meta_store.h"
#include "storage/readers.h"
#include "storage/sweep_stats.h"

namespace skerry::storage {

// Carries out the removals that a partition's rows ask for. Part of the sweeper.
//
// Order: the blob goes first, its row after it, so that a crash between them repeats a removal and never forgets one.
// Threads: one executor's.
class Removals {
 public:
  Removals(MetaStore& meta, BlobStore& blobs, const Readers& readers, SweepStats& stats)
      : meta_(meta), blobs_(blobs), readers_(readers), stats_(stats) {}

  struct Swept {
    std::size_t removed = 0;       // rows
    std::uint64_t bulk_bytes = 0;  // of bulk values removed, as stored
    std::optional<Time> next;      // the earliest removal that was left; nullopt: none
    bool pinned = false;           // some were left for a reader
  };

  // Removals dated before `cutoff`. Errors: those of the stores; what was done until then stays done.
  Task<StoreResult<Swept>> sweep(Partition partition, Time cutoff);

  // Everything that a dropped partition refers to or waits to have removed, but no rows: the partition is erased after
  // this. True: nothing is left. False: something is pinned.
  Task<StoreResult<bool>> sweep_dropped(Partition partition);

  // After this, sweep ends at the next row.
  void stop() { stopping_ = true; }

 private:
  Task<StoreResult<void>> sweep_page(const ScanPage& page, Partition partition, Swept& swept);
  Task<StoreResult<bool>> remove_blob(BlobId id, std::uint64_t stored_bytes);
  Task<StoreResult<bool>> remove_class(ScanRequest request);
  Task<StoreResult<std::optional<Time>>> load_next(Partition partition);

  MetaStore& meta_;
  BlobStore& blobs_;
  const Readers& readers_;
  SweepStats& stats_;
  bool stopping_ = false;
};

}  // namespace skerry::storage
