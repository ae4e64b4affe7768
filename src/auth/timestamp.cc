#include "auth/timestamp.h"

#include <fmt/format.h>

#include <array>

namespace skerry::auth {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

// Takes numbers and marks off the front of a text; `ok` stays false once something did not fit.
struct Scanner {
  std::string_view rest;
  bool ok = true;

  int number(std::size_t digits) {
    int value = 0;
    if (rest.size() < digits) ok = false;
    for (std::size_t i = 0; ok && i < digits; ++i) {
      if (rest[i] < '0' || rest[i] > '9') ok = false;
      value = value * 10 + (rest[i] - '0');
    }
    if (ok) rest.remove_prefix(digits);
    return value;
  }
  void mark(std::string_view text) {
    ok = ok && rest.starts_with(text);
    if (ok) rest.remove_prefix(text.size());
  }
};

struct Fields {
  int year, month, day, hour, minute, second;
};

std::optional<Time> to_time(const Fields& f) {
  namespace chrono = std::chrono;
  chrono::year_month_day date{chrono::year(f.year), chrono::month(static_cast<unsigned>(f.month)),
                              chrono::day(static_cast<unsigned>(f.day))};
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  return Time(chrono::sys_days(date)) + chrono::hours(f.hour) + chrono::minutes(f.minute) + seconds(f.second);
}

Fields to_fields(Time time) {
  namespace chrono = std::chrono;
  auto days = chrono::floor<chrono::days>(time);
  chrono::year_month_day date(days);
  chrono::hh_mm_ss clock(chrono::floor<seconds>(time - days));
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

}  // namespace

std::optional<Time> parse_basic_time(std::string_view text) {
  Scanner s{text};
  Fields f{};
  f.year = s.number(4), f.month = s.number(2), f.day = s.number(2);
  s.mark("T");
  f.hour = s.number(2), f.minute = s.number(2), f.second = s.number(2);
  s.mark("Z");
  if (!s.ok || !s.rest.empty()) return std::nullopt;
  return to_time(f);
}

std::optional<Time> parse_http_time(std::string_view text) {
  Scanner s{text};
  Fields f{};
  if (auto comma = text.find(", "); comma == 3) s.rest.remove_prefix(5);  // the day's name adds nothing
  f.day = s.number(2);
  s.mark(" ");
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (s.rest.starts_with(kMonths[i])) f.month = static_cast<int>(i) + 1;
  }
  if (f.month == 0) return std::nullopt;
  s.rest.remove_prefix(3);
  s.mark(" "), f.year = s.number(4);
  s.mark(" "), f.hour = s.number(2);
  s.mark(":"), f.minute = s.number(2);
  s.mark(":"), f.second = s.number(2);
  s.mark(" ");
  if (!s.ok || (s.rest != "GMT" && s.rest != "UTC" && s.rest != "+0000" && s.rest != "-0000")) return std::nullopt;
  return to_time(f);
}

std::optional<Time> parse_extended_time(std::string_view text) {
  Scanner s{text};
  Fields f{};
  f.year = s.number(4);
  s.mark("-"), f.month = s.number(2);
  s.mark("-"), f.day = s.number(2);
  s.mark("T"), f.hour = s.number(2);
  s.mark(":"), f.minute = s.number(2);
  s.mark(":"), f.second = s.number(2);
  int fraction_us = 0;
  if (s.ok && s.rest.starts_with('.')) {
    s.rest.remove_prefix(1);
    int scale = 100'000;
    std::size_t digits = 0;
    for (; digits < s.rest.size() && s.rest[digits] >= '0' && s.rest[digits] <= '9'; ++digits, scale /= 10) {
      fraction_us += (s.rest[digits] - '0') * scale;
    }
    if (digits == 0 || digits > 9) return std::nullopt;
    s.rest.remove_prefix(digits);
  }
  s.mark("Z");
  if (!s.ok || !s.rest.empty()) return std::nullopt;
  auto time = to_time(f);
  if (time) *time += microseconds(fraction_us);
  return time;
}

std::string format_basic_time(Time time) {
  Fields f = to_fields(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", f.year, f.month, f.day, f.hour, f.minute, f.second);
}

std::string format_extended_time(Time time) {
  Fields f = to_fields(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", f.year, f.month, f.day, f.hour, f.minute, f.second);
}

std::string format_http_time(Time time) {
  Fields f = to_fields(time);
  unsigned weekday = std::chrono::weekday(std::chrono::floor<std::chrono::days>(time)).c_encoding();
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday], f.day,
                     kMonths[static_cast<std::size_t>(f.month) - 1], f.year, f.hour, f.minute, f.second);
}

}  // namespace skerry::auth
