#include "s3/ops/range.h"

#include <gtest/gtest.h>

namespace skerry::s3 {
namespace {

// "206 0+9", "200" for the whole, "416".
std::string resolve(std::string_view header, std::uint64_t size = 10) {
  auto range = resolve_range(header, size);
  if (!range) return "416";
  if (!*range) return "200";
  return fmt::format("206 {}+{}", (*range)->offset, (*range)->length);
}

TEST(RangeFact38, OfTenBytes) {
  EXPECT_EQ(resolve("bytes=0-8"), "206 0+9");
  EXPECT_EQ(resolve("bytes=0-100"), "206 0+10");
  EXPECT_EQ(resolve("bytes=9-"), "206 9+1");
  EXPECT_EQ(resolve("bytes=-3"), "206 7+3");
  EXPECT_EQ(resolve("bytes=-15"), "206 0+10");
  EXPECT_EQ(resolve("bytes=3-3"), "206 3+1");
  for (std::string_view unsatisfiable : {"bytes=-0", "bytes=100-200", "bytes=10-", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(resolve(unsatisfiable), "416") << unsatisfiable;
  }
  for (std::string_view odd : {"bytes=1-0", "bytes=0--1", "bytes=0-1,3-4", "items=0-1", "bytes=", "bytes=-",
                               "bytes=a-b", "0-1", "bytes=0x1-2", "bytes=+1-2", "bytes 0-1", ""}) {
    EXPECT_EQ(resolve(odd), "200") << odd;
  }
}

TEST(RangeFact38, NumbersBeyondAnyObject) {
  EXPECT_EQ(resolve("bytes=0-99999999999999999999"), "206 0+10");
  EXPECT_EQ(resolve("bytes=-99999999999999999999"), "206 0+10");
  EXPECT_EQ(resolve("bytes=99999999999999999999-5"), "200");
}

TEST(RangeFact38, OfNothing) {
  EXPECT_EQ(resolve("bytes=0-", 0), "416");
  EXPECT_EQ(resolve("bytes=-5", 0), "416");
}

}  // namespace
}  // namespace skerry::s3
