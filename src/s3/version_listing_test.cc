#include "s3/version_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "s3/test_world.h"

namespace skerry::s3 {
namespace {

using namespace std::string_literals;

// A version in a listing: key, id, whether it is the latest, whether it is a marker.
struct Seen {
  std::string key;
  std::string id;
  bool latest = false;
  bool marker = false;
  friend auto operator<=>(const Seen&, const Seen&) = default;
};

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << testing::PrintToString(seen.key) << ' ' << seen.id << (seen.latest ? " latest" : "")
       << (seen.marker ? " marker" : "");
}

struct Listed {
  std::vector<Seen> versions;
  std::vector<std::string> prefixes;
};

// All pages of a listing, as a client that follows the markers sees them.
Task<Listed> list_all(World& world, FoundBucket bucket, std::string prefix, std::string delimiter, std::size_t limit) {
  Listed out;
  VersionQuery query{.prefix = std::move(prefix), .delimiter = std::move(delimiter), .limit = limit};
  for (;;) {
    VersionQuery ask = query;
    auto page = co_await list_versions(world.meta(), bucket, std::move(ask));
    if (!page) continue;  // the store was unkind
    EXPECT_LE(page->versions.size() + page->common_prefixes.size(), limit);
    for (const ListedVersion& version : page->versions) {
      out.versions.push_back(
          {version.key, VersionId::of(version.row).text(), version.latest, version.row.delete_marker()});
    }
    out.prefixes.insert(out.prefixes.end(), page->common_prefixes.begin(), page->common_prefixes.end());
    if (!page->truncated) co_return out;
    EXPECT_GE(page->last_key, query.key_marker);
    query.key_marker = page->last_key;
    query.version_marker = page->last_version;
  }
}

// What a bucket's keys have, newest first.
using Model = std::map<std::string, std::vector<std::pair<std::string, bool>>>;

void put(Model& model, const std::string& key, std::string id, bool marker) {
  auto& versions = model[key];
  if (id == "null") std::erase_if(versions, [](const auto& version) { return version.first == "null"; });
  versions.insert(versions.begin(), {std::move(id), marker});
}

Listed expected(const Model& model, std::string_view prefix, std::string_view delimiter) {
  Listed out;
  for (const auto& [key, versions] : model) {
    if (!key.starts_with(prefix) || versions.empty()) continue;
    auto at = delimiter.empty() ? key.npos : key.find(delimiter, prefix.size());
    if (at != key.npos) {
      std::string group = key.substr(0, at + delimiter.size());
      if (out.prefixes.empty() || out.prefixes.back() != group) out.prefixes.push_back(std::move(group));
      continue;
    }
    for (const auto& [id, marker] : versions) out.versions.push_back({key, id, id == versions.front().first, marker});
  }
  return out;
}

std::string random_key(SeededRandom& random, std::string_view letters, std::size_t max) {
  std::string key;
  for (std::size_t length = 1 + random.below(max); key.size() < length;) key += letters[random.below(letters.size())];
  return key;
}

// Points 9 and 53.
TEST(VersionListing, AgreesWithANaiveModel) {
  storage::Faults faults{.short_page = 0.2, .empty_page = 0.2};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed, faults);
    FoundBucket bucket = world.make_bucket("bucket");
    SeededRandom random(seed);
    std::string letters = seed % 2 ? "ab/"s : "a/\0\x01\xff"s;
    Model model;
    for (int i = 0; i < 150; ++i) {
      if (i == 30) world.set_versioning(bucket, record::Fence::ENABLED);
      if (i == 90) world.set_versioning(bucket, record::Fence::SUSPENDED);
      if (i == 110) world.set_versioning(bucket, record::Fence::ENABLED);
      std::string key = random_key(random, letters, 3);
      if (random.chance(0.7)) {
        auto installed = world.put(bucket, key, 1);
        ASSERT_TRUE(installed);
        put(model, key, VersionId::of(installed->row).text(), false);
      } else if (random.chance(0.5)) {
        auto removed = world.sim.run(world.index().remove(bucket, key, {}));
        ASSERT_TRUE(removed);
        if (removed->version_id) put(model, key, *removed->version_id, true);
        if (!removed->version_id) model.erase(key);
      } else if (auto& versions = model[key]; !versions.empty()) {
        auto at = versions.begin() + static_cast<std::ptrdiff_t>(random.below(versions.size()));
        ASSERT_TRUE(world.sim.run(world.index().remove_version(bucket, key, *VersionId::parse(at->first), {})));
        versions.erase(at);
      }
    }
    for (int i = 0; i < 30; ++i) {
      std::string prefix = random.chance(0.5) ? "" : random_key(random, letters, 2);
      std::string delimiter = random.chance(0.3) ? "" : random_key(random, letters, 2);
      std::size_t limit = 1 + random.below(random.chance(0.5) ? 4 : 200);
      Listed got = world.sim.run(list_all(world, bucket, prefix, delimiter, limit));
      Listed want = expected(model, prefix, delimiter);
      EXPECT_EQ(got.versions, want.versions)
          << testing::PrintToString(prefix) << " by " << testing::PrintToString(delimiter) << " in pages of " << limit;
      EXPECT_EQ(got.prefixes, want.prefixes);
    }
  }
}

