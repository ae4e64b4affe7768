#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "iam/policy/document.h"
#include "iam/policy/error.h"

namespace skerry::iam::policy {

// An action of S3 and what it acts on. The list is S3's.
struct BucketAction {
  std::string_view name;  // in lower case: s3:getobject
  bool on_object;         // else on the bucket
};

// What S3 demands of the policy of this one bucket, beyond what parse looks at: that its resources are the bucket or in
// it, that its actions exist, and that each action has a resource in its statement that it can be done to.
std::optional<PolicyError> check_bucket_policy(const Document& document, std::string_view bucket,
                                               std::span<const BucketAction> actions);

}  // namespace skerry::iam::policy
