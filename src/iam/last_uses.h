#pragma once
#include <array>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/credential.h"
#include "base/alarm.h"
#include "base/clock.h"
#include "base/gate.h"
#include "iam/rows.h"
#include "storage/meta_store.h"

namespace skerry::iam {

// When and for what each access key and each role was used last, as GetAccessKeyLastUsed and RoleLastUsed tell it.
//
// Not each use is written: the first within seconds, and then one in five minutes (AWS's take hours to show). A row is
// written only where its key or role is still there, and not under the account's epoch: nothing is decided by it.
//
// Life: one per server, outlived by the store. Threads: any, but run() and stop(), which are one executor's.
class LastUses {
 public:
  static constexpr auto kWrittenAgain = std::chrono::minutes(5);

  LastUses(storage::MetaStore& meta, const Clock& clock) : meta_(meta), clock_(clock) {}

  // A request was signed with it. `service` and `region` are those of its scope. Cheap: part of every request.
  void note(const auth::Credential& credential, std::string_view service, std::string_view region);

  // Writes what was noted and not written.
  Task<> flush();

  void run();
  Task<> stop();

 private:
  struct Use {
    std::string id;     // of the key or the role
    std::string owner;  // the row without which nobody asks for it
    Time at;
    std::string service, region;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Time> noted;  // by id
  };
  Shard& shard_of(const std::string& id) { return shards_[std::hash<std::string>()(id) % shards_.size()]; }
  Task<> loop();
  Task<bool> write(Use use);

  storage::MetaStore& meta_;
  const Clock& clock_;
  std::array<Shard, 16> shards_;
  std::mutex mutex_;
  std::vector<Use> unwritten_;  // protected by mutex_
  Gate gate_;
  Alarm alarm_;
};

}  // namespace skerry::iam
