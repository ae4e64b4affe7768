#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "base/alarm.h"
#include "base/gate.h"
#include "base/random.h"
#include "storage/blob_id.h"
#include "storage/leases.h"

namespace skerry::storage {

// Stretches of a server's life, whose numbers are in the ids of the blobs it makes. Whoever cleans up after a crash
// looks at the blobs of the epochs that were open then, and at no others.
//
// An epoch is closed when its blobs are all settled: referenced by a commit, or removed. One that drained with a blob
// that was not (an upload that broke off, a commit whose outcome is unknown) and one whose server is dead are
// abandoned: the sweeper looks through their blobs and closes them.
//
// With `exclusive` (a store that one server has alone) every other server is dead, at once; else leases.h tells. One
// that was taken for dead and is not loses nothing: see add_reference.
//
// Life: one per server; start() before the first blob id, stop() after the last token is gone.
// Threads: new_blob_id and tokens any; the rest one executor's.
class Epochs {
 public:
  struct Options {
    bool exclusive = false;
    std::uint64_t blobs_max = 10'000;          // about as many are looked at after a crash: a tenth of a second
    microseconds age_max = seconds(3600);      // only if it has blobs: an idle server writes nothing
    microseconds dirty_age_max = seconds(60);  // an orphan waits no longer for its epoch's end
    microseconds heartbeat = seconds(5);
    microseconds lease_limit = seconds(30);
  };

  // A blob on its way. Held from before the blob is made until it is settled.
  class InFlight {
   public:
    InFlight() = default;
    InFlight(InFlight&&) noexcept = default;
    InFlight& operator=(InFlight&& other) noexcept;
    ~InFlight();
    // The blob is referenced by a commit that was acknowledged, or it was removed or never made. Without this the
    // sweeper looks after the blob later.
    void settle() { settled_ = true; }

   private:
    friend Epochs;
    struct Counts;
    explicit InFlight(std::shared_ptr<Counts> counts) : counts_(std::move(counts)) {}
    std::shared_ptr<Counts> counts_;
    bool settled_ = false;
  };
  struct NewBlob {
    BlobId id;
    InFlight in_flight;
  };

  Epochs(MetaStore& meta, Random& random, const Clock& clock, Options options);

  Task<StoreResult<void>> start();
  Task<> stop();  // closes what is settled; what is not is abandoned

  NewBlob new_blob_id(Partition owner);

  // One round: heartbeat, a new epoch if the current one is full, old, or dirty, closing of settled ones. Failures wait
  // for the next round. run() repeats it until stop().
  Task<> maintain();
  void run();

  // Epochs to be looked through. Errors: those of scan.
  Task<StoreResult<std::vector<Epoch>>> load_abandoned();
  // Its blobs were looked through. Errors: those of commit.
  Task<StoreResult<void>> close(Epoch epoch);

 private:
  struct Open {
    std::shared_ptr<InFlight::Counts> counts;
    std::uint64_t made = 0;   // blob ids
    microseconds opened{0};   // steady
    bool retired = false;     // gives no more ids
    bool is_settled() const;  // closes without a look
    bool is_abandoned() const;
  };

  Task<StoreResult<void>> open_next();
  Task<StoreResult<void>> try_open(Epoch epoch, std::optional<std::string> counter);
  Task<> beat();
  Task<> close_settled();
  Task<> loop();
  bool is_due() const;
  bool is_abandoned(Epoch epoch, const std::string& server) const;
  Row row_of(Epoch epoch) const;

  MetaStore& meta_;
  Random& random_;
  const Clock& clock_;
  const Options options_;
  Leases leases_;
  Gate gate_;
  Alarm alarm_;

  mutable std::mutex mutex_;
  std::map<Epoch, Open> open_;    // protected by mutex_; those of ours that have a row, or may have
  std::optional<Epoch> current_;  // protected by mutex_
};

}  // namespace skerry::storage
