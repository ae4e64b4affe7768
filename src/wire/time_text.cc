#include <charconv>
#include <cmath>

#include "wire/text.h"

// Points in time as AWS writes them.
namespace skerry::wire {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::year_month_day;

constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view kWeekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

// Reads fields one after another; after the first that is wrong, `ok` stays false.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      char c = next();
      if (c < '0' || c > '9') return ok_ = false, 0;
      value = value * 10 + (c - '0');
    }
    return value;
  }
  void literal(std::string_view expected) {
    if (!text_.starts_with(expected)) ok_ = false;
    if (ok_) text_.remove_prefix(expected.size());
  }
  bool skip(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  template <std::size_t n>
  int one_of(const std::string_view (&names)[n]) {
    for (std::size_t i = 0; i < n; ++i) {
      if (text_.starts_with(names[i])) return text_.remove_prefix(names[i].size()), static_cast<int>(i);
    }
    ok_ = false;
    return 0;
  }
  // What follows a decimal point, in microseconds; digits past those are read and dropped.
  int fraction() {
    int value = 0, scale = 100000, count = 0;
    while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9') {
      value += (next() - '0') * scale;
      scale /= 10;
      ++count;
    }
    if (count == 0) ok_ = false;
    return value;
  }
  bool at_end() const { return text_.empty(); }
  bool ok() const { return ok_; }

 private:
  char next() {
    if (text_.empty()) return '\0';
    char c = text_[0];
    text_.remove_prefix(1);
    return c;
  }
  std::string_view text_;
  bool ok_ = true;
};

std::optional<Time> assemble(int year, int month, int day, int hour, int minute, int second, int micros) {
  year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                      std::chrono::day(static_cast<unsigned>(day))};
  // 60 is a leap second, which the next minute's first stands for.
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return Time(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) + seconds(second) +
         microseconds(micros);
}

// 2026-01-31, or 2026-01-31T01:02:03[.456] with Z or an offset.
std::optional<Time> parse_iso8601(std::string_view text) {
  Fields in(text);
  int year = in.digits(4);
  in.literal("-");
  int month = in.digits(2);
  in.literal("-");
  int day = in.digits(2);
  if (in.ok() && in.at_end()) return assemble(year, month, day, 0, 0, 0, 0);
  in.literal("T");
  int hour = in.digits(2);
  in.literal(":");
  int minute = in.digits(2);
  in.literal(":");
  int second = in.digits(2);
  int micros = in.skip('.') ? in.fraction() : 0;
  int offset = 0;
  if (!in.skip('Z')) {
    int sign = in.skip('-') ? -1 : 1;
    if (sign > 0) in.literal("+");
    int hours = in.digits(2);
    in.literal(":");
    int minutes = in.digits(2);
    if (hours > 23 || minutes > 59) return std::nullopt;
    offset = sign * (hours * 60 + minutes);
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  auto time = assemble(year, month, day, hour, minute, second, micros);
  if (time) *time -= std::chrono::minutes(offset);
  return time;
}

// Sun, 06 Nov 1994 08:49:37[.123] GMT
std::optional<Time> parse_http_date(std::string_view text) {
  Fields in(text);
  in.one_of(kWeekdays);
  in.literal(", ");
  int day = in.digits(2);
  in.literal(" ");
  int month = in.one_of(kMonths) + 1;
  in.literal(" ");
  int year = in.digits(4);
  in.literal(" ");
  int hour = in.digits(2);
  in.literal(":");
  int minute = in.digits(2);
  in.literal(":");
  int second = in.digits(2);
  int micros = in.skip('.') ? in.fraction() : 0;
  in.literal(" GMT");
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return assemble(year, month, day, hour, minute, second, micros);
}

// Far enough for any clock, near enough that no arithmetic on microseconds overflows.
constexpr double kEpochLimit = 1e12;

std::optional<Time> parse_epoch(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(std::fabs(value) < kEpochLimit))
    return std::nullopt;
  return Time(microseconds(std::llround(value * 1e6)));
}

void append_digits(std::string& out, unsigned value, int width) {
  char digits[8];
  for (int i = width - 1; i >= 0; --i, value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits, static_cast<std::size_t>(width));
}

}  // namespace

std::optional<Time> parse_time(std::string_view text, TimeFormat format) {
  switch (format) {
    case TimeFormat::Iso8601:
      return parse_iso8601(text);
    case TimeFormat::HttpDate:
      return parse_http_date(text);
    case TimeFormat::Epoch:
      return parse_epoch(text);
    case TimeFormat::Default:
      break;
  }
  return std::nullopt;
}

void append_time(std::string& out, Time time, TimeFormat format, bool millis) {
  auto day = floor<days>(time);
  year_month_day date(day);
  auto within = std::chrono::duration_cast<milliseconds>(time - day).count();
  auto part = [&](long unit, long modulus) { return static_cast<unsigned>(within / unit % modulus); };
  if (format == TimeFormat::Epoch) {
    auto millis_since = floor<milliseconds>(time).time_since_epoch().count();
    if (millis_since < 0) out += '-';
    millis_since = std::abs(millis_since);
    append_integer(out, millis_since / 1000);
    if (auto thousandths = static_cast<unsigned>(millis_since % 1000)) {
      out += '.';
      append_digits(out, thousandths, 3);
    }
    return;
  }
  auto clock = [&] {
    append_digits(out, part(3600000, 24), 2);
    out += ':';
    append_digits(out, part(60000, 60), 2);
    out += ':';
    append_digits(out, part(1000, 60), 2);
  };
  auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  auto month = static_cast<unsigned>(date.month());
  auto day_of_month = static_cast<unsigned>(date.day());
  if (format == TimeFormat::HttpDate) {
    out += kWeekdays[std::chrono::weekday(day).c_encoding()];
    out += ", ";
    append_digits(out, day_of_month, 2);
    out += ' ';
    out += kMonths[month - 1];
    out += ' ';
    append_digits(out, year, 4);
    out += ' ';
    clock();
    out += " GMT";
    return;
  }
  append_digits(out, year, 4);
  out += '-';
  append_digits(out, month, 2);
  out += '-';
  append_digits(out, day_of_month, 2);
  out += 'T';
  clock();
  if (unsigned thousandths = part(1, 1000); thousandths || millis) {
    out += '.';
    append_digits(out, thousandths, 3);
  }
  out += 'Z';
}

}  // namespace skerry::wire
