#include "storage/local/committer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/gate.h"
#include "base/loop_executor.h"
#include "storage/local/fault_file_system.h"
#include "storage/local/local_meta.h"
#include "storage/local/test_folder.h"

namespace skerry::storage::local {
namespace {

constexpr Partition kPartition{1000};

// The rows' half of a LocalStore, on a file system with levers.
class CommitterTest : public ::testing::Test {
 protected:
  std::unique_ptr<RowDb> open_db() { return std::move(RowDb::open(db_options_).value()); }
  Batch put(const std::string& key, const std::string& value) {
    return {.partition = kPartition, .puts = {{key, value}}};
  }

  std::expected<void, CommitError> commit(Batch batch) { return loop_.run(meta_.commit(std::move(batch))); }
  std::optional<std::string> get(std::string_view key) { return loop_.run(meta_.get(kPartition, key)).value(); }

  // Commits `batches` as one group: the group before it is held at its fsync until all of them wait.
  std::vector<std::expected<void, CommitError>> commit_together(const std::vector<Batch>& batches) {
    std::vector<std::expected<void, CommitError>> results(batches.size());
    auto one = [](MetaStore& meta, Batch batch, std::expected<void, CommitError>& result) -> Task<> {
      result = co_await meta.commit(std::move(batch));
    };
    auto scenario = [&]() -> Task<> {
      Gate gate;
      faults_.cork();
      std::expected<void, CommitError> first;
      gate.spawn(one(meta_, put("before", "1"), first));
      co_await yield();
      faults_.corked();
      for (std::size_t i = 0; i < batches.size(); ++i) gate.spawn(one(meta_, batches[i], results[i]));
      while (committer_.stats().queued < batches.size()) co_await yield();
      faults_.uncork();
      co_await gate.close();
    };
    loop_.run(scenario());
    return results;
  }

  TestFolder folder_;
  FaultFileSystem faults_;
  std::unique_ptr<rocksdb::Env> env_ =
      rocksdb::NewCompositeEnv(std::shared_ptr<rocksdb::FileSystem>(&faults_, [](rocksdb::FileSystem*) {}));
  std::vector<std::string> logged_;
  RowDbOptions db_options_{folder_.path() + "/meta", 16 << 20, {}, env_.get()};
  LoopExecutor loop_;
  SpaceGuard space_{folder_.path() + "/reserve", 0, [] { return UINT64_MAX; }};
  DbSlot slot_{db_options_, open_db()};
  WorkerPool readers_{1, "readers"};
  WorkerPool compactor_{1, "compactor"};
  RowCache cache_{1 << 20};
  Committer committer_{slot_, cache_, space_, milliseconds(1),
                       [this](const std::string& line) { logged_.push_back(line); }};
  LocalMeta meta_{slot_, cache_, committer_, readers_, compactor_};
};

TEST_F(CommitterTest, ABatchSeesTheEarlierOnesOfItsGroup) {
  ASSERT_TRUE(commit(put("old", "1")).has_value());
  std::vector<Batch> batches(6, Batch{.partition = kPartition});
  batches[0].requirements = {{"k", std::nullopt}, {"old", "1"}};
  batches[0].puts = {{"k", "a"}};
  batches[0].erases = {"old"};
  batches[1].requirements = {{"k", std::nullopt}};  // conflicts with 0
  batches[1].puts = {{"k", "b"}, {"never", "1"}};
  batches[2].requirements = {{"k", "a"}, {"old", std::nullopt}};  // what 0 left, nothing of 1
  batches[2].puts = {{"k", "c"}};
  batches[3].requirements = {{"never", std::nullopt}, {"k", "c"}};
  batches[3].erases = {"k"};
  batches[4].requirements = {{"k", "c"}};  // conflicts with 3
  batches[4].puts = {{"k", "d"}};
  batches[5].partition = Partition{1001};  // the same key, elsewhere
  batches[5].requirements = {{"k", std::nullopt}};
  batches[5].puts = {{"k", "e"}};

  const std::uint64_t groups = committer_.stats().groups;
  auto results = commit_together(batches);
  EXPECT_EQ(committer_.stats().groups - groups, 2u);  // the one that was held, and ours
  EXPECT_EQ(committer_.stats().rereads, 0u);
  for (std::size_t i : {0u, 2u, 3u, 5u}) EXPECT_TRUE(results[i].has_value()) << i;
  ASSERT_FALSE(results[1].has_value());
  ASSERT_EQ(results[1].error().conflicts.size(), 1u);
  EXPECT_EQ(results[1].error().conflicts[0].actual, "a");
  ASSERT_FALSE(results[4].has_value());
  EXPECT_EQ(results[4].error().conflicts[0].actual, std::nullopt);
  EXPECT_EQ(get("k"), std::nullopt);
  EXPECT_EQ(get("never"), std::nullopt);
  EXPECT_EQ(get("old"), std::nullopt);
}

TEST_F(CommitterTest, ErasingAPartitionIsAGroupOfItsOwn) {
  ASSERT_TRUE(commit(put("k", "1")).has_value());
  auto one = [](MetaStore& meta, Batch batch, bool& ok) -> Task<> {
    ok = (co_await meta.commit(std::move(batch))).has_value();
  };
  auto erase = [](MetaStore& meta, bool& ok) -> Task<> {
    ok = (co_await meta.erase_partition(kPartition)).has_value();
  };
  bool put_before = false, erased = false, sees_it_gone = false, sees_it_there = true;
  auto scenario = [&]() -> Task<> {
    Gate gate;
    Batch before = put("k", "2"), gone = put("after", "1"), there = put("never", "1");
    before.requirements = {{"k", "1"}};
    gone.requirements = {{"k", std::nullopt}};
    there.requirements = {{"k", "2"}};
    faults_.cork();
    bool first;
    gate.spawn(one(meta_, put("x", "1"), first));
    co_await yield();
    faults_.corked();
    gate.spawn(one(meta_, std::move(before), put_before));
    gate.spawn(erase(meta_, erased));
    gate.spawn(one(meta_, std::move(there), sees_it_there));
    gate.spawn(one(meta_, std::move(gone), sees_it_gone));
    while (committer_.stats().queued < 4) co_await yield();
    faults_.uncork();
    co_await gate.close();
  };
  loop_.run(scenario());
  EXPECT_TRUE(put_before);
  EXPECT_TRUE(erased);
  EXPECT_TRUE(sees_it_gone);
  EXPECT_FALSE(sees_it_there);
  EXPECT_EQ(get("after"), "1");
  EXPECT_EQ(get("x"), std::nullopt);
}

TEST_F(CommitterTest, NothingIsAcknowledgedAfterAFailedSyncUntilReopened) {
  ASSERT_TRUE(commit(put("a", "1")).has_value());
  faults_.fail_syncs(true);
  for (int i = 0; i < 50; ++i) {
    auto failed = commit(put("b", std::to_string(i)));
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().errc, StoreErrc::Unavailable);
  }
  EXPECT_FALSE(committer_.stats().healthy);
  EXPECT_EQ(committer_.stats().batches, 1u);

