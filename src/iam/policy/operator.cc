#include "iam/policy/operator.h"

#include <algorithm>
#include <iterator>

namespace skerry::iam::policy {
namespace {

using F = Operator::Family;
using C = Operator::Compare;

struct Row {
  std::string_view name;
  F family;
  C compare = C::Equal;
  bool negated = false, wildcards = false, ignore_case = false;
};

constexpr Row kRows[] = {
    {"StringEquals", F::String},
    {"StringNotEquals", F::String, C::Equal, true},
    {"StringEqualsIgnoreCase", F::String, C::Equal, false, false, true},
    {"StringNotEqualsIgnoreCase", F::String, C::Equal, true, false, true},
    {"StringLike", F::String, C::Equal, false, true},
    {"StringNotLike", F::String, C::Equal, true, true},
    {"NumericEquals", F::Numeric},
    {"NumericNotEquals", F::Numeric, C::Equal, true},
    {"NumericLessThan", F::Numeric, C::Less},
    {"NumericLessThanEquals", F::Numeric, C::LessEqual},
    {"NumericGreaterThan", F::Numeric, C::Greater},
    {"NumericGreaterThanEquals", F::Numeric, C::GreaterEqual},
    {"DateEquals", F::Date},
    {"DateNotEquals", F::Date, C::Equal, true},
    {"DateLessThan", F::Date, C::Less},
    {"DateLessThanEquals", F::Date, C::LessEqual},
    {"DateGreaterThan", F::Date, C::Greater},
    {"DateGreaterThanEquals", F::Date, C::GreaterEqual},
    {"Bool", F::Bool, C::Equal, false, false, true},
    {"BinaryEquals", F::Binary},
    {"IpAddress", F::Ip},
    {"NotIpAddress", F::Ip, C::Equal, true},
    {"ArnEquals", F::Arn},
    {"ArnLike", F::Arn},
    {"ArnNotEquals", F::Arn, C::Equal, true},
    {"ArnNotLike", F::Arn, C::Equal, true},
    {"Null", F::Null},
};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<Operator> Operator::parse(std::string_view name) {
  Operator out;
  if (take_prefix(name, "ForAllValues:")) {
    out.set = Set::ForAllValues;
  } else if (take_prefix(name, "ForAnyValue:")) {
    out.set = Set::ForAnyValue;
  }
  constexpr std::string_view kIfExists = "IfExists";
  if (name.ends_with(kIfExists)) {
    name.remove_suffix(kIfExists.size());
    out.if_exists = true;
  }
  const Row* row = std::ranges::find(kRows, name, &Row::name);
  if (row == std::end(kRows) || (row->family == F::Null && out.if_exists)) return std::nullopt;
  out.family = row->family;
  out.compare = row->compare;
  out.negated = row->negated;
  out.wildcards = row->wildcards;
  out.ignore_case = row->ignore_case;
  return out;
}

}  // namespace skerry::iam::policy
