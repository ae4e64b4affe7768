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
  // By a server that has nothing at hand.
  std::string find_anew() {
    BucketRegistry other(world_.meta(), *world_.keyring, world_.sim, world_.random);
    auto found = world_.sim.run(other.find("bucket"));
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

constexpr std::string_view kPolicy =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",)"
    R"("Resource":"arn:aws:s3:::bucket/*"}})";

auto set_policy(std::string policy) {
  return [policy](record::BucketAccess& access) {
    access.set_policy(policy);
    return std::expected<void, wire::ApiError>();
  };
}

TEST_F(BucketRegistryTest, AccessIsFoundWithTheBucketAndAChangeIsFoundByTheNextRequest) {
  auto access = [&] { return world_.sim.run(world_.buckets().find("bucket"))->access; };
  EXPECT_EQ(access()->record.ownership(), record::BucketAccess::BUCKET_OWNER_ENFORCED);
  EXPECT_TRUE(access()->policy.list().empty());
  EXPECT_EQ(access(), access()) << "read once";

  // Other servers over the same store have read it, too.
  auto other_client = world_.cluster.connect({});
  BucketRegistry other(other_client->meta(), *world_.keyring, world_.sim, world_.random);
  EXPECT_TRUE(world_.sim.run(other.find("bucket"))->access->policy.list().empty());

  std::uint64_t generation = bucket_.fence.generation();
  ASSERT_TRUE(world_.sim.run(world_.buckets().update_access(bucket_, set_policy(std::string(kPolicy)))));
  EXPECT_EQ(bucket_.fence.generation(), generation + 1);
  EXPECT_EQ(access(), bucket_.access);
  for (const auto& seen : {access(), world_.sim.run(other.find("bucket"))->access}) {
    ASSERT_EQ(seen->policy.list().size(), 1u);
    EXPECT_EQ(seen->policy.in_force()[0].name, "the bucket's policy");
    EXPECT_TRUE(seen->policy_is_public);
  }
  ASSERT_TRUE(world_.sim.run(world_.buckets().update_access(bucket_, set_policy(""))));
  EXPECT_TRUE(world_.sim.run(other.find("bucket"))->access->policy.list().empty());
}

// Whoever changes another part of it meanwhile loses nothing.
TEST_F(BucketRegistryTest, ChangesOfAccessThatMeetAreBothMade) {
  FoundBucket old = bucket_;
  ASSERT_TRUE(world_.sim.run(world_.buckets().update_access(bucket_, set_policy(std::string(kPolicy)))));
  auto own = [](record::BucketAccess& access) {
    access.set_ownership(record::BucketAccess::OBJECT_WRITER);
    return std::expected<void, wire::ApiError>();
  };
  ASSERT_TRUE(world_.sim.run(world_.buckets().update_access(old, own)));
  EXPECT_EQ(old.access->record.policy(), kPolicy);
  EXPECT_TRUE(old.access->acls_enabled());
  auto refuse = [](record::BucketAccess& access) -> std::expected<void, wire::ApiError> {
    access.clear_policy();
    return std::unexpected(error(Errc::AccessDenied));
  };
  EXPECT_FALSE(world_.sim.run(world_.buckets().update_access(old, refuse)));
  EXPECT_EQ(world_.sim.run(world_.buckets().find("bucket"))->access->record.policy(), kPolicy);
}

TEST_F(BucketRegistryTest, APolicyThatCannotBeReadIsNotNone) {
  record::BucketAccess access;
  for (std::string policy :
       {"oops", R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:user/u"}}})"}) {
    access.set_policy(policy);
    write(bucket_.partition(), keys::config(kAccessDocument), access.SerializeAsString());
    EXPECT_EQ(find_anew(), "InternalError");
  }
  write(bucket_.partition(), keys::config(kAccessDocument), "\x0a\xff");
  EXPECT_EQ(find_anew(), "InternalError");
  write(bucket_.partition(), keys::config(kAccessDocument), std::nullopt);
  EXPECT_EQ(find_anew(), "found");
}

}  // namespace
}  // namespace skerry::s3
