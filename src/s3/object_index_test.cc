#include "s3/object_index.h"

#include <gtest/gtest.h>

#include "s3/listing.h"
#include "s3/test_world.h"
#include "storage/blob_ledger.h"

namespace skerry::s3 {
namespace {

class ObjectIndexTest : public testing::Test {
 protected:
  void SetUp() override { bucket_ = world_.make_bucket("bucket"); }

  void set_versioning(record::Fence::Versioning state) { world_.set_versioning(bucket_, state); }

  // Puts a version whose size tells it from the others, and gives its id.
  std::string put(std::string key, std::uint64_t size) {
    auto installed = world_.put(bucket_, key, size);
    EXPECT_TRUE(installed) << installed.error().message;
    return VersionId::of(installed->row).text();
  }

  // The latest version's size; -1: none, -2: a delete marker.
  int latest(std::string key) {
    auto found = world_.sim.run(world_.index().find(bucket_, key, std::nullopt));
    if (!found) return -1;
    return found->row.delete_marker() ? -2 : static_cast<int>(found->row.size());
  }
  int version(std::string key, std::string id) {
    auto found = world_.sim.run(world_.index().find(bucket_, key, VersionId::parse(id)));
    if (!found) return -1;
    return found->row.delete_marker() ? -2 : static_cast<int>(found->row.size());
  }
  Removed remove(std::string key) {
    auto removed = world_.sim.run(world_.index().remove(bucket_, key, {}));
    EXPECT_TRUE(removed);
    return *removed;
  }
  Removed remove(std::string key, std::string id) {
    auto removed = world_.sim.run(world_.index().remove_version(bucket_, key, *VersionId::parse(id), {}));
    EXPECT_TRUE(removed);
    return *removed;
  }

