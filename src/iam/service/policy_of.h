#pragma once
#include <string>
#include <string_view>

#include "iam/arns.h"
#include "iam/service/change.h"

// Managed policies as operations are given them: by their ARNs.
namespace skerry::iam {

// Errors: ValidationError for what is no ARN, InvalidInput for one of something else.
Result<PolicyArn> parse_policy_arn(const std::string& text);

wire::ApiError no_such_policy(std::string_view arn);
wire::ApiError not_attachable(std::string_view arn);  // also where there is no such policy
wire::ApiError no_such_version(std::string_view arn, std::string_view version_id);

// To change it: the account's own. Errors: parse_policy_arn's; NoSuchEntity, also for any other account's and AWS's.
Task<Result<record::ManagedPolicy>> own_policy(Change& change, std::string arn);

// Whether the account's identities may have it: there is such a policy, and it is the account's own or AWS's.
// Errors: parse_policy_arn's.
Task<Result<bool>> is_attachable(Change& change, std::string arn);

}  // namespace skerry::iam
