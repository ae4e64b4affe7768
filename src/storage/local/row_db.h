#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "storage/meta_store.h"

namespace rocksdb {
class Env;
}

namespace skerry::storage::local {

struct RowDbOptions {
  std::string folder;
  std::size_t memory_bytes = 0;                 // block cache and memtables together
  std::function<void(const std::string&)> log;  // warnings and worse; called on any thread
  rocksdb::Env* env = nullptr;                  // tests: a file system that fails; outlives the database
};

enum class Family { Rows, Bulk };  // Bulk: values that are never scanned, in files of their own (BlobDB)

// No: only what is in memory; the answer "would have to wait" is an empty optional.
enum class MayWait { No, Yes };

template <class T>
using ReadOutcome = std::optional<StoreResult<T>>;

// The RocksDB below MetaStore: one database, two column families; a key is the partition (big-endian) and the row's
// key. The only file that knows RocksDB is row_db.cc, and its tuning row_db_options.cc.
//
// Threads: reads and compact any; write one at a time.
class RowDb {
 public:
  // Changes to be written together, in the order in which they were added.
  class Changes {
   public:
    Changes();
    ~Changes();
    void add(RowDb& db, const Batch& batch);
    void erase(RowDb& db, Partition partition);  // everything in it
    std::size_t size_bytes() const;
    void clear();

   private:
    friend class RowDb;
    struct State;
    std::unique_ptr<State> state_;
  };

  // Replays the log: as long as it is, up to a few hundred milliseconds. Makes the database when there is none.
  static StoreResult<std::unique_ptr<RowDb>> open(const RowDbOptions& options);
  ~RowDb();

  ReadOutcome<std::optional<std::string>> get(Family family, Partition partition, std::string_view key, MayWait wait);
  // With MayWait::No also gives up where many removed rows would have to be passed.
  ReadOutcome<ScanPage> scan(const ScanRequest& request, std::size_t limit, MayWait wait);

  // Durable when it returns. After an error the outcome is unknown and the database has to be opened again: what a
  // failed fsync left behind is known only to the disk.
  StoreResult<void> write(Changes& changes);
  // A flush or a compaction failed, and none is tried until resume(): for lack of space, mostly, which a reopening
  // would not change. Writing may go on meanwhile; write() says when it may not.
  bool background_failed() const;
  StoreResult<void> resume();
  // Whether RocksDB compacts when it finds it time to: then for a while it needs as much space as it rewrites. Flushes
  // and compact() are not meant. False: it could not be changed.
  bool set_automatic_compactions(bool on);
  std::uint64_t last_sequence() const;  // of what has been written; never falls while data is whole

  // Rewrites the partition's files so that what was removed gives its space and its time back. Seconds for gigabytes.
  // cancel_compactions makes it, and every later one, return early: Unavailable.
  StoreResult<void> compact(Partition partition);
  void cancel_compactions();

  std::uint64_t cache_bytes() const;      // of memory_bytes, in use; memtables included
  std::uint64_t background_jobs() const;  // flushes and compactions, those that are about to begin too

 private:
  struct State;
  explicit RowDb(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace skerry::storage::local
