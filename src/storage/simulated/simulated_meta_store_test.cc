#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sim_executor.h"
#include "storage/simulated/simulated_client.h"

namespace skerry::storage {
namespace {

using testing::ElementsAre;

constexpr Partition kPartition{1000};

class SimulatedMeta : public testing::Test {
 protected:
  std::expected<void, CommitError> commit(Batch batch) {
    batch.partition = kPartition;
    return sim_.run(meta_.commit(std::move(batch)));
  }
  void put(std::string key, std::string value) { ASSERT_TRUE(commit({.puts = {{key, value}}})); }
  std::optional<std::string> on_disk(std::string_view key) { return cluster_.disk().find(kPartition, key); }
  std::optional<std::string> get(std::string_view key) { return sim_.run(meta_.get(kPartition, key)).value(); }
  bool can_get(std::string_view key) {
    auto value = sim_.run(meta_.get(kPartition, key));
    EXPECT_TRUE(value || value.error().errc == StoreErrc::Unavailable);
    return value.has_value();
  }

  // All keys of the partition, by as many pages as it takes.
  std::vector<std::string> keys(MetaStore& meta, std::size_t limit = 1000) {
    std::vector<std::string> found;
    std::optional<std::string> next = "";
    while (next) {
      auto page = sim_.run(meta.scan({.partition = kPartition, .begin = *next, .limit = limit}));
      if (!page) continue;
      EXPECT_LE(page->rows.size(), limit);
      ++pages_;
      for (const Row& row : page->rows) found.push_back(row.key);
      next = page->next;
    }
    return found;
  }

