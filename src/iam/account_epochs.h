#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/gate.h"
#include "base/task.h"
#include "storage/meta_store.h"

namespace skerry::iam {

// How often each account has changed, as far as this server knows.
//
// Every change of an account's rows raises its epoch's row in the same batch (directory.h). What was read of an account
// is remembered with the epoch that was read before it, and holds for as long as that is the account's latest: on this
// server until the next change has been acknowledged, on every other until it has polled the rows. A server that could
// not poll for a second trusts nothing that it remembers.
//
// Life: one per server, outlived by the store. Threads: any, but run() and stop(), which are one executor's.
class AccountEpochs {
 public:
  struct Options {
    microseconds poll_interval{};  // zero: nobody else can write to the store
    microseconds trust_time = seconds(1);
  };
  AccountEpochs(storage::MetaStore& meta, const Clock& clock, Options options);

  // One account's. Never goes away: a few bytes for each account that was ever asked for.
  class Epoch {
   public:
    std::uint64_t value() const { return value_.load(); }

   private:
    friend class AccountEpochs;
    std::atomic<std::uint64_t> value_{0};
    // A batch whose outcome is unknown may have raised the row: until it has been read again, nothing is current.
    std::atomic<std::uint64_t> doubts_{0}, settled_{0};
  };
  Epoch& of(std::string_view account_id);

  // Whether what was read at epoch `seen` still holds.
  bool current(const Epoch& epoch, std::uint64_t seen) const;

  // Reads the row: what is read of the account after this is at least as new.
  Task<storage::StoreResult<std::uint64_t>> load(std::string account_id);

  void raise(std::string_view account_id, std::uint64_t value);
  void doubt(std::string_view account_id);

  void run();
  Task<> stop();

 private:
  Task<> loop();
  Task<> poll();

  storage::MetaStore& meta_;
  const Clock& clock_;
  const Options options_;
  std::atomic<std::int64_t> polled_us_;  // steady; when the latest poll that succeeded began
  std::mutex mutex_;
  std::map<std::string, Epoch, std::less<>> epochs_;  // protected by mutex_; what it holds stays where it is
  Gate gate_;
  Alarm alarm_;
};

// An epoch's row. One that is absent is 0.
std::uint64_t parse_epoch(const std::optional<std::string>& value);
std::string epoch_value(std::uint64_t epoch);

}  // namespace skerry::iam
