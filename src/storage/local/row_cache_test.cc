#include "storage/local/row_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace skerry::storage::local {
namespace {

using Mark = RowCache::Mark;
using Value = RowCache::Value;

RowCache::Name row(std::string_view key) { return {Family::Rows, Partition{7}, key}; }

// Puts as a reader does who found nothing.
void fill(RowCache& cache, const RowCache::Name& name, const Value& value) {
  Mark mark;
  ASSERT_FALSE(cache.find(name, mark)) << name.key;
  cache.put(name, mark, value);
}

std::optional<Value> look(RowCache& cache, const RowCache::Name& name) {
  Mark mark;
  return cache.find(name, mark);
}

TEST(RowCache, GivesWhatWasPutUnderTheSameNameOnly) {
  RowCache cache(1 << 20);
  fill(cache, row("k"), "value");
  fill(cache, row("none"), std::nullopt);
  EXPECT_EQ(look(cache, row("k")), Value("value"));
  auto none = look(cache, row("none"));
  ASSERT_TRUE(none.has_value());
  EXPECT_FALSE(none->has_value());
  EXPECT_EQ(look(cache, row("other")), std::nullopt);
  EXPECT_EQ(look(cache, {Family::Bulk, Partition{7}, "k"}), std::nullopt);
  EXPECT_EQ(look(cache, {Family::Rows, Partition{8}, "k"}), std::nullopt);
  EXPECT_EQ(cache.stats().hits, 2u);
}

TEST(RowCache, DropsTheLongestUnusedBeyondItsBytes) {
  RowCache cache(16 * 4096);
  for (int i = 0; i < 2000; ++i) {
    fill(cache, row("fill" + std::to_string(i)), std::string(100, 'v'));
    if (i == 0) fill(cache, row("used"), "value");
    EXPECT_TRUE(look(cache, row("used"))) << i;
    EXPECT_LE(cache.stats().bytes, 16u * 4096);
  }
  EXPECT_FALSE(look(cache, row("fill0")));
  EXPECT_TRUE(look(cache, row("fill1999")));
  fill(cache, row("large"), std::string(20'000, 'v'));
  EXPECT_FALSE(look(cache, row("large")));
}

TEST(RowCache, AChangeDropsTheValueAndRefusesWhatWasReadBeforeItsEnd) {
  RowCache cache(1 << 20);
  fill(cache, row("k"), "old");
  Mark before, during;
  cache.begin(row("k"));
  EXPECT_FALSE(cache.find(row("k"), during));
  EXPECT_EQ(during, Mark::Never);
  cache.put(row("k"), during, "old");
  cache.end(row("k"));
  cache.put(row("k"), during, "old");
  EXPECT_FALSE(look(cache, row("k")));

  EXPECT_FALSE(cache.find(row("k"), before));
  cache.begin(row("k"));
  cache.end(row("k"));
  cache.put(row("k"), before, "old");
  EXPECT_FALSE(look(cache, row("k")));

  fill(cache, row("k"), "new");
  EXPECT_EQ(look(cache, row("k")), Value("new"));
}

TEST(RowCache, AFreezeIsAChangeOfAll) {
  RowCache cache(1 << 20);
  fill(cache, row("a"), "old");
  Mark before, during;
  EXPECT_FALSE(cache.find(row("b"), before));
  cache.freeze();
  cache.freeze();
  EXPECT_FALSE(cache.find(row("a"), during));
  cache.thaw();
  cache.put(row("a"), during, "old");
  EXPECT_FALSE(look(cache, row("a")));
  cache.thaw();
  cache.put(row("a"), during, "old");
  cache.put(row("b"), before, "old");
  EXPECT_FALSE(look(cache, row("a")));
  EXPECT_FALSE(look(cache, row("b")));
  fill(cache, row("a"), "new");
  EXPECT_EQ(cache.stats().bytes, 128u + 1 + 3);
}

// Numbers that only grow, in a map that stands for the database: whoever has read one never reads a smaller one after.
TEST(RowCache, NobodyReadsBackwards) {
  RowCache cache(4096);  // small, so that values come and go
  constexpr int kKeys = 8, kReaders = 3, kWrites = 30'000, kHits = 1000;
  std::array<std::atomic<int>, kKeys> database{};
  std::array<std::string, kKeys> names;
  for (int i = 0; i < kKeys; ++i) names[static_cast<std::size_t>(i)] = "key" + std::to_string(i);
  std::atomic<bool> done = false;
  std::atomic<int> backwards = 0;
  std::array<std::atomic<int>, kKeys> seen{};  // by anybody
  auto read = [&] {
    for (std::size_t i = 0; !done; i = (i + 1) % kKeys) {
      const int least = seen[i].load();
      Mark mark;
      auto cached = cache.find(row(names[i]), mark);
      int value;
      if (cached) {
        value = std::stoi(**cached);
      } else {
        value = database[i].load();
        cache.put(row(names[i]), mark, std::to_string(value));
      }
      if (value < least) ++backwards;
      for (int now = seen[i].load(); now < value && !seen[i].compare_exchange_weak(now, value);) {
      }
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) readers.emplace_back(read);
  for (int write = 1; write <= kWrites || cache.stats().hits < kHits; ++write) {
    auto i = static_cast<std::size_t>(write) % kKeys;
    const bool all = write % 1000 == 0;
    all ? cache.freeze() : cache.begin(row(names[i]));
    database[i].store(write);
    all ? cache.thaw() : cache.end(row(names[i]));
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(backwards, 0);
}

}  // namespace
}  // namespace skerry::storage::local
