#include <gtest/gtest.h>

#include "base/gate.h"
#include "base/sim_executor.h"
#include "storage/simulated/simulated_client.h"
#include "tests/model/check.h"

// The checker and the simulated store hold one another to account: clients of two servers over one store, with faults,
// must be told nothing that no order explains; clients of a store that is wrong must be found out.

namespace skerry::model {
namespace {

using storage::Batch;
using storage::Faults;
using storage::MetaStore;
using storage::Partition;
using storage::StoreErrc;

constexpr Partition kPartition{1000};
constexpr int kClients = 6;
constexpr int kSteps = 15;

class Client {
 public:
  Client(MetaStore& meta, History& history, std::uint64_t seed) : meta_(meta), history_(history), random_(seed) {}

  Task<> run() {
    for (int i = 0; i < kSteps; ++i) {
      std::string key(1, static_cast<char>('a' + random_.below(3)));
      switch (random_.below(5)) {
        case 0:
        case 1:
          co_await write(key, fmt::format("{:x}", random_.next_u64()));
          break;
        case 2:
          co_await write(key, std::nullopt);
          break;
        case 3:
          co_await read(key);
          break;
        case 4:
          co_await list();
          break;
      }
    }
  }

 private:
  Task<> write(std::string key, std::optional<std::string> value) {
    std::optional<Condition> only_if;
    if (random_.chance(0.3)) only_if = Condition{random_.chance(0.5) ? last_seen_ : std::nullopt};
    History::Id id = value ? history_.put(key, *value, only_if) : history_.remove(key, only_if);
    Batch batch{.partition = kPartition};
    if (only_if) batch.requirements = {{key, only_if->value}};
    if (value) batch.puts = {{key, *value}};
    if (!value) batch.erases = {key};
    auto outcome = co_await meta_.commit(std::move(batch));
    if (outcome) {
      history_.done(id);
    } else if (outcome.error().errc == StoreErrc::Conflict) {
      history_.refused(id);
    } else if (outcome.error().errc == StoreErrc::NoSpace) {
      history_.forget(id);
    }
  }

  Task<> read(std::string key) {
    History::Id id = history_.get(key);
    auto value = co_await meta_.get(kPartition, key);
    if (!value) co_return;
    history_.got(id, *value);
    last_seen_ = *value;
  }

  Task<> list() {
    History::Id id = history_.list("");
    std::vector<Entry> entries;
    std::optional<std::string> next = "";
    while (next) {
      storage::ScanRequest request{.partition = kPartition, .begin = *next, .limit = 2};
      auto page = co_await meta_.scan(std::move(request));
      if (!page) co_return;
      for (storage::Row& row : page->rows) entries.push_back({row.key, row.value});
      next = page->next;
    }
    history_.listed(id, std::move(entries));
  }

  MetaStore& meta_;
  History& history_;
  SeededRandom random_;
  std::optional<std::string> last_seen_;
};

Task<> run_all(std::vector<Client>& clients) {
  Gate gate;
  for (Client& client : clients) gate.spawn(client.run());
  co_await gate.close();
}

// Answers gets from what it was once told, like a cache that nobody invalidates.
class StaleStore final : public MetaStore {
 public:
  explicit StaleStore(MetaStore& below) : below_(below) {}
  Task<storage::StoreResult<std::optional<std::string>>> get(Partition partition, std::string_view key) override {
    std::string name(key);
    if (auto it = seen_.find(name); it != seen_.end()) co_return it->second;
    auto value = co_await below_.get(partition, name);
    if (value) seen_.emplace(name, *value);
    co_return value;
  }
  Task<storage::StoreResult<std::optional<std::string>>> get_bulk(Partition partition, std::string_view key) override {
    return below_.get_bulk(partition, key);
  }
  Task<storage::StoreResult<storage::ScanPage>> scan(storage::ScanRequest request) override {
    return below_.scan(std::move(request));
  }
  Task<std::expected<void, storage::CommitError>> commit(Batch batch) override {
    return below_.commit(std::move(batch));
  }
  Task<storage::StoreResult<void>> erase_partition(Partition partition) override {
    return below_.erase_partition(partition);
  }
  std::size_t bulk_limit() const override { return below_.bulk_limit(); }

 private:
  MetaStore& below_;
  std::map<std::string, std::optional<std::string>> seen_;
};

std::vector<std::string> judge(std::uint64_t seed, Faults faults, bool stale) {
  SimExecutor sim(seed);
  storage::SimulatedCluster cluster(sim, seed);
  auto a = cluster.connect(faults);
  auto b = cluster.connect(faults);
  StaleStore stale_a(a->meta());
  History history;
  std::vector<Client> clients;
  for (std::uint64_t n = 0; n < kClients; ++n) {
    MetaStore& own = stale ? stale_a : a->meta();
    clients.emplace_back(n % 2 == 0 ? own : b->meta(), history, seed * 100 + n);
  }
  sim.run(run_all(clients));
  return check(history);
}

TEST(SimulatedStore, TellsNothingThatNoOrderExplains) {
  Faults late = Faults::storm();
  late.late_commit = 0.5;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Faults faults = seed % 3 == 0 ? Faults::storm() : seed % 3 == 1 ? late : Faults::delays();
    std::vector<std::string> wrong = judge(seed, faults, false);
    ASSERT_TRUE(wrong.empty()) << "seed " << seed << ": " << wrong.front();
  }
}

TEST(SimulatedStore, AStaleCacheIsFoundOut) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) found += !judge(seed, Faults::delays(), true).empty();
  EXPECT_GT(found, 40);
}

}  // namespace
}  // namespace skerry::model
