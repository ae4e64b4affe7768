#include "iam/policy/values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace skerry::iam::policy {
namespace {

template <class T>
std::optional<T> number_of(std::string_view text) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool digits_only(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Takes what stands before `separator` or, where there is none, all of it.
std::string_view take_until(std::string_view& rest, char separator, bool& found) {
  auto at = rest.find(separator);
  found = at != rest.npos;
  std::string_view part = rest.substr(0, at);
  rest.remove_prefix(found ? at + 1 : rest.size());
  return part;
}

std::optional<std::int64_t> between(std::string_view text, std::int64_t min, std::int64_t max) {
  if (!digits_only(text)) return std::nullopt;
  auto value = number_of<std::int64_t>(text);
  return value && *value >= min && *value <= max ? value : std::nullopt;
}

// Days since 1970 of a date of the Gregorian calendar, also of years before it existed.
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2;
  std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  std::int64_t of_era = year - era * 400;
  std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

std::optional<std::int64_t> date_part(std::string_view text) {
  bool before_zero = text.starts_with('-'), more = false;
  if (before_zero) text.remove_prefix(1);
  auto year = between(take_until(text, '-', more), 0, before_zero ? 292275054 : 292278993);
  std::optional<std::int64_t> month = 1, day = 1;
  if (more) month = between(take_until(text, '-', more), 1, 12);
  if (more) day = between(take_until(text, '-', more), 1, 31);
  if (more || !year || !month || !day) return std::nullopt;
  return days_of(before_zero ? -*year : *year, *month, *day);
}

// Minutes east of Greenwich.
std::optional<std::int64_t> offset_part(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  std::int64_t sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  bool more = false;
  std::string_view hours = take_until(text, ':', more);
  auto h = between(hours, 0, 23);
  std::optional<std::int64_t> m = 0;
  if (more) m = text.size() == 2 ? between(text, 0, 59) : std::nullopt;
  if (hours.size() != 2 || !h || !m) return std::nullopt;
  return sign * (*h * 60 + *m);
}

std::optional<std::int64_t> time_part(std::string_view text) {  // in milliseconds, the offset taken off
  if (text.empty()) return 0;
  auto zone_at = std::min(text.find_first_of("Zz+-"), text.size());
  auto zone = offset_part(text.substr(zone_at));
  text = text.substr(0, zone_at);
  bool more = false;
  auto hours = between(take_until(text, ':', more), 0, 23);
  std::optional<std::int64_t> minutes = 0, seconds = 0, millis = 0;
  if (more) minutes = between(take_until(text, ':', more), 0, 59);
  if (more) {
    seconds = between(take_until(text, '.', more), 0, 59);
    if (more) {
      if (!digits_only(text) || text.size() > 9) return std::nullopt;
      millis = 0;
      for (std::size_t i = 0; i < 3; ++i) millis = *millis * 10 + (i < text.size() ? text[i] - '0' : 0);
      more = false;
    }
  }
  if (more || !zone || !hours || !minutes || !seconds) return std::nullopt;
  return (((*hours * 60 + *minutes) - *zone) * 60 + *seconds) * 1000 + *millis;
}

// Four numbers without leading zeros. By hand: every request has its address compared, and inet_pton wants a copy.
bool read_v4(std::string_view text, std::uint8_t* into) {
  int number = 0, value = 0, digits = 0;
  for (char c : text) {
    if (c == '.') {
      if (digits == 0 || number == 3) return false;
      into[number++] = static_cast<std::uint8_t>(value);
      value = digits = 0;
    } else {
      if (c < '0' || c > '9' || (digits > 0 && value == 0)) return false;
      value = value * 10 + (c - '0');
      ++digits;
      if (value > 255) return false;
    }
  }
  if (digits == 0 || number != 3) return false;
  into[3] = static_cast<std::uint8_t>(value);
  return true;
}

bool read_address(std::string_view text, IpRange& into) {
  into.v6 = text.find(':') != text.npos;
  if (!into.v6) return read_v4(text, into.bytes.data());
  char ended[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof ended) return false;
  text.copy(ended, text.size());
  ended[text.size()] = 0;
  return inet_pton(AF_INET6, ended, into.bytes.data()) == 1;
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  constexpr std::int64_t kSecondsMax = std::numeric_limits<std::int64_t>::max() / 1000;
  auto t = text.find_first_of("Tt");
  if (t == text.npos && text.find('-') == text.npos) {
    auto seconds = between(text, 0, std::numeric_limits<std::int64_t>::max());
    if (!seconds) return std::nullopt;
    return std::min(*seconds, kSecondsMax) * 1000;
  }
  auto days = date_part(text.substr(0, t));
  auto millis = time_part(t == text.npos ? "" : text.substr(t + 1));
  if (!days || !millis) return std::nullopt;
  return *days * 86'400'000 + *millis;
}

std::optional<Number> Number::parse(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != text.npos) return std::nullopt;
  auto real = number_of<double>(text);
  if (!real) return std::nullopt;
  auto whole = number_of<std::int64_t>(text);
  return Number{*real, whole.value_or(0), whole.has_value()};
}

std::strong_ordering Number::order(const Number& other) const {
  if (is_whole && other.is_whole) return whole <=> other.whole;
  return real < other.real   ? std::strong_ordering::less
         : real > other.real ? std::strong_ordering::greater
                             : std::strong_ordering::equal;
}

std::optional<IpRange> IpRange::parse(std::string_view text) {
  IpRange range;
  bool has_prefix = false;
  std::string_view address = take_until(text, '/', has_prefix);
  if (!read_address(address, range)) return std::nullopt;
  range.bits = range.v6 ? 128 : 32;
  if (has_prefix) {
    auto bits = between(text, 0, range.bits);
    if (!bits || text.size() > 3) return std::nullopt;
    range.bits = static_cast<int>(*bits);
  }
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (range.v6 && range.bits >= 96 && std::equal(kMapped.begin(), kMapped.end(), range.bytes.begin())) {
    std::memmove(range.bytes.data(), range.bytes.data() + 12, 4);
    std::fill(range.bytes.begin() + 4, range.bytes.end(), 0);
    range.bits -= 96;
    range.v6 = false;
  }
  return range;
}

std::optional<IpRange> IpRange::parse_address(std::string_view text) {
  if (text.find('/') != text.npos) return std::nullopt;
  return parse(text);
}

bool IpRange::contains(const IpRange& address) const {
  if (v6 != address.v6 || address.bits < bits) return false;
  int whole = bits / 8, left = bits % 8;
  if (std::memcmp(bytes.data(), address.bytes.data(), static_cast<std::size_t>(whole)) != 0) return false;
  return left == 0 || (bytes[whole] ^ address.bytes[whole]) >> (8 - left) == 0;
}

}  // namespace skerry::iam::policy
