#pragma once
#include <string>
#include <vector>

#include "base/task.h"
#include "iam/directory.h"
#include "iam/policy/document.h"

// Which documents apply to whom, as they are stored.
//
// Each read is of its own moment. Errors NotFound: a group or a policy is not there any more. Corrupt: a policy has no
// version in force.
namespace skerry::iam {

struct StoredPolicy {
  policy::Kind kind = policy::Kind::Inline;  // Inline or Managed
  std::string name;
  std::string arn;                          // of a managed one
  rows::Entity owner = rows::Entity::User;  // of an inline one, and the next
  std::string owner_name;
  std::string text;

  std::string shown() const;  // to people: its ARN, or "inline policy X of user Y"
};

// The version in force of a managed policy, the account's or AWS's.
Task<storage::StoreResult<StoredPolicy>> stored_policy(Directory& directory, std::string arn);

// Those in a user, a group or a role, and those attached to it.
Task<storage::StoreResult<std::vector<StoredPolicy>>> stored_policies(Directory& directory, rows::Entity entity,
                                                                      record::Identity identity);
// … and those of a user's groups.
Task<storage::StoreResult<std::vector<StoredPolicy>>> stored_policies(Directory& directory, std::string account_id,
                                                                      record::User user);

}  // namespace skerry::iam