  SimExecutor sim_{1};
  SimulatedCluster cluster_{sim_, 1};
  std::unique_ptr<SimulatedClient> client_ = cluster_.connect();
  MetaStore& meta_ = client_->meta();
  Link& link_ = client_->link();
  std::size_t pages_ = 0;
};

TEST_F(SimulatedMeta, GivesWhatWasCommitted) {
  ASSERT_TRUE(commit({.puts = {{"a", "1"}, {"b", "2"}}, .bulk_puts = {{"a", "body"}}}));
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(get("c"), std::nullopt);
  EXPECT_EQ(sim_.run(meta_.get_bulk(kPartition, "a")).value(), "body");
  EXPECT_EQ(sim_.run(meta_.get(Partition{1001}, "a")).value(), std::nullopt);
  ASSERT_TRUE(commit({.puts = {{"b", "3"}}, .erases = {"a", "never there"}}));
  EXPECT_EQ(get("a"), std::nullopt);
  EXPECT_EQ(get("b"), "3");
  EXPECT_EQ(sim_.run(meta_.get_bulk(kPartition, "a")).value(), "body") << "bulk values have keys of their own";
}

TEST_F(SimulatedMeta, GivesBackEveryPreconditionThatFailedAndChangesNothing) {
  put("a", "1");
  auto outcome = commit({.requirements = {{"a", "1"}, {"a2", "x"}, {"b", std::nullopt}}, .puts = {{"b", "2"}}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().errc, StoreErrc::Conflict);
  ASSERT_EQ(outcome.error().conflicts.size(), 1u);
  EXPECT_EQ(outcome.error().conflicts[0].key, "a2");
  EXPECT_EQ(outcome.error().conflicts[0].actual, std::nullopt);
  EXPECT_EQ(on_disk("b"), std::nullopt);

  outcome = commit({.requirements = {{"a", std::nullopt}}, .erases = {"a"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().conflicts.at(0).actual, "1");
  EXPECT_EQ(on_disk("a"), "1");
  EXPECT_TRUE(commit({.requirements = {{"a", "1"}, {"b", std::nullopt}}, .erases = {"a"}}));
}

TEST_F(SimulatedMeta, ScansInByteOrderWithinBounds) {
  for (std::string key : {"b", "a", "c", "\xff", "B"}) put(key, "v");
  EXPECT_THAT(keys(meta_), ElementsAre("B", "a", "b", "c", "\xff"));
  auto page = sim_.run(meta_.scan({.partition = kPartition, .begin = "a", .end = "c", .limit = 1000}));
  ASSERT_TRUE(page);
  EXPECT_THAT(page->rows, ElementsAre(Row{"a", "v"}, Row{"b", "v"}));
  EXPECT_EQ(page->next, std::nullopt);
}

TEST_F(SimulatedMeta, GivesShortAndEmptyPagesThatLeadToTheSameRows) {
  for (char c = 'a'; c <= 'z'; ++c) put(std::string(1, c), "v");
  std::vector<std::string> all = keys(meta_);
  EXPECT_EQ(all.size(), 26u);
  EXPECT_EQ(pages_, 1u);
  pages_ = 0;
  link_.set_faults({.short_page = 0.5, .empty_page = 0.5});
  EXPECT_EQ(keys(meta_, 5), all);
  EXPECT_GT(pages_, 6u) << "26 rows in full pages of five are six";
}

TEST_F(SimulatedMeta, AnAnswerThatIsLostLeavesTheCommitApplied) {
  link_.lose_next(Link::Way::Answer);
  EXPECT_EQ(commit({.puts = {{"a", "1"}}}).error().errc, StoreErrc::Unavailable);
  EXPECT_EQ(on_disk("a"), "1");
  put("b", "2");
}

TEST_F(SimulatedMeta, ARequestThatIsLostChangesNothing) {
  link_.lose_next(Link::Way::Request);
  EXPECT_EQ(commit({.puts = {{"a", "1"}}}).error().errc, StoreErrc::Unavailable);
  EXPECT_EQ(on_disk("a"), std::nullopt);
  put("b", "2");
}

TEST_F(SimulatedMeta, ALateCommitIsAppliedAfterItsCallerHasGone) {
  link_.set_faults({.late_commit = 1});
  link_.lose_next(Link::Way::Request);
  EXPECT_EQ(commit({.puts = {{"a", "1"}}}).error().errc, StoreErrc::Unavailable);
  EXPECT_EQ(on_disk("a"), std::nullopt);
  client_.reset();
  sim_.run_until_idle();
  EXPECT_EQ(on_disk("a"), "1");
}

TEST_F(SimulatedMeta, WhatIsHeldBackHasNotHappenedUntilItArrives) {
  link_.hold(Link::Way::Request);
  std::optional<bool> done;
  spawn(sim_, [](MetaStore& meta, std::optional<bool>& out) -> Task<> {
    Batch batch{.partition = kPartition, .puts = {{"a", "1"}}};
    out = (co_await meta.commit(std::move(batch))).has_value();
  }(meta_, done));
  sim_.run_until_idle();
  EXPECT_EQ(link_.held(Link::Way::Request), 1u);
  EXPECT_EQ(on_disk("a"), std::nullopt);
  link_.hold(Link::Way::Answer);
  link_.release(Link::Way::Request);
  sim_.run_until_idle();
  EXPECT_EQ(on_disk("a"), "1");
  EXPECT_EQ(done, std::nullopt);
  link_.release(Link::Way::Answer);
  sim_.run_until_idle();
  EXPECT_EQ(done, true);
  EXPECT_EQ(link_.calls(), 0u);
}

TEST_F(SimulatedMeta, APowerCutEndsPendingCallsAndTheClientForEver) {
  link_.hold(Link::Way::Request);
  std::optional<StoreErrc> outcome;
  spawn(sim_, [](MetaStore& meta, std::optional<StoreErrc>& out) -> Task<> {
    Batch batch{.partition = kPartition, .puts = {{"a", "1"}}};
    out = (co_await meta.commit(std::move(batch))).error().errc;
  }(meta_, outcome));
  sim_.run_until_idle();
  client_->power_cut();
  sim_.run_until_idle();
  EXPECT_EQ(outcome, StoreErrc::Unavailable);
  EXPECT_EQ(commit({.puts = {{"a", "2"}}}).error().errc, StoreErrc::Unavailable);
  EXPECT_FALSE(can_get("a"));
  EXPECT_EQ(on_disk("a"), std::nullopt);
  EXPECT_TRUE(keys(cluster_.connect()->meta()).empty()) << "and another server works on";
}

TEST_F(SimulatedMeta, NothingPassesDuringAnOutage) {
  link_.set_available(false);
  EXPECT_FALSE(can_get("a"));
  EXPECT_EQ(commit({.puts = {{"a", "1"}}}).error().errc, StoreErrc::Unavailable);
  link_.set_available(true);
  EXPECT_EQ(get("a"), std::nullopt);

  link_.set_faults({.outage_every = seconds(1), .outage_max = seconds(1)});
  int failed = 0;
  for (int i = 0; i < 200; ++i) {
    sim_.advance(milliseconds(100));
    if (!can_get("a")) ++failed;
  }
  EXPECT_GT(failed, 20);
  EXPECT_LT(failed, 120);
}

TEST_F(SimulatedMeta, WithoutSpaceOnlyWhatErasesIsTaken) {
  put("a", "1");
  cluster_.disk().limit_space(cluster_.disk().used_bytes());
  EXPECT_EQ(commit({.puts = {{"b", "2"}}}).error().errc, StoreErrc::NoSpace);
  EXPECT_EQ(on_disk("b"), std::nullopt);
  EXPECT_TRUE(commit({.puts = {{"removal", "of a"}}, .erases = {"a"}}));
  cluster_.disk().limit_space(std::nullopt);
  put("b", "2");
}

TEST_F(SimulatedMeta, ErasesAPartitionInStepsThatAPowerCutCanPart) {
  for (int i = 0; i < 100; ++i) put(fmt::format("{}", i), "v");
  ASSERT_TRUE(commit({.bulk_puts = {{"k", "v"}}}));
  auto slow = cluster_.connect(Faults::delays());
  spawn(sim_, [](MetaStore& meta) -> Task<> {
    EXPECT_EQ((co_await meta.erase_partition(kPartition)).error().errc, StoreErrc::Unavailable);
  }(slow->meta()));
  while (keys(meta_).size() == 100) sim_.advance(milliseconds(1));
  slow->power_cut();
  sim_.run_until_idle();
  EXPECT_FALSE(keys(meta_).empty());
  EXPECT_TRUE(sim_.run(meta_.erase_partition(kPartition)));
  EXPECT_TRUE(keys(meta_).empty());
  EXPECT_EQ(cluster_.disk().used_bytes(), 0u);
}

// Every way to break the interface's rules is told; the store does what it was asked to all the same.
TEST_F(SimulatedMeta, TellsWhoBreaksTheRules) {
  Witness& witness = cluster_.witness();
  witness.on_violation(Witness::OnViolation::Record);
  std::vector<Batch> wrong = {
      {},
      {.puts = {{"", "v"}}},
      {.puts = {{std::string(4097, 'k'), "v"}}},
      {.puts = {{"k", ""}}},
      {.puts = {{"k", std::string(64 * 1024 + 1, 'v')}}},
      {.puts = {{"k", "1"}, {"k", "2"}}},
      {.puts = {{"k", "1"}}, .erases = {"k"}},
      {.erases = {"k", "k"}},
      {.bulk_puts = {{"k", "1"}}, .bulk_erases = {"k"}},
      {.bulk_puts = {{"k", std::string(meta_.bulk_limit() + 1, 'v')}}},
      {.requirements = {{"k", ""}}, .puts = {{"a", "1"}}},
      {.requirements = {{"k", "1"}, {"k", "1"}}, .puts = {{"a", "1"}}},
      {.requirements = {{"k", std::string(8193, 'v')}}, .puts = {{"a", "1"}}},
  };
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    (void)commit(wrong[i]);
    EXPECT_EQ(witness.violations().size(), i + 1) << i;
  }
  std::size_t told = wrong.size();
  (void)get("");
  EXPECT_EQ(witness.violations().size(), ++told);
  (void)sim_.run(meta_.scan({.partition = kPartition, .limit = 0}));
  EXPECT_EQ(witness.violations().size(), ++told);
  ASSERT_TRUE(sim_.run(meta_.erase_partition(kPartition)));
  put("k", "a key in a partition that was erased");
  EXPECT_EQ(witness.violations().size(), ++told);
}

TEST_F(SimulatedMeta, KeepsToTheLargestKeyAndValueWithoutAWord) {
  std::string key(4096, '\xff');
  ASSERT_TRUE(commit({.requirements = {{key, std::nullopt}},
                      .puts = {{key, std::string(64 * 1024, 'v')}},
                      .bulk_puts = {{key, std::string(meta_.bulk_limit(), 'b')}}}));
  EXPECT_TRUE(cluster_.witness().violations().empty());
}

TEST(SimulatedMetaDeathTest, ABrokenRuleEndsTheTest) {
  SimExecutor sim;
  SimulatedCluster cluster(sim, 1);
  auto client = cluster.connect();
  EXPECT_DEATH(sim.run(client->meta().commit({.partition = kPartition, .puts = {{"k", ""}}})), "broke its rules");
}

}  // namespace
}  // namespace skerry::storage
