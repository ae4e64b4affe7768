#include "s3/ops/read_conditions.h"

#include <gtest/gtest.h>

namespace skerry::s3 {
namespace {

constexpr std::int64_t kModified = 1'000'000;  // seconds
constexpr Time kNow = Time(seconds(kModified + 1000));

class ReadConditionsTest : public testing::Test {
 protected:
  ReadConditionsTest() {
    row_.set_stamp(kModified * 1'000'000 + 999'999);  // the fraction is not to be seen
    row_.set_etag_md5(std::string(16, '\x11'));
  }
  std::string ask(ReadConditions conditions) {
    ReadJudgement judged = judge(conditions, row_, kNow);
    if (judged.verdict == ReadVerdict::Proceed) return "200";
    return (judged.verdict == ReadVerdict::Unchanged ? "304 " : "412 ") + std::string(judged.condition);
  }
  static Time at(std::int64_t delta) { return Time(seconds(kModified + delta)); }

  record::VersionRow row_;
  std::string own_ = "\"11111111111111111111111111111111\"", other_ = "\"00000000000000000000000000000000\"";
  std::string list_ = other_ + ", " + own_, any_ = "*", bare_ = std::string(32, '1');
};

TEST_F(ReadConditionsTest, Fact34OneByOne) {
  EXPECT_EQ(ask({}), "200");
  for (const std::string* good : {&own_, &list_, &any_, &bare_}) {
    EXPECT_EQ(ask({.if_match = good}), "200");
    EXPECT_EQ(ask({.if_none_match = good}), "304 If-None-Match");
  }
  EXPECT_EQ(ask({.if_match = &other_}), "412 If-Match");
  EXPECT_EQ(ask({.if_none_match = &other_}), "200");
  EXPECT_EQ(ask({.if_modified_since = at(-1)}), "200");
  EXPECT_EQ(ask({.if_modified_since = at(0)}), "304 If-Modified-Since");
  EXPECT_EQ(ask({.if_modified_since = at(999)}), "304 If-Modified-Since");
  EXPECT_EQ(ask({.if_modified_since = at(1001)}), "200") << "in the future";
  EXPECT_EQ(ask({.if_unmodified_since = at(-1)}), "412 If-Unmodified-Since");
  EXPECT_EQ(ask({.if_unmodified_since = at(0)}), "200");
}

TEST_F(ReadConditionsTest, Fact34AnETagSettlesIt) {
  EXPECT_EQ(ask({.if_match = &own_, .if_unmodified_since = at(-1)}), "200");
  EXPECT_EQ(ask({.if_match = &other_, .if_unmodified_since = at(0)}), "412 If-Match");
  EXPECT_EQ(ask({.if_none_match = &own_, .if_modified_since = at(-1)}), "304 If-None-Match");
  EXPECT_EQ(ask({.if_none_match = &other_, .if_modified_since = at(0)}), "200");
  EXPECT_EQ(ask({.if_match = &own_, .if_none_match = &own_}), "304 If-None-Match");
}

}  // namespace
}  // namespace skerry::s3