  World world_;
  FoundBucket bucket_;
};

TEST_F(ObjectIndexTest, WithoutVersioningAWriteReplacesAndADeleteRemoves) {
  EXPECT_EQ(put("k", 1), "null");
  EXPECT_EQ(put("k", 2), "null");
  EXPECT_EQ(latest("k"), 2);
  EXPECT_FALSE(remove("k").version_id);
  EXPECT_EQ(latest("k"), -1);
  EXPECT_FALSE(remove("k").delete_marker);  // and again: no error
  EXPECT_EQ(world_.rows_of(bucket_), 1u) << "only the fence is left";
}

TEST_F(ObjectIndexTest, VersionsStackUpAndComeBack) {
  set_versioning(record::Fence::ENABLED);
  std::string first = put("k", 1), second = put("k", 2);
  Removed marker = remove("k");
  EXPECT_TRUE(marker.delete_marker);
  EXPECT_EQ(latest("k"), -2);
  EXPECT_EQ(version("k", first), 1);
  EXPECT_EQ(version("k", second), 2);
  EXPECT_EQ(version("k", *marker.version_id), -2);

  EXPECT_TRUE(remove("k", *marker.version_id).delete_marker);
  EXPECT_EQ(latest("k"), 2);
  remove("k", second);
  EXPECT_EQ(latest("k"), 1);
  remove("k", first);
  EXPECT_EQ(latest("k"), -1);
  EXPECT_EQ(world_.rows_of(bucket_), 1u);
}

TEST_F(ObjectIndexTest, ANullVersionIsOneOnlyWhereverItLies) {
  EXPECT_EQ(put("k", 1), "null");
  set_versioning(record::Fence::ENABLED);
  std::string second = put("k", 2);
  EXPECT_EQ(version("k", "null"), 1);
  set_versioning(record::Fence::SUSPENDED);
  EXPECT_EQ(put("k", 3), "null");
  EXPECT_EQ(latest("k"), 3);
  EXPECT_EQ(version("k", "null"), 3);
  EXPECT_EQ(version("k", second), 2);
  Removed marker = remove("k");  // a null marker in the null version's place
  EXPECT_EQ(marker.version_id, "null");
  EXPECT_EQ(latest("k"), -2);
  EXPECT_EQ(version("k", "null"), -2);
  set_versioning(record::Fence::ENABLED);
  std::string fourth = put("k", 4);
  EXPECT_EQ(version("k", "null"), -2);
  remove("k", "null");
  EXPECT_EQ(version("k", "null"), -1);
  remove("k", fourth);
  EXPECT_EQ(latest("k"), 2);
  remove("k", second);
  EXPECT_EQ(world_.rows_of(bucket_), 1u);
}

TEST_F(ObjectIndexTest, AnIdOfAnotherSaltIsUnknown) {
  set_versioning(record::Fence::ENABLED);
  std::string id = put("k", 1);
  id.back() = id.back() == '0' ? '1' : '0';
  EXPECT_EQ(version("k", id), -1);
  EXPECT_FALSE(remove("k", id).delete_marker);
  EXPECT_EQ(latest("k"), 1);
}

TEST_F(ObjectIndexTest, AClockSetBackDoesNotReorderVersions) {
  set_versioning(record::Fence::ENABLED);
  put("k", 1);
  world_.sim.skew(-std::chrono::hours(1));
  put("k", 2);
  EXPECT_EQ(latest("k"), 2);
}

TEST_F(ObjectIndexTest, ConditionsAreOfTheLatestVersion) {
  auto code = [&](std::string key, WriteCondition condition) {
    auto installed = world_.put(bucket_, key, 7, condition);
    return installed ? std::string("ok") : std::string(installed.error().info->code);
  };
  EXPECT_EQ(code("k", {.if_match = "*"}), "NoSuchKey");
  EXPECT_EQ(code("k", {.if_none_match_any = true}), "ok");
  EXPECT_EQ(code("k", {.if_none_match_any = true}), "PreconditionFailed");
  EXPECT_EQ(code("k", {.if_match = "\"00000000000000000000000000000000\""}), "PreconditionFailed");
  std::string tag = quoted_etag(world_.sim.run(world_.index().find(bucket_, "k", std::nullopt))->row);
  EXPECT_EQ(code("k", {.if_match = tag}), "ok");
  set_versioning(record::Fence::ENABLED);
  remove("k");
  EXPECT_EQ(code("k", {.if_match = "*"}), "NoSuchKey");
  EXPECT_EQ(code("k", {.if_none_match_any = true}), "ok");
}

TEST_F(ObjectIndexTest, ManyWritersOfOneKeyAllSucceedAndOneIsLast) {
  set_versioning(record::Fence::ENABLED);
  int done = 0;
  auto writer = [](World& world, FoundBucket bucket, std::uint64_t size, int& count) -> Task<> {
    NewVersion version = world.new_version(size);
    std::string key = "k";
    WriteCondition none;
    auto installed = co_await world.index().install(bucket, std::move(key), std::move(version), std::move(none));
    EXPECT_TRUE(installed);
    ++count;
  };
  for (std::uint64_t i = 1; i <= 50; ++i) spawn(world_.sim, writer(world_, bucket_, i, done));
  world_.sim.run_until_idle();
  EXPECT_EQ(done, 50);
  auto rows = world_.scan(bucket_, keys::versions_of("k"));
  EXPECT_EQ(rows.size(), 49u);
  EXPECT_GT(latest("k"), 0);
}

// What the disk gives back is checked once, where it is read: a later step relies on it.
TEST_F(ObjectIndexTest, ARowWithoutItsBlobIsAnErrorAndNotTheEnd) {
  record::VersionRow row;
  row.set_stamp(1);
  row.set_size(10);
  row.set_place(record::VersionRow::BLOB);
  row.set_blob_id("too short");
  storage::Batch batch{.partition = bucket_.partition()};
  batch.puts.push_back({keys::current("k"), row.SerializeAsString()});
  ASSERT_TRUE(world_.sim.run(world_.meta().commit(std::move(batch))));
  auto removed = world_.sim.run(world_.index().remove(bucket_, "k", {}));
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().info->code, "InternalError");
  EXPECT_EQ(world_.put(bucket_, "k", 1).error().info->code, "InternalError");
}

// The server was taken for dead, and what it had stored is going away: no repetition changes that.
TEST(ObjectIndex, AContentThatWasCondemnedIsRefusedAtOnce) {
  World world{1, {.delay_min = milliseconds(1), .delay_max = milliseconds(1)}};
  FoundBucket bucket = world.make_bucket("bucket");
  storage::BlobId id{.epoch = 1, .owner = bucket.partition()};
  storage::Batch batch{.partition = bucket.partition()};
  storage::condemn(batch, id, world.sim.now());
  ASSERT_TRUE(world.sim.run(world.meta().commit(std::move(batch))));
  NewVersion version = world.new_version(1);
  version.row.set_place(record::VersionRow::BLOB);
  version.row.set_blob_id(id.bytes());
  microseconds begin = world.sim.steady();
  auto installed = world.sim.run(world.index().install(bucket, "k", std::move(version), {}));
  ASSERT_FALSE(installed);
  EXPECT_EQ(installed.error().info->code, "OperationAborted");
  EXPECT_LT(world.sim.steady() - begin, milliseconds(20));
}

}  // namespace
}  // namespace skerry::s3
