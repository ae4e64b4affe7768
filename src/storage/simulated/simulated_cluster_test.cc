#include "storage/simulated/simulated_cluster.h"

#include <gtest/gtest.h>

#include "base/sim_executor.h"
#include "storage/simulated/simulated_client.h"

namespace skerry::storage {
namespace {

constexpr Partition kPartition{1000};

// Adds to a counter by compare-and-swap, over a store that may not say what became of it. Each attempt writes its own
// mark beside the counter, by which it recognises later that it has succeeded.
Task<> count_up(MetaStore& meta, std::string name, int times) {
  for (int i = 0; i < times;) {
    auto before = co_await meta.get(kPartition, "counter");
    if (!before) continue;
    std::string mark = fmt::format("mark {} {}", name, i);
    auto marked = co_await meta.get(kPartition, mark);
    if (!marked) continue;
    if (*marked) {
      ++i;
      continue;
    }
    int next = *before ? std::stoi(**before) + 1 : 1;
    Batch batch{.partition = kPartition,
                .requirements = {{"counter", *before}, {mark, std::nullopt}},
                .puts = {{"counter", std::to_string(next)}, {mark, "x"}}};
    if (co_await meta.commit(std::move(batch))) ++i;
  }
}

struct Outcome {
  std::string counter;
  std::uint64_t hash;
  std::size_t events;
};

Outcome run(std::uint64_t seed, Faults faults) {
  SimExecutor sim(seed);
  SimulatedCluster cluster(sim, seed);
  cluster.witness().keep_trace();
  auto a = cluster.connect(faults);
  auto b = cluster.connect(faults);
  spawn(sim, count_up(a->meta(), "a1", 10));
  spawn(sim, count_up(a->meta(), "a2", 10));
  spawn(sim, count_up(b->meta(), "b", 10));
  sim.run_until_idle();
  return {cluster.disk().find(kPartition, "counter").value_or(""), cluster.witness().trace_hash(),
          cluster.witness().trace().size()};
}

TEST(SimulatedCluster, TheSameSeedGivesTheSameTrace) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Outcome first = run(seed, Faults::storm());
    Outcome second = run(seed, Faults::storm());
    EXPECT_EQ(first.hash, second.hash) << "seed " << seed;
    EXPECT_EQ(first.events, second.events) << "seed " << seed;
    EXPECT_NE(first.hash, run(seed + 100, Faults::storm()).hash);
  }
}

TEST(SimulatedCluster, CompareAndSwapCountsRightInEveryStorm) {
  Faults late = Faults::storm();
  late.late_commit = 0.5;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    EXPECT_EQ(run(seed, Faults::storm()).counter, "30") << "seed " << seed;
    EXPECT_EQ(run(seed, late).counter, "30") << "seed " << seed;
    EXPECT_EQ(run(seed, {}).counter, "30") << "seed " << seed;
  }
}

// Without preconditions updates do get lost: the simulation has enough disorder to show it.
TEST(SimulatedCluster, ABlindIncrementLosesUpdates) {
  auto blind = [](MetaStore& meta) -> Task<> {
    for (int i = 0; i < 10; ++i) {
      auto before = co_await meta.get(kPartition, "counter");
      int next = *before ? std::stoi(**before) + 1 : 1;
      Batch batch{.partition = kPartition, .puts = {{"counter", std::to_string(next)}}};
      (void)co_await meta.commit(std::move(batch));
    }
  };
  for (Faults faults : {Faults{}, Faults::delays()}) {
    SimExecutor sim(1);
    SimulatedCluster cluster(sim, 1);
    auto a = cluster.connect(faults);
    auto b = cluster.connect(faults);
    spawn(sim, blind(a->meta()));
    spawn(sim, blind(b->meta()));
    sim.run_until_idle();
    EXPECT_LT(std::stoi(*cluster.disk().find(kPartition, "counter")), 20);
  }
}

TEST(SimulatedCluster, CallsOvertakeOneAnother) {
  auto put = [](MetaStore& meta, std::string value, std::string& order) -> Task<> {
    Batch batch{.partition = kPartition, .puts = {{"k", value}}};
    (void)co_await meta.commit(std::move(batch));
    order += value;
  };
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SimExecutor sim(seed);
    SimulatedCluster cluster(sim, seed);
    auto client = cluster.connect(Faults::delays());
    std::string order;
    for (std::string value : {"a", "b", "c"}) spawn(sim, put(client->meta(), value, order));
    sim.run_until_idle();
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 6u);
}

}  // namespace
}  // namespace skerry::storage
