#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skerry::auth {

// As much JSON as a POST policy may hold. A number keeps its text: policies have only whole, positive ones.
struct PolicyJson {
  enum class Kind { String, Number, Boolean, Array, Object };

  Kind kind = Kind::Boolean;
  std::string text;                // String: decoded, Number: as written
  std::vector<std::string> names;  // Object: of its members, in order, repeated ones too
  std::vector<PolicyJson> items;   // Array, and an Object's values beside their names
};

// Nothing for what is not strict JSON, is nested deeper than a policy can be, or holds null or a fraction: S3 calls all
// of that invalid.
std::optional<PolicyJson> parse_policy_json(std::string_view text);

}  // namespace skerry::auth
