#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "iam/policy/arn_pattern.h"
#include "iam/policy/operator.h"
#include "iam/policy/pattern.h"
#include "iam/policy/values.h"

namespace skerry::iam::policy {

// One key of one operator in a Condition: {"StringLike": {"s3:prefix": ["", "home/*"]}}.
//
// It holds when a value of the request matches any value of the policy; a negated operator holds when none does. Where
// the request lacks the key: true with IfExists, else true under ForAllValues, false under ForAnyValue, and by itself
// false unless negated. ForAllValues wants of every value of the request, ForAnyValue of one, what the operator wants
// of a single value; empty texts are no values there.
//
// Threads: any, once made. Evaluating does not allocate.
class Condition {
 public:
  // Nothing: a value is not of the operator's kind.
  static std::optional<Condition> make(Operator op, std::string_view key, const std::vector<std::string>& values,
                                       Variables variables);

  bool holds(Substitution& substitution) const;
  const Operator& op() const { return operator_; }
  void append_keys(std::vector<std::string>& out) const;  // its own and those of its variables, in lower case

 private:
  struct Bytes {
    std::string bytes;
  };
  using Values = std::variant<std::vector<Pattern>, std::vector<ArnPattern>, std::vector<Number>, std::vector<Instant>,
                              std::vector<IpRange>, std::vector<Bytes>, std::vector<bool>>;

  Condition(Operator op, std::string key) : operator_(op), key_(std::move(key)) {}
  bool read(std::string_view text, Variables variables);
  bool holds_for(std::string_view value, Substitution& substitution) const;  // negation included
  bool matches_any(std::string_view value, Substitution& substitution) const;
  bool compares(std::strong_ordering order) const;

  Operator operator_;
  std::string key_;  // in lower case
  Values values_;
};

}  // namespace skerry::iam::policy