TEST(VersionListing, AGoneMarkerStandsForItsTime) {
  World world;
  FoundBucket bucket = world.make_bucket("bucket");
  ASSERT_TRUE(world.put(bucket, "k", 1));  // null
  world.set_versioning(bucket, record::Fence::ENABLED);
  std::vector<VersionId> ids;
  for (std::uint64_t size = 2; size <= 4; ++size) ids.push_back(VersionId::of(world.put(bucket, "k", size)->row));
  auto sizes_after = [&](VersionId marker) {
    VersionQuery query{.key_marker = "k", .version_marker = marker};
    std::vector<std::uint64_t> sizes;
    auto page = world.sim.run(list_versions(world.meta(), bucket, query));
    for (const auto& version : page->versions) {
      sizes.push_back(version.row.size());
    }
    return sizes;
  };
  auto remove = [&](VersionId id) { ASSERT_TRUE(world.sim.run(world.index().remove_version(bucket, "k", id, {}))); };
  using testing::ElementsAre;
  EXPECT_THAT(sizes_after(ids[1]), ElementsAre(2, 1));
  EXPECT_THAT(sizes_after({.null = true}), ElementsAre());
  remove(ids[1]);
  EXPECT_THAT(sizes_after(ids[1]), ElementsAre(2, 1)) << "a version in the middle";
  remove(ids[2]);
  EXPECT_THAT(sizes_after(ids[2]), ElementsAre(2, 1)) << "the latest";
  remove({.null = true});
  EXPECT_THAT(sizes_after({.null = true}), ElementsAre(2)) << "the null version has no time once it is gone";
}

// A client that lists while others write sees each version that stays exactly once, one latest of each key, and no
// version twice.
class ListingUnderWrites : public testing::TestWithParam<std::uint64_t> {
 protected:
  static constexpr int kKeys = 5;
  static std::string key_of(std::uint64_t i) { return std::string(1, static_cast<char>('a' + i % kKeys)); }

  static Task<> write(World& world, FoundBucket bucket, std::uint64_t seed, int rounds) {
    SeededRandom random(seed);
    std::vector<std::pair<std::string, VersionId>> own;
    for (int i = 0; i < rounds; ++i) {
      std::string key = key_of(random.below(kKeys));
      WriteCondition none;
      if (random.chance(0.4) || own.empty()) {
        NewVersion version = world.new_version(1 + random.below(100));
        std::string name = key;
        auto installed = co_await world.index().install(bucket, std::move(name), std::move(version), std::move(none));
        if (installed) own.emplace_back(key, VersionId::of(installed->row));
      } else if (random.chance(0.4)) {
        std::string name = key;
        auto removed = co_await world.index().remove(bucket, std::move(name), std::move(none));
        if (removed) own.emplace_back(key, *VersionId::parse(*removed->version_id));
      } else {
        std::size_t at = random.below(own.size());
        auto [name, id] = own[at];
        own.erase(own.begin() + static_cast<std::ptrdiff_t>(at));
        auto removed = co_await world.index().remove_version(bucket, std::move(name), id, std::move(none));
        (void)removed;
      }
    }
  }

  static Task<> watch(World& world, FoundBucket bucket, std::set<std::pair<std::string, std::string>> stable,
                      std::size_t limit, int rounds, int& done) {
    for (int i = 0; i < rounds; ++i) {
      VersionQuery query{.limit = 1000};
      if (limit == 1000) {
        auto page = co_await list_versions(world.meta(), bucket, std::move(query));
        if (!page) continue;
        check(page->versions, stable);
      } else {
        Task<Listed> listing = list_all(world, bucket, "", "", limit);
        Listed listed = co_await std::move(listing);
        std::set<std::pair<std::string, std::string>> seen;
        for (const Seen& version : listed.versions) seen.emplace(version.key, version.id);
        for (const auto& version : stable) {
          EXPECT_TRUE(seen.contains(version)) << version.first << ' ' << version.second;
        }
      }
      ++done;
    }
  }

  static void check(const std::vector<ListedVersion>& versions,
                    const std::set<std::pair<std::string, std::string>>& stable) {
    std::set<std::pair<std::string, std::string>> seen;
    std::map<std::string, int> latest;
    for (std::size_t i = 0; i < versions.size(); ++i) {
      const ListedVersion& version = versions[i];
      EXPECT_TRUE(seen.emplace(version.key, VersionId::of(version.row).text()).second) << "twice";
      latest[version.key] += version.latest;
      if (i == 0 || versions[i - 1].key != version.key) {
        EXPECT_TRUE(version.latest) << "the newest is not the latest of " << version.key;
        continue;
      }
      EXPECT_EQ(versions[i - 1].key, version.key);
      EXPECT_GT(versions[i - 1].row.stamp(), version.row.stamp());
    }
    for (const auto& [key, count] : latest) EXPECT_EQ(count, 1) << key;
    for (const auto& version : stable) EXPECT_TRUE(seen.contains(version)) << version.first << ' ' << version.second;
  }
};

TEST_P(ListingUnderWrites, ShowsEachStableVersionOnce) {
  storage::Faults faults{.delay_min = microseconds(50), .delay_max = milliseconds(2), .short_page = 0.1};
  World world(GetParam(), faults);
  FoundBucket bucket = world.make_bucket("bucket");
  world.set_versioning(bucket, record::Fence::ENABLED);
  std::set<std::pair<std::string, std::string>> stable;
  for (std::uint64_t i = 0; i < 15; ++i) {
    auto installed = world.put(bucket, key_of(i), 1);
    ASSERT_TRUE(installed);
    stable.emplace(key_of(i), VersionId::of(installed->row).text());
  }
  int whole = 0, paged = 0;
  for (std::uint64_t writer = 1; writer <= 3; ++writer) {
    spawn(world.sim, write(world, bucket, GetParam() * 10 + writer, 60));
  }
  spawn(world.sim, watch(world, bucket, stable, 1000, 20, whole));
  spawn(world.sim, watch(world, bucket, stable, 3, 5, paged));
  world.sim.run_until_idle();
  EXPECT_GE(whole, 10);
  EXPECT_EQ(paged, 5);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ListingUnderWrites, testing::Range<std::uint64_t>(1, 31));

}  // namespace
}  // namespace skerry::s3
