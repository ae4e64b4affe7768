#include "iam/policy/values.h"

#include <gtest/gtest.h>

namespace skerry::iam::policy {
namespace {

TEST(Instant, ReadsSecondsAndIso8601) {
  struct Row {
    const char* text;
    Instant millis;
  };
  constexpr Row kRows[] = {
      {"0", 0},
      {"1", 1000},
      {"2019", 2'019'000},  // digits alone are seconds, not a year
      {"1577836801", 1'577'836'801'000},
      {"2020-01-01T00:00:01Z", 1'577'836'801'000},
      {"2020-01-01T00:00:01z", 1'577'836'801'000},
      {"2020-01-01t00:00:01Z", 1'577'836'801'000},
      {"2020-01-01T00:00:01", 1'577'836'801'000},
      {"2020-01-01T01:00:01+01:00", 1'577'836'801'000},
      {"2019-12-31T19:00:01-05:00", 1'577'836'801'000},
      {"2020-01-01T23:00:01+23", 1'577'836'801'000},
      {"2020-01-01T00:00:01.5Z", 1'577'836'801'500},
      {"2020-01-01T00:00:01.123456789Z", 1'577'836'801'123},
      {"2020-01-01T00:00Z", 1'577'836'800'000},
      {"2020-01-01", 1'577'836'800'000},
      {"2020-01", 1'577'836'800'000},
      {"2020T", 1'577'836'800'000},
      {"2020-02-29", 1'582'934'400'000},
      {"1969-12-31T23:59:59Z", -1000},
      {"1970-01-01T2:00:00", 7'200'000},  // one digit is enough for an hour, on AWS too
      {"01T", -62'135'596'800'000},
  };
  for (const Row& row : kRows) EXPECT_EQ(parse_instant(row.text), row.millis) << row.text;
  EXPECT_TRUE(parse_instant("-292275054"));
  EXPECT_TRUE(parse_instant("9223372036854775807"));
}

TEST(Instant, RefusesWhatAwsRefuses) {
  for (const char* text : {"",
                           "sdfdsf",
                           "234-13",
                           "2016-12-13t2:00:00.593194+1",
                           "2016-12-13t2:00:00.1999999999+10:59",
                           "9223372036854775808",
                           "-292275055",
                           "2020-00-01",
                           "2020-01-32",
                           "2020-01-01-01",
                           "2020-01-01T24:00:00Z",
                           "2020-01-01T00:60:00Z",
                           "2020-01-01T00:00:60Z",
                           "2020-01-01T00:00:00ZZ",
                           "2020-01-01T00:00:00.Z",
                           "2020-01-01T00:00:00+1:00",
                           "2020-01-01T00:00:00+01:0",
                           "2020-01-01T00:00:00+24:00",
                           "12a",
                           "1.5",
                           " 1",
                           "-",
                           "2020-01-01Tx"}) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
}

TEST(Number, WholeNumbersAreComparedExactly) {
  auto order = [](const char* a, const char* b) { return Number::parse(a)->order(*Number::parse(b)); };
  EXPECT_EQ(order("1", "1"), std::strong_ordering::equal);
  EXPECT_EQ(order("1", "1.0"), std::strong_ordering::equal);
  EXPECT_EQ(order("+1", "1"), std::strong_ordering::equal);
  EXPECT_EQ(order("-0", "0"), std::strong_ordering::equal);
  EXPECT_EQ(order("9223372036854775806", "9223372036854775807"), std::strong_ordering::less);
  EXPECT_EQ(order("10", "9"), std::strong_ordering::greater);  // no comparison of texts
  EXPECT_EQ(order("-2", "1"), std::strong_ordering::less);
  EXPECT_EQ(order("0.5", "0.25"), std::strong_ordering::greater);
  EXPECT_EQ(order("1e3", "1000"), std::strong_ordering::equal);
  for (const char* text : {"", "a", "1a", "0x10", "1 ", " 1", "--1", "nan", "inf", "1e999", "*", "1,5"}) {
    EXPECT_FALSE(Number::parse(text)) << text;
  }
}

TEST(IpRange, ContainsAddressesOfItsFamily) {
  struct Row {
    const char* range;
    const char* address;
    bool contains;
  };
  constexpr Row kRows[] = {
      {"203.0.113.0/24", "203.0.113.7", true},
      {"203.0.113.0/24", "203.0.114.7", false},
      {"203.0.113.9/24", "203.0.113.7", true},  // bits beyond the prefix mean nothing
      {"203.0.113.7", "203.0.113.7", true},     // one address
      {"203.0.113.7", "203.0.113.8", false},
      {"0.0.0.0/0", "255.255.255.255", true},
      {"10.0.0.0/9", "10.127.255.255", true},
      {"10.0.0.0/9", "10.128.0.0", false},
      {"10.0.0.128/25", "10.0.0.127", false},
      {"2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", true},
      {"2001:DB8:1234:5678::/64", "2001:db8:1234:5679::1", false},
      {"2001:db8::1", "2001:db8::1", true},
      {"::/0", "2001:db8::1", true},
      {"::/0", "10.0.0.1", false},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"::ffff:10.0.0.0/104", "10.1.2.3", true},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(IpRange::parse(row.range)->contains(*IpRange::parse(row.address)), row.contains)
        << row.range << " " << row.address;
  }
  for (const char* text : {"", "10.0.0", "10.0.0.256", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/a", "10.0.0.0/-1",
                           "::/129", "10.0.0.*", " 10.0.0.1", "10.0.0.1/8/8", "10.0.0.0/0008", "10.0.0.01", "10.0.0.1.",
                           "10..0.1", "1.2.3.4.5", "10.0.0.1000"}) {
    EXPECT_FALSE(IpRange::parse(text)) << text;
  }
}

}  // namespace
}  // namespace skerry::iam::policy
