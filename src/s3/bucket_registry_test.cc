#include "s3/bucket_registry.h"

#include <gtest/gtest.h>

#include <set>

#include "base/gate.h"
#include "s3/errors.h"
#include "s3/test_world.h"
#include "storage/row_class.h"

namespace skerry::s3 {
namespace {

using storage::Batch;
using storage::Partition;

class BucketRegistryTest : public testing::Test {
 protected:
  std::string find() {
    auto found = world_.sim.run(world_.buckets().find("bucket"));
    return found ? "found" : std::string(found.error().info->code);
  }
  void write(Partition partition, std::string key, std::optional<std::string> value) {
    Batch batch{.partition = partition};
    if (value) {
      batch.puts.push_back({std::move(key), std::move(*value)});
    } else {
      batch.erases.push_back(std::move(key));
    }
    ASSERT_TRUE(world_.sim.run(world_.meta().commit(std::move(batch))));
  }
  bool is_dropped(Partition partition) {
    return world_.cluster.disk().find(Partition::Registry, storage::dropped_key(partition)).has_value();
  }
  std::string changed(record::Fence::State state, std::int64_t since_us) {
    record::Fence fence = bucket_.fence;
    fence.set_state(state);
    fence.set_deleting_since_us(since_us);
    return fence.SerializeAsString();
  }
  std::int64_t now_us() { return world_.sim.now().time_since_epoch().count(); }

  World world_;
  FoundBucket bucket_ = world_.make_bucket("bucket");
};

TEST_F(BucketRegistryTest, ADeleteBucketThatDiedIsFinished) {
  write(bucket_.partition(), keys::fence(), changed(record::Fence::DELETED, 0));
  EXPECT_EQ(find(), "NoSuchBucket");
  EXPECT_TRUE(is_dropped(bucket_.partition()));
  world_.make_bucket("bucket");
  EXPECT_EQ(find(), "found");
}

// A fence is written before the bucket's name and goes after it: without it something is wrong, and to take the bucket
// for deleted would delete everything that is in it.
TEST_F(BucketRegistryTest, ABucketWithoutItsFenceIsDamagedAndNotDeleted) {
  write(bucket_.partition(), keys::fence(), std::nullopt);
  EXPECT_EQ(find(), "InternalError");
  EXPECT_FALSE(is_dropped(bucket_.partition()));
  write(bucket_.partition(), keys::fence(), bucket_.fence_bytes);
  EXPECT_EQ(find(), "found");
}

TEST_F(BucketRegistryTest, ADeleteBucketThatDiedHoldsWritesUpForAWhileOnly) {
  // Also when the clock was set back since.
  for (microseconds ago : {microseconds(seconds(1)), microseconds(-std::chrono::hours(1))}) {
    write(bucket_.partition(), keys::fence(), changed(record::Fence::DELETING, now_us() - ago.count()));
    microseconds begin = world_.sim.steady();
    ASSERT_TRUE(world_.sim.run(world_.buckets().refresh_for_write(bucket_)));
    EXPECT_EQ(bucket_.fence.state(), record::Fence::ACTIVE);
    EXPECT_LE(world_.sim.steady() - begin, seconds(15));
  }
}

// Each needs a key and a number that no other has, and all want them at once.
TEST_F(BucketRegistryTest, ACrowdMakesItsBuckets) {
  constexpr int kCrowd = 300;
  World world{1, {.delay_min = milliseconds(1), .delay_max = milliseconds(1)}};  // they all meet
  std::set<Partition> partitions;
  auto make = [](World& server, int number, std::set<Partition>& made) -> Task<> {
    BucketRegistry::NewBucket wanted{
        .name = "crowd-" + std::to_string(number), .account_id = "111122223333", .region = "us-east-1"};
    auto bucket = co_await server.buckets().create(std::move(wanted));
    EXPECT_TRUE(bucket) << bucket.error().info->code;
    if (bucket) made.insert(bucket->partition());
  };
  auto crowd = [&]() -> Task<> {
    Gate gate;
    for (int number = 0; number < kCrowd; ++number) gate.spawn(make(world, number, partitions));
    co_await gate.close();
  };
  world.sim.run(crowd());
  EXPECT_EQ(partitions.size(), kCrowd);
}

}  // namespace
}  // namespace skerry::s3
