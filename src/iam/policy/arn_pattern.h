#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "iam/policy/pattern.h"

namespace skerry::iam::policy {

// What a request names, split once for all the patterns that it is held against.
struct ArnView {
  explicit ArnView(std::string_view text);
  std::string_view text;
  std::array<std::string_view, 6> fields;  // the last one has all that is left, colons too
  bool is_arn = false;                     // has six fields of which the first is "arn"
};

// arn:aws:iam::*:user/${aws:username}: wildcards and variables within the six fields of an ARN.
//
// Invariant: the colons that part the fields are those of the policy's text. Neither a wildcard nor the value of a
// variable can match a colon in the first five fields, and none can move a field; in the last one a wildcard matches
// colons too. A pattern with fewer fields ends in "any": arn:aws:s3 is arn:aws:s3:*:*:*, and * is any ARN.
class ArnPattern {
 public:
  ArnPattern(std::string_view text, Variables variables);
  bool matches(const ArnView& arn, Substitution& substitution) const;
  void append_keys(std::vector<std::string>& out) const;

 private:
  std::string head_;             // the first five fields with their colons, where they have no wildcards
  std::string prefix_;           // head_ and what all resources begin with, to be done with most patterns at once
  std::vector<Pattern> fields_;  // the first five, where they have
  Pattern resource_;
  bool one_variable_ = false;  // ${aws:PrincipalArn}: a whole ARN from the request
};

// The fields of a pattern: at most six, parted by colons that do not stand within ${…}.
std::vector<std::string_view> split_arn_pattern(std::string_view text, Variables variables);

}  // namespace skerry::iam::policy
