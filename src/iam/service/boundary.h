#pragma once
#include <string>

#include "iam/service/change.h"

// The permissions boundary of a user or a role, and the row that tells whom a policy bounds. Whoever calls puts the
// identity.
namespace skerry::iam {

// `arn`: a managed policy, the account's own or AWS's. Errors: parse_policy_arn's; NoSuchEntity.
Task<Result<void>> set_boundary(Change& change, record::Identity& identity, std::string arn);
void clear_boundary(Change& change, record::Identity& identity);

}  // namespace skerry::iam
