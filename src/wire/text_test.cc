#include "wire/text.h"

#include <gtest/gtest.h>

namespace skerry::wire {
namespace {

std::string written(Time time, TimeFormat format, bool millis = false) {
  std::string out;
  append_time(out, time, format, millis);
  return out;
}

TEST(Text, NumbersAreReadWhole) {
  EXPECT_EQ(parse_integer("-7", -10, 10), -7);
  for (const char* bad : {"", "7 ", " 7", "+7", "7.0", "0x7", "11"}) EXPECT_FALSE(parse_integer(bad, -10, 10)) << bad;
  EXPECT_EQ(parse_double("1e3"), 1000);
  EXPECT_EQ(parse_double("-Infinity"), -HUGE_VAL);
  for (const char* bad : {"", "inf", "nan", "1e999", "1,0", "infinity"}) EXPECT_FALSE(parse_double(bad)) << bad;
  for (const char* bad : {"", "True", "1", "false "}) EXPECT_FALSE(parse_boolean(bad)) << bad;
}

TEST(Text, TimesInEachFormat) {
  Time time = Time(seconds(784111777)) + milliseconds(120);
  EXPECT_EQ(written(time, TimeFormat::Iso8601), "1994-11-06T08:49:37.120Z");
  EXPECT_EQ(written(time, TimeFormat::HttpDate), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(written(time, TimeFormat::Epoch), "784111777.120");
  EXPECT_EQ(written(Time(seconds(1)), TimeFormat::Iso8601), "1970-01-01T00:00:01Z");
  EXPECT_EQ(written(Time(seconds(1)), TimeFormat::Iso8601, true), "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(written(Time(milliseconds(-1500)), TimeFormat::Epoch), "-1.500");
  EXPECT_EQ(parse_time("1994-11-06T08:49:37.12Z", TimeFormat::Iso8601), time);
  EXPECT_EQ(parse_time("1994-11-06T09:49:37.12+01:00", TimeFormat::Iso8601), time);
  EXPECT_EQ(parse_time("784111777.12", TimeFormat::Epoch), time);
  EXPECT_EQ(parse_time("Sun, 06 Nov 1994 08:49:37.12 GMT", TimeFormat::HttpDate), time);
  EXPECT_EQ(parse_time("1994-11-06", TimeFormat::Iso8601), Time(seconds(784080000)));
}

TEST(Text, TimesThatAreNone) {
  for (const char* bad :
       {"", "1994-11-06T08:49:37", "1994-13-06T08:49:37Z", "1994-11-31T08:49:37Z", "1994-11-06T24:00:00Z",
        "1994-11-06T08:49:37.Z", "1994-11-06T08:49:37Zz", "94-11-06T08:49:37Z", "1994-11-06t08:49:37Z"}) {
    EXPECT_FALSE(parse_time(bad, TimeFormat::Iso8601)) << bad;
  }
  for (const char* bad : {"", "06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Now 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_time(bad, TimeFormat::HttpDate)) << bad;
  }
  for (const char* bad : {"", "NaN", "1e300", "true", "1970-01-01"})
    EXPECT_FALSE(parse_time(bad, TimeFormat::Epoch)) << bad;
}

TEST(Text, XmlEscapesWhatXmlCannotCarry) {
  std::string out;
  append_xml_text(out, std::string_view("a<b>&\"\r\n\t\x01\x1f\0é", 14));
  EXPECT_EQ(out, "a&lt;b&gt;&amp;&quot;&#xd;&#xa;\t&#x1;&#x1f;&#x0;é");
}

TEST(Text, JsonEscapes) {
  std::string out;
  append_json_string(out, "a\"\\\n\x01/é");
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\u0001/é\"");
}

TEST(Text, PercentDecoding) {
  EXPECT_EQ(percent_decode("a+b%20c%2F%2f%00"), std::string("a+b c//\0", 8));
  EXPECT_EQ(form_decode("a+b%2B"), "a b+");
  for (const char* bad : {"%", "%1", "%zz", "a%2"}) EXPECT_FALSE(percent_decode(bad)) << bad;
  auto parameters = parse_parameters("a=1&b&&c=&a=%3D=");
  ASSERT_TRUE(parameters);
  EXPECT_EQ(*parameters, (Parameters{{"a", "1"}, {"b", ""}, {"c", ""}, {"a", "=="}}));
}

TEST(Text, Utf8) {
  for (const char* good : {"", "a", "é", "€", "😀", "\xf4\x8f\xbf\xbf"}) EXPECT_TRUE(valid_utf8(good)) << good;
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xf0\x9f\x98"}) {
    EXPECT_FALSE(valid_utf8(bad)) << bad;
  }
  EXPECT_EQ(utf8_length("aé😀"), 3u);
}

}  // namespace
}  // namespace skerry::wire
