#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

// The kinds of values that conditions compare, read from texts of policies and of requests alike. Reading does not
// allocate.
namespace skerry::iam::policy {

// Milliseconds since 1970. From seconds since then, or from ISO 8601 as W3C uses it: a year, a month, a day, a minute,
// a second or its fraction, with Z or an offset. Years go from -292275054 to 292278993, fractions to nine digits.
using Instant = std::int64_t;
std::optional<Instant> parse_instant(std::string_view text);

// A whole or a decimal number. Whole ones of 64 bits are compared exactly.
struct Number {
  static std::optional<Number> parse(std::string_view text);
  std::strong_ordering order(const Number& other) const;

  double real = 0;
  std::int64_t whole = 0;
  bool is_whole = false;
};

// 203.0.113.0/24, 2001:db8::/32, or one address. An IPv4 address that is written as an IPv6 one (::ffff:…) is an IPv4
// address.
struct IpRange {
  static std::optional<IpRange> parse(std::string_view text);
  static std::optional<IpRange> parse_address(std::string_view text);  // of one address only
  bool contains(const IpRange& address) const;

  std::array<std::uint8_t, 16> bytes{};
  int bits = 0;  // of the prefix
  bool v6 = false;
};

}  // namespace skerry::iam::policy
