#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "storage/blob_store.h"
#include "storage/local/data_folder.h"
#include "storage/meta_store.h"

namespace skerry::storage::local {

// The two stores on this machine's disk, in one folder that no other process has (README.md draws what is in it).
//
// Life: one per server; made before and destroyed after everything that stores. Its destructor waits for what its
// threads have begun; no task may be waiting for a store then. Threads: any.
// Invariant: what was acknowledged is on the disk, whatever the kernel still has in memory.
class LocalStore {
 public:
  struct Options {
    std::string folder;
    std::size_t memory_bytes = 128 << 20;    // a quarter for rows read lately, the rest for RocksDB's cache and
                                             // memtables together
    std::size_t reader_threads = 4;          // for reads that miss the memory
    std::size_t writer_threads = 4;          // for blobs being written or removed
    std::size_t open_blobs = 256;            // descriptors kept open for reading
    std::uint64_t reserve_bytes = 64 << 20;  // for deletes on a full disk (space_guard.h); on the disk, in `reserve`
    milliseconds reopen_pause{100};          // after a write error, before the first attempt to open again
    std::function<std::uint64_t()> free_bytes{};    // empty: asks the file system of `folder`
    std::function<void(const std::string&)> log{};  // for the operator; called on any thread
  };

  static std::expected<std::unique_ptr<LocalStore>, OpenError> open(Options options);
  ~LocalStore();

  MetaStore& meta();
  BlobStore& blobs();

  // Gives back the space and the time that removed rows of a partition still take. Worth calling after thousands of
  // removals; reads and writes go on. Calls run one after another. Unavailable: broken off by a reopening; repeat it.
  Task<StoreResult<void>> compact(Partition partition);

  struct Stats {
    std::uint64_t commit_groups = 0;   // synced writes of the log
    std::uint64_t commit_batches = 0;  // batches in them
    std::uint64_t commit_rereads = 0;  // preconditions that the committer had to read itself
    std::uint64_t reopenings = 0;
    std::size_t commit_queue = 0;  // batches waiting now
    std::size_t open_blobs = 0;
    std::uint64_t cache_bytes = 0;  // of memory_bytes, memtables included
    std::uint64_t background_jobs = 0;
    std::uint64_t row_cache_hits = 0;
    std::uint64_t row_cache_misses = 0;
    std::uint64_t row_cache_bytes = 0;  // of memory_bytes too
    bool healthy = true;                // false: nothing is acknowledged until the log is opened again
    bool accepting = true;              // false: the disk is full but for its reserve
  };
  Stats stats();

 private:
  struct Parts;
  explicit LocalStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace skerry::storage::local
