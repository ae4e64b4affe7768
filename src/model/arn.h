#pragma once
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "model/ids.h"

namespace skerry {

// arn:partition:service:region:account:resource. S3's have neither region nor account, IAM's no region.
//
// A value of this type is of one resource. Patterns in policies, which may hold wildcards in any field, are not ARNs.
struct Arn {
  Partition partition = Partition::Aws;
  std::string service;
  std::string region;    // empty, or a Region
  std::string account;   // empty, an AccountId, or "aws" (policies that AWS manages)
  std::string resource;  // all that is left, colons and slashes too: "user/team/ann", "function:f:live"

  static std::optional<Arn> parse(std::string_view text);
  std::string str() const;
  auto operator<=>(const Arn&) const = default;
};

}  // namespace skerry
