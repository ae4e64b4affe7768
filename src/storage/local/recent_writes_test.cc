#include "storage/local/recent_writes.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace skerry::storage::local {
namespace {

TEST(RecentWrites, KeepsTheLastValueOfAKey) {
  RecentWrites recent;
  EXPECT_EQ(recent.find("k"), nullptr);
  recent.note(1, "k", "a");
  recent.note(1, "k", "b");
  ASSERT_NE(recent.find("k"), nullptr);
  EXPECT_EQ(*recent.find("k"), "b");
  recent.note(2, "k", std::nullopt);
  EXPECT_EQ(*recent.find("k"), std::nullopt);
  EXPECT_EQ(recent.floor(), 0u);
}

TEST(RecentWrites, WhatItDropsRaisesTheFloor) {
  RecentWrites recent;
  recent.note(1, "old", "1");
  recent.note(2, "again", "1");
  recent.note(RecentWrites::kGroupsMax, "again", "2");
  recent.trim(RecentWrites::kGroupsMax + 2);
  EXPECT_EQ(recent.find("old"), nullptr);
  EXPECT_EQ(recent.floor(), 1u);
  EXPECT_EQ(*recent.find("again"), "2");
  recent.note(RecentWrites::kGroupsMax + 3, "large", std::string(RecentWrites::kBytesMax, 'x'));
  recent.trim(RecentWrites::kGroupsMax + 3);
  EXPECT_EQ(recent.find("large"), nullptr);
  EXPECT_EQ(recent.floor(), RecentWrites::kGroupsMax + 3);
  recent.forget(10'000);
  EXPECT_EQ(recent.floor(), 10'000u);
}

// The claim of the header, against a model: a reading that is not older than the floor, or else what is in here, is
// what the key's value is now.
TEST(RecentWrites, AReadingNotOlderThanTheFloorIsCurrent) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SeededRandom random(seed);
    RecentWrites recent;
    std::map<std::string, std::string> now;
    struct Reading {
      std::uint64_t as_of;
      std::optional<std::string> value;
    };
    std::map<std::string, Reading> readings;
    for (std::uint64_t group = 1; group < 1500; ++group) {
      for (std::uint64_t writes = random.below(4); writes > 0; --writes) {
        const std::string key = std::to_string(random.below(300));
        std::optional<std::string> value;
        if (random.chance(0.7)) value = std::string(random.below(60'000), 'v') + std::to_string(group);
        recent.note(group, key, value);
        now.erase(key);
        if (value) now[key] = *value;
      }
      recent.trim(group);
      for (int i = 0; i < 3; ++i) {
        const std::string key = std::to_string(random.below(300));
        readings[key] = {group, now.contains(key) ? std::optional(now[key]) : std::nullopt};
      }
      const std::string asked = std::to_string(random.below(300));
      const auto actual = now.contains(asked) ? std::optional(now[asked]) : std::nullopt;
      if (const auto* value = recent.find(asked)) {
        ASSERT_EQ(*value, actual) << "seed " << seed;
      } else if (readings.contains(asked) && readings[asked].as_of >= recent.floor()) {
        ASSERT_EQ(readings[asked].value, actual) << "seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace skerry::storage::local
