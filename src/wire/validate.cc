#include "wire/validate.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/pattern.h"
#include "wire/spill.h"
#include "wire/text.h"

namespace skerry::wire {
namespace {

using What = Violation::What;

class Validator {
 public:
  explicit Validator(Reading& in) : in_(in) {}

  void check(const Shape& shape, const void* value) {
    if (shape.limits) limits(shape, *shape.limits, value);
    switch (shape.kind) {
      case Kind::Structure:
        return members(shape, value);
      case Kind::List:
        for (std::size_t i = 0, size = shape.ops->size(value); i < size; ++i) {
          Step step(in_, i);
          check(*shape.item, shape.ops->at(value, i));
        }
        return;
      case Kind::Map:
        return for_each_entry(shape, value, [&](const std::string& key, const void* item) {
          Step step(in_, key);
          check(*shape.key, &key);
          check(*shape.item, item);
        });
      default:
        return;
    }
  }

 private:
  void members(const Shape& shape, const void* value) {
    bool top = in_.path.empty();
    for (const Member& member : shape.members) {
      if (top) in_.where = member.loc;
      if (const void* found = find_member(member, value)) {
        Step step(in_, member.name);
        check(*member.shape, found);
      }
    }
  }

  void limits(const Shape& shape, const Limits& limits, const void* value) {
    switch (shape.kind) {
      case Kind::String:
        return text(limits, as<std::string>(value));
      case Kind::Blob:
        return length(limits, as<std::string>(value).size(), [&] { return std::string(); });
      case Kind::LargeBlob:
        return length(limits, as<LargeBlob>(value).size(), [] { return std::string(); });
      case Kind::List:
      case Kind::Map:
        return length(limits, shape.ops->size(value), [] { return std::string("[]"); });
      case Kind::Integer:
        return number(limits, as<std::int32_t>(value));
      case Kind::Long:
        return number(limits, static_cast<double>(as<std::int64_t>(value)));
      case Kind::Double:
        return number(limits, as<double>(value));
      default:
        return;
    }
  }

  void text(const Limits& limits, const std::string& value) {
    auto shown = [&] { return value; };
    length(limits, utf8_length(value), shown);
    if (!limits.pattern.empty() && !matches_pattern(limits.pattern, value)) {
      report(What::Pattern, limits, value,
             fmt::format("Member must satisfy regular expression pattern: {}", limits.pattern));
    }
    if (!limits.values.empty() && std::find(limits.values.begin(), limits.values.end(), value) == limits.values.end()) {
      report(What::Value, limits, value,
             fmt::format("Member must satisfy enum value set: [{}]", fmt::join(limits.values, ", ")));
    }
  }

  template <class Shown>
  void length(const Limits& limits, std::size_t size, Shown&& shown) {
    auto actual = static_cast<double>(size);
    if (limits.has_min && actual < limits.min) {
      report(What::Length, limits, shown(),
             fmt::format("Member must have length greater than or equal to {:.0f}", limits.min));
    }
    if (limits.has_max && actual > limits.max) {
      report(What::Length, limits, shown(),
             fmt::format("Member must have length less than or equal to {:.0f}", limits.max));
    }
  }

  void number(const Limits& limits, double value) {
    auto shown = [&] {
      std::string text;
      append_double(text, value);
      return text;
    };
    if (limits.has_min && value < limits.min) {
      report(What::Range, limits, shown(),
             fmt::format("Member must have value greater than or equal to {:.0f}", limits.min));
    }
    if (limits.has_max && value > limits.max) {
      report(What::Range, limits, shown(),
             fmt::format("Member must have value less than or equal to {:.0f}", limits.max));
    }
  }

  void report(What what, const Limits& limits, std::string value, std::string rule) {
    in_.violations.push_back(
        {what, in_.path, limits.sensitive ? std::string() : "'" + value + "'", std::move(rule), in_.where});
  }

  Reading& in_;
};

}  // namespace

void validate(const Shape& shape, const void* value, Reading& in) { Validator(in).check(shape, value); }

}  // namespace skerry::wire
