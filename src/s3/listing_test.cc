#include "s3/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "s3/test_world.h"

namespace skerry::s3 {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

struct Shown {
  std::vector<std::string> keys;
  std::vector<std::string> prefixes;
  friend bool operator==(const Shown&, const Shown&) = default;
};

// All pages of a listing, as a client that follows the markers sees them.
Shown list_all(World& world, const FoundBucket& bucket, std::string prefix, std::string delimiter, std::size_t limit,
               std::string after = {}) {
  Shown out;
  for (;;) {
    ListQuery query{
        .prefix = prefix, .delimiter = delimiter, .begin = begin_after(after, prefix, delimiter), .limit = limit};
    auto page = world.sim.run(list_objects(world.meta(), bucket, query));
    if (!page) continue;  // the store was unkind
    EXPECT_LE(page->objects.size() + page->common_prefixes.size(), limit);
    for (const ListedObject& object : page->objects) out.keys.push_back(object.key);
    out.prefixes.insert(out.prefixes.end(), page->common_prefixes.begin(), page->common_prefixes.end());
    if (!page->truncated) return out;
    std::string next = begin_after(page->last, prefix, delimiter);
    EXPECT_GT(next, query.begin) << "no page stands still";
    if (next <= query.begin) return out;
    after = page->last;
  }
}

// The same by the words of S3's documentation, from all keys.
Shown expected(const std::set<std::string>& keys, std::string_view prefix, std::string_view delimiter) {
  Shown out;
  for (const std::string& key : keys) {
    if (!key.starts_with(prefix)) continue;
    auto at = delimiter.empty() ? key.npos : key.find(delimiter, prefix.size());
    if (at == key.npos) {
      out.keys.push_back(key);
    } else if (std::string group = key.substr(0, at + delimiter.size());
               out.prefixes.empty() || out.prefixes.back() != group) {
      out.prefixes.push_back(std::move(group));
    }
  }
  return out;
}

std::string random_key(SeededRandom& random, std::string_view letters, std::size_t max) {
  std::string key;
  for (std::size_t length = 1 + random.below(max); key.size() < length;) key += letters[random.below(letters.size())];
  return key;
}

// Points 4, 7 and 8: few letters, so that keys, prefixes and delimiters meet in every way.
TEST(Listing, AgreesWithANaiveModel) {
  storage::Faults faults{.short_page = 0.2, .empty_page = 0.2};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed, faults);
    FoundBucket bucket = world.make_bucket("bucket");
    SeededRandom random(seed);
    std::string letters = seed % 2 ? "ab/"s : "a/\0\x01\xff"s;
    std::set<std::string> keys;
    for (int i = 0; i < 60; ++i) {
      std::string key = random_key(random, letters, 5);
      ASSERT_TRUE(world.put(bucket, key, 1));
      keys.insert(key);
    }
    for (int i = 0; i < 40; ++i) {
      std::string prefix = random.chance(0.5) ? "" : random_key(random, letters, 3);
      std::string delimiter = random.chance(0.3) ? "" : random_key(random, letters, 2);
      std::size_t limit = 1 + random.below(random.chance(0.5) ? 4 : 100);
      Shown got = list_all(world, bucket, prefix, delimiter, limit);
      EXPECT_EQ(got, expected(keys, prefix, delimiter))
          << testing::PrintToString(prefix) << " by " << testing::PrintToString(delimiter) << " in pages of " << limit;
    }
  }
}

TEST(Listing, AMarkerNeedNotBeAKey) {
  World world;
  FoundBucket bucket = world.make_bucket("bucket");
  for (std::string key : {"a", "b/1", "b/2", "c"}) ASSERT_TRUE(world.put(bucket, key, 1));
  EXPECT_THAT(list_all(world, bucket, "", "", 1, "aa").keys, ElementsAre("b/1", "b/2", "c"));
  Shown after = list_all(world, bucket, "", "/", 1, "b/");
  EXPECT_THAT(after.keys, ElementsAre("c"));
  EXPECT_THAT(after.prefixes, ElementsAre()) << "it has been shown";
  after = list_all(world, bucket, "", "/", 1, "b/1");
  EXPECT_THAT(after.prefixes, ElementsAre("b/")) << "something of it comes behind the marker";
  EXPECT_THAT(list_all(world, bucket, "b/", "", 9, "a").keys, ElementsAre("b/1", "b/2"));
  EXPECT_THAT(list_all(world, bucket, "b/", "", 9, "z").keys, ElementsAre());
}

TEST(Listing, AFullLastPageIsNotTruncated) {
  World world;
  FoundBucket bucket = world.make_bucket("bucket");
  for (std::string key : {"a", "b", "c/1"}) ASSERT_TRUE(world.put(bucket, key, 1));
  auto page = [&](std::size_t limit) {
    ListQuery query{.delimiter = "/", .limit = limit};
    return *world.sim.run(list_objects(world.meta(), bucket, query));
  };
  EXPECT_FALSE(page(3).truncated);
  EXPECT_TRUE(page(2).truncated);
  EXPECT_FALSE(page(0).truncated);
  EXPECT_EQ(page(0).objects.size(), 0u);
}

// Counts what a listing costs.
class CountingStore final : public storage::MetaStore {
 public:
  explicit CountingStore(storage::MetaStore& under) : under_(under) {}
  Task<storage::StoreResult<std::optional<std::string>>> get(storage::Partition partition,
                                                             std::string_view key) override {
    return under_.get(partition, key);
  }
  Task<storage::StoreResult<std::optional<std::string>>> get_bulk(storage::Partition partition,
                                                                  std::string_view key) override {
    return under_.get_bulk(partition, key);
  }
  Task<storage::StoreResult<storage::ScanPage>> scan(storage::ScanRequest request) override {
    auto page = co_await under_.scan(std::move(request));
    ++scans;
    if (page) rows += page->rows.size();
    co_return page;
  }
  Task<std::expected<void, storage::CommitError>> commit(storage::Batch batch) override {
    return under_.commit(std::move(batch));
  }
  Task<storage::StoreResult<void>> erase_partition(storage::Partition partition) override {
    return under_.erase_partition(partition);
  }
  std::size_t bulk_limit() const override { return under_.bulk_limit(); }

  std::size_t scans = 0;
  std::size_t rows = 0;

 private:
  storage::MetaStore& under_;
};

TEST(Listing, TheCostFollowsWhatIsShown) {
  World world;
  FoundBucket bucket = world.make_bucket("bucket");
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(world.put(bucket, fmt::format("big/{:04}", i), 1));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(world.put(bucket, fmt::format("d{:02}/k", i), 1));
  auto cost = [&](std::string prefix, std::string delimiter, std::size_t limit) {
    CountingStore store(world.meta());
    ListQuery query{.prefix = prefix, .delimiter = delimiter, .limit = limit};
    auto page = world.sim.run(list_objects(store, bucket, query));
    EXPECT_TRUE(page);
    return std::pair(store.scans, store.rows);
  };
  EXPECT_EQ(cost("big/", "", 1000), std::pair(std::size_t{1}, std::size_t{1001}));
  auto [scans, rows] = cost("", "/", 1);
  EXPECT_LE(scans, 2u);
  EXPECT_LE(rows, 16u) << "3,000 keys under one prefix are one step";
  std::tie(scans, rows) = cost("d", "/", 1000);
  EXPECT_LE(rows, 200u) << "neighbouring prefixes of one key each are read together";
}

}  // namespace
}  // namespace skerry::s3
