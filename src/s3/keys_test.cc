#include "s3/keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace skerry::s3::keys {
namespace {

using namespace std::string_literals;

// In byte order; each could be mistaken for a part of its neighbour.
const std::vector<std::string> kObjectKeys = {"\0"s,      "\0\x01"s,          "\0\xff"s, "a"s,   "a\0"s, "a\0\0"s,
                                              "a\0\x01"s, "a\0\xff"s,         "a\x01"s,  "a-b"s, "a/"s,  "a/b"s,
                                              "a0"s,      "\xf0\x9f\xa6\x80"s};

TEST(Keys, VersionRowsAreInTheOrderOfTheObjectKeysAndNewestFirst) {
  std::vector<std::string> rows;
  for (const std::string& key : kObjectKeys) {
    for (Stamp stamp : {300, 200, 100}) rows.push_back(version(key, stamp));
  }
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto parsed = parse_version(rows[i]);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->object_key, kObjectKeys[i / 3]);
    EXPECT_EQ(parsed->stamp, 300 - 100 * (i % 3));
  }
}

TEST(Keys, TheRowsOfOneObjectKeyAreApartFromItsNeighbours) {
  for (const std::string& key : kObjectKeys) {
    std::string prefix = versions_of(key);
    for (const std::string& other : kObjectKeys) EXPECT_EQ(version(other, 1).starts_with(prefix), key == other);
  }
}

TEST(Keys, APrefixFindsTheVersionsOfAllKeysThatBeginWithIt) {
  for (const std::string& prefix : kObjectKeys) {
    std::string begin = versions_with_prefix(prefix);
    std::string end = after_prefix(begin);
    for (const std::string& key : kObjectKeys) {
      std::string row = version(key, 5);
      EXPECT_EQ(row >= begin && row < end, key.starts_with(prefix));
    }
  }
}

TEST(Keys, UploadsCarryTheirIdAndSortByKeyThenTime) {
  UploadId early{100, std::string(16, 'z')}, late{200, std::string(16, 'a')};
  EXPECT_LT(upload("a", early), upload("a", late));
  EXPECT_LT(upload("a", late), upload("a\0"s, early));
  auto parsed = parse_upload(upload("a\0b"s, early));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->object_key, "a\0b"s);
  EXPECT_EQ(parsed->id, early);
  EXPECT_EQ(UploadId::parse(early.text()), early);
  EXPECT_FALSE(UploadId::parse("no such id"));
  EXPECT_FALSE(UploadId::parse(early.text() + "00"));
  EXPECT_EQ(part_number(part(early, 10'000)), 10'000u);
  EXPECT_LT(part(early, 2), part(early, 10));
}

TEST(Keys, AfterPrefixOfTheLastByteIsTheEnd) {
  EXPECT_EQ(after_prefix("ab"), "ac");
  EXPECT_EQ(after_prefix("a\xff"), "b");
  EXPECT_EQ(after_prefix("\xff\xff"), "");
}

TEST(Keys, BrokenRowsAreRefused) {
  std::string row = version("key", 7);
  EXPECT_FALSE(parse_version(""));
  EXPECT_FALSE(parse_version(std::string_view(row).substr(0, row.size() - 1)));
  EXPECT_FALSE(parse_version(row + "x"));
  EXPECT_FALSE(parse_version(current("key")));
  EXPECT_FALSE(parse_upload(row));
}

}  // namespace
}  // namespace skerry::s3::keys