  faults_.fail_syncs(false);
  while (!commit(put("c", "1"))) {
  }
  EXPECT_TRUE(committer_.stats().healthy);
  EXPECT_EQ(committer_.stats().reopenings, 1u);
  EXPECT_GE(faults_.failures(), 1u);
  EXPECT_EQ(faults_.repeated(), 0u);
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(get("c"), "1");
  const auto unknown = get("b");  // the first may have been applied, the others were not even tried
  EXPECT_TRUE(!unknown || *unknown == "0") << *unknown;
  Batch conditional = put("d", "1");
  conditional.requirements = {{"a", "1"}, {"b", unknown}, {"c", "1"}, {"d", std::nullopt}};
  EXPECT_TRUE(commit(std::move(conditional)).has_value());
  EXPECT_GE(logged_.size(), 2u);
}

TEST_F(CommitterTest, AFailedSyncFailsItsWholeGroup) {
  std::vector<Batch> batches;
  for (int i = 0; i < 8; ++i) batches.push_back(put(fmt::format("k{}", i), "1"));
  auto held = [&] {
    auto results = commit_together(batches);
    return results;
  };
  auto fine = held();
  for (const auto& result : fine) EXPECT_TRUE(result.has_value());
  const std::uint64_t committed = committer_.stats().batches;
  faults_.fail_syncs(true);
  auto failed = held();
  for (const auto& result : failed) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().errc, StoreErrc::Unavailable);
  }
  EXPECT_EQ(committer_.stats().batches, committed);
}

TEST_F(CommitterTest, ACompactionThatLackedSpaceIsTriedAgain) {
  ASSERT_TRUE(commit(put("a", "1")).has_value());
  ASSERT_TRUE(loop_.run(meta_.compact(kPartition)).has_value());
  ASSERT_TRUE(commit(put("a", "2")).has_value());
  faults_.allow_tables(1);  // the flush succeeds, the compaction after it does not
  EXPECT_FALSE(loop_.run(meta_.compact(kPartition)).has_value());
  faults_.allow_tables(SIZE_MAX);
  EXPECT_TRUE(slot_.pin()->background_failed());
  EXPECT_TRUE(commit(put("b", "1")).has_value());
  EXPECT_FALSE(slot_.pin()->background_failed());
  EXPECT_EQ(committer_.stats().reopenings, 0u);
  EXPECT_TRUE(loop_.run(meta_.compact(kPartition)).has_value());
  EXPECT_EQ(get("a"), "2");
  EXPECT_EQ(get("b"), "1");
}

TEST_F(CommitterTest, AFlushThatLackedSpaceStopsWritingUntilThereIsSome) {
  ASSERT_TRUE(commit(put("a", "1")).has_value());
  faults_.allow_tables(0);
  EXPECT_FALSE(loop_.run(meta_.compact(kPartition)).has_value());
  while (commit(put("b", "1"))) {
  }
  EXPECT_EQ(commit(put("b", "2")).error().errc, StoreErrc::Unavailable);
  faults_.allow_tables(SIZE_MAX);
  while (!commit(put("c", "1"))) {
  }
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(get("c"), "1");
}

TEST_F(CommitterTest, ReadsGoOnWhileNothingIsAcknowledged) {
  ASSERT_TRUE(commit(put("a", "1")).has_value());
  faults_.cork();
  auto hold = [](MetaStore& meta, Batch batch) -> Task<> { (void)co_await meta.commit(std::move(batch)); };
  auto scenario = [&]() -> Task<> {
    Gate gate;
    gate.spawn(hold(meta_, put("a", "2")));
    co_await yield();
    faults_.corked();
    auto during = co_await meta_.get(kPartition, "a");
    EXPECT_EQ(during.value(), "1");  // not "2", which is not durable
    faults_.uncork();
    co_await gate.close();
    auto after = co_await meta_.get(kPartition, "a");
    EXPECT_EQ(after.value(), "2");
  };
  loop_.run(scenario());
}

}  // namespace
}  // namespace skerry::storage::local
