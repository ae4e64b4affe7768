#pragma once
#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/blob_ledger.h"
#include "storage/keyring.h"
#include "storage/sealed_source.h"
#include "storage/sweeper.h"

namespace skerry::storage {

// What the scrub is told by those who own the partitions: what they use.
class ScrubHost {
 public:
  struct Used {
    Segment segment;
    KekId kek{};
    std::string where;  // for the report: bucket, key, version
    std::string row;    // the host's own: by which it looks at this use again
  };
  struct Page {
    std::vector<Used> used;
    std::vector<BlobId> leaving;          // referred to as long as what was deleted is taken apart: not read
    std::vector<std::string> unreadable;  // what is wrong with metadata whose uses may be missing here, and where
    std::optional<std::string> next;      // where the next page begins; nullopt: that was all
  };

  virtual ~ScrubHost() = default;
  virtual Task<StoreResult<std::vector<Partition>>> load_partitions() = 0;                // as SweepHost's
  virtual Task<StoreResult<Page>> load_used(Partition partition, std::string begin) = 0;  // first: begin is empty
  // Looked at again, because something was wrong with it: is it still in use there?
  virtual Task<StoreResult<bool>> is_still_used(Partition partition, const Used& used) = 0;
  // A repair has left removals there: Sweeper::note, where there is a sweeper.
  virtual void note_removals(Partition) {}
};

struct ScrubReport {
  enum class Kind {
    Damaged,            // a record does not authenticate, or a length is not what the metadata says
    Missing,            // in use, and not there
    Unreferenced,       // in use, without its reference row: nothing protects it
    DanglingReference,  // a reference row to a blob that is not there
    UnusedReference,    // a reference row, and no metadata that uses the blob
    Orphan,             // a blob that nothing refers to and nothing is going to remove
    Unreadable,         // rows, or a blob that the disk does not give back: what is wrong with them is not known
  };
  struct Finding {
    Kind kind;
    std::optional<BlobId> id;  // nullopt: of rows
    std::string detail;        // where it is used, what is wrong
    bool repaired = false;
  };
  std::vector<Finding> findings;  // the first 10,000
  std::uint64_t found = 0;
  std::uint64_t repaired = 0;
  std::uint64_t blobs = 0;  // read to the end, bulk values too
  std::uint64_t bytes = 0;  // plain
  bool complete = false;    // not stopped, and the stores answered
  std::string reason;       // why it is not complete

  static std::string_view name(Kind kind);
};

// Reads everything that is stored and says what is wrong: for `skerry verify`. May run beside a working server: what is
// new, in flight, dropped or on its way out is never taken for damage. Goes on past what is damaged, rows too.
//
// Repair removes what is provably garbage and nothing else: orphans of closed epochs that no metadata uses (condemned
// first, then left to the sweeper), and dangling references that no metadata uses. A bulk value that nothing uses
// cannot be found, and cannot come to be: it lies in the batch of its use. Where rows of a partition cannot be read,
// nothing of its is garbage provably.
//
// Threads: one executor's.
class Scrub {
 public:
  struct Options {
    bool repair = false;
    std::uint64_t bytes_per_second = 0;  // 0: as fast as it goes
  };

  Scrub(Sweeper::Stores stores, ScrubHost& host, const Clock& clock, Options options)
      : stores_(stores), host_(host), clock_(clock), options_(options) {}

  Task<ScrubReport> run();
  void stop() { stopping_ = true; }  // by any thread: run() ends soon, incomplete

 private:
  using Ids = std::vector<BlobId>;  // ascending
  using Result = StoreResult<void>;

  Task<Result> run_all();
  Task<Result> check_partition(Partition partition);
  Task<StoreResult<Ids>> load_references(Partition partition);
  Task<StoreResult<Ids>> check_used(Partition partition);
  Task<Result> check_page(Partition partition, const ScrubHost::Page& page, Ids& used);
  Task<Result> check_one(Partition partition, const ScrubHost::Used& used);
  Task<StoreResult<std::optional<std::string>>> read_to_end(ByteSource& source);
  Task<StoreResult<std::optional<std::string>>> damage_of(const Segment& segment, std::shared_ptr<const Kek> kek);
  Task<StoreResult<std::optional<std::string>>> damage_of_empty(const Segment& segment, std::shared_ptr<const Kek> kek);
  Task<StoreResult<bool>> is_there(const Segment& segment);
  Task<StoreResult<bool>> is_protected(const BlobId& id);
  Task<Result> check_references(Partition partition, Ids references, const Ids& used);
  Task<Result> check_missed(Partition partition, Ids& unused);
  Task<Result> judge_unused(Partition partition, BlobId id);
  Task<Result> check_orphans();
  Task<StoreResult<std::vector<Epoch>>> load_closed_epochs();
  Task<Result> check_epoch(Epoch epoch);
  Task<Result> judge_blob(BlobId id, bool live);
  Task<Result> judge_unreferenced(BlobId id, bool live);
  Task<StoreResult<bool>> has_row(Partition partition, std::string key);
  Task<StoreResult<bool>> awaits_removal(BlobId id);
  Task<StoreResult<Ids>> load_removals(Partition partition);
  void find(ScrubReport::Kind kind, std::optional<BlobId> id, std::string detail, bool repaired = false);
  // Damage is a finding, after which the check goes on; whatever else a store says ends it.
  Result find_damage(const StoreError& error, std::optional<BlobId> id, std::string where);
  Task<> keep_rate();

  const Sweeper::Stores stores_;
  ScrubHost& host_;
  const Clock& clock_;
  const Options options_;
  ScrubReport report_;
  std::map<Partition, Ids> removals_;  // read again before anything is called an orphan
  std::set<BlobId> unprotected_;       // in use, and without a reference: they look like orphans
  std::set<Partition> unread_;         // not all of their rows could be read: there nothing is garbage
  microseconds begin_{0};              // steady
  std::atomic<bool> stopping_ = false;
};

}  // namespace skerry::storage
