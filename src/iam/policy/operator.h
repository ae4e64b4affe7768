#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace skerry::iam::policy {

// "ForAnyValue:StringNotLikeIfExists", taken apart.
struct Operator {
  enum class Family : std::uint8_t { String, Numeric, Date, Bool, Binary, Ip, Arn, Null };
  enum class Compare : std::uint8_t { Equal, Less, LessEqual, Greater, GreaterEqual };
  enum class Set : std::uint8_t { None, ForAllValues, ForAnyValue };

  // Names have a case. Null has no IfExists: it is about existence already.
  static std::optional<Operator> parse(std::string_view name);
  // May its values have policy variables?
  bool takes_variables() const { return family == Family::String || family == Family::Arn || family == Family::Bool; }

  Family family = Family::String;
  Compare compare = Compare::Equal;
  Set set = Set::None;
  bool negated = false;
  bool wildcards = false;    // StringLike
  bool ignore_case = false;  // StringEqualsIgnoreCase, Bool
  bool if_exists = false;
};

}  // namespace skerry::iam::policy
