#pragma once
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "storage/local/row_db.h"

namespace skerry::storage::local {

// Where the open database is kept, so that it can be closed and opened again under its readers.
//
// A reader holds a Pin for one read, never across a wait of a coroutine: reopening waits for all pins.
//
// Threads: pins any; reopen and writer() one (the committer's).
class DbSlot {
 public:
  class Pin {
   public:
    RowDb* operator->() const { return db_; }
    explicit operator bool() const { return db_ != nullptr; }  // false: it could not be opened again, so far

   private:
    friend class DbSlot;
    Pin(std::shared_lock<std::shared_mutex> lock, RowDb* db) : lock_(std::move(lock)), db_(db) {}
    std::shared_lock<std::shared_mutex> lock_;
    RowDb* db_;
  };

  DbSlot(RowDbOptions options, std::unique_ptr<RowDb> db) : options_(std::move(options)), db_(std::move(db)) {}

  std::optional<Pin> try_pin();  // for reactors: empty while it is being reopened
  Pin pin();                     // waits for that

  // For the one that alone may reopen; null after a reopening failed.
  RowDb* writer() { return db_.get(); }

  // Closes, opens (which replays what the log has durably, and writes it anew) and proves that nothing up to
  // `acknowledged` was lost. After an error there is no database; it may be called again.
  StoreResult<void> reopen(std::uint64_t acknowledged);

 private:
  const RowDbOptions options_;
  std::mutex turnstile_;       // held during a reopening: without it a stream of readers would keep reopen() waiting
  std::shared_mutex access_;   // shared by pins
  std::unique_ptr<RowDb> db_;  // protected by access_
};

}  // namespace skerry::storage::local
