#include "iam/last_uses.h"

#include "iam/principal.h"
#include "iam/records.pb.h"

namespace skerry::iam {
namespace {

constexpr std::size_t kNotedMax = 4096;  // a shard; of who is forgotten the next use is written again
constexpr auto kFlushInterval = seconds(2);
constexpr std::string_view kNone = "N/A";  // what AWS says where a signature names no region

using Kind = Principal::Kind;

}  // namespace

void LastUses::note(const auth::Credential& credential, std::string_view service, std::string_view region) {
  const Principal& who = *credential.owner;
  const bool role = who.kind == Kind::RoleSession;
  if (!role && who.token_issued) return;  // of temporary credentials there is nothing that could tell it
  const std::string& id = role ? who.unique_id : credential.access_key_id;
  const Time now = clock_.now();
  {
    Shard& shard = shard_of(id);
    std::lock_guard lock(shard.mutex);
    auto found = shard.noted.find(id);
    if (found != shard.noted.end()) {
      if (now - found->second < kWrittenAgain) return;
      found->second = now;
    } else {
      if (shard.noted.size() >= kNotedMax) shard.noted.erase(shard.noted.begin());
      shard.noted.emplace(id, now);
    }
  }
  std::string owner = role                     ? rows::unique_id(id)
                      : who.kind == Kind::Root ? rows::account(who.account_id)
                                               : rows::access_key(id);
  Use use{id, std::move(owner), now, std::string(service), std::string(region.empty() ? kNone : region)};
  std::lock_guard lock(mutex_);
  unwritten_.push_back(std::move(use));
}

Task<> LastUses::flush() {
  std::vector<Use> uses;
  {
    std::lock_guard lock(mutex_);
    uses.swap(unwritten_);
  }
  for (Use& use : uses) {
    std::string id = use.id;
    const bool written = co_await write(std::move(use));
    if (written) continue;
    Shard& shard = shard_of(id);
    std::lock_guard lock(shard.mutex);
    shard.noted.erase(id);
  }
}

// False: not now; its next use says it again.
Task<bool> LastUses::write(Use use) {
  using storage::Partition;
  auto owner = co_await meta_.get(Partition::Accounts, use.owner);
  if (!owner) co_return false;
  if (!*owner) co_return true;  // deleted meanwhile
  record::LastUsed row;
  row.set_at_us(use.at.time_since_epoch().count());
  row.set_service(use.service);
  row.set_region(use.region);
  storage::Batch batch{.partition = Partition::Accounts};
  batch.requirements.push_back({use.owner, std::move(*owner)});
  batch.puts.push_back({rows::last_used(use.id), row.SerializeAsString()});
  auto committed = co_await meta_.commit(std::move(batch));
  co_return committed.has_value();
}

void LastUses::run() { gate_.spawn(loop()); }

Task<> LastUses::stop() {
  alarm_.ring();
  co_await gate_.close();
}

Task<> LastUses::loop() {
  for (;;) {
    bool stopped = co_await alarm_.sleep(kFlushInterval);
    co_await flush();
    if (stopped) break;
  }
}

}  // namespace skerry::iam
