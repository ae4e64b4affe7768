#include "wire/reading.h"

#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "base/check.h"
#include "wire/text.h"

namespace skerry::wire {

std::size_t Seen::count() const { return static_cast<std::size_t>(std::count(seen_.begin(), seen_.end(), true)); }

void Seen::report_missing(Reading& reading, bool (*only)(Loc)) const {
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const Member& member = structure_.members[i];
    if (seen_[i] || !member.has(kRequired) || !only(member.loc)) continue;
    Step step(reading, member.name);
    reading.violations.push_back({Violation::What::Missing, reading.path, "null", "Member must not be null",
                                  member.loc == Loc::Body ? reading.where : member.loc});
  }
}

namespace {
template <class T, class Parsed>
bool store(void* into, const std::optional<Parsed>& value, Reading& in, const char* expected) {
  if (!value) return in.fail(expected);
  as<T>(into) = static_cast<T>(*value);
  return true;
}
}  // namespace

bool read_scalar(std::string_view text, const Shape& shape, const Member* member, TimeFormat custom, void* into,
                 Reading& in) {
  using Int = std::numeric_limits<std::int32_t>;
  using Long = std::numeric_limits<std::int64_t>;
  switch (shape.kind) {
    case Kind::String:
      as<std::string>(into) = text;
      return true;
    case Kind::Integer:
      return store<std::int32_t>(into, parse_integer(text, Int::min(), Int::max()), in, "an integer is expected");
    case Kind::Long:
      return store<std::int64_t>(into, parse_integer(text, Long::min(), Long::max()), in, "an integer is expected");
    case Kind::Double:
      return store<double>(into, parse_double(text), in, "a number is expected");
    case Kind::Boolean:
      return store<bool>(into, parse_boolean(text), in, "true or false is expected");
    case Kind::Timestamp:
      return store<Time>(into, parse_time(text, time_format(member, shape, custom)), in, "a timestamp is expected");
    case Kind::Blob:
      return store<std::string>(into, unbase64(text), in, "base64 is expected");
    case Kind::Structure:
    case Kind::List:
    case Kind::Map:
    case Kind::LargeBlob:
    case Kind::BodyIn:
    case Kind::BodyOut:
      break;
  }
  return in.fail("a single value is expected");
}

void append_scalar(std::string& out, const Shape& shape, const Member* member, TimeFormat custom, bool millis,
                   const void* value) {
  switch (shape.kind) {
    case Kind::String:
      out += as<std::string>(value);
      return;
    case Kind::Integer:
      append_integer(out, as<std::int32_t>(value));
      return;
    case Kind::Long:
      append_integer(out, as<std::int64_t>(value));
      return;
    case Kind::Double:
      append_double(out, as<double>(value));
      return;
    case Kind::Boolean:
      out += as<bool>(value) ? "true" : "false";
      return;
    case Kind::Timestamp:
      append_time(out, as<Time>(value), time_format(member, shape, custom), millis);
      return;
    case Kind::Blob:
      out += base64(as<std::string>(value));
      return;
    case Kind::Structure:
    case Kind::List:
    case Kind::Map:
    case Kind::LargeBlob:
    case Kind::BodyIn:
    case Kind::BodyOut:
      break;
  }
  CHECK(false, "{} is no scalar", shape.name);
}

}  // namespace skerry::wire
