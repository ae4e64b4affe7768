#pragma once
#include <optional>
#include <string>
#include <vector>

#include "iam/policy/simulate.h"
#include "iam/service/errors.h"
#include "iam/stored_policies.h"
#include "model/arn.h"

// Users, groups and roles whose policies are simulated, named by their ARNs.
namespace skerry::iam {

// What PolicySourceArn names, with all policies that decide for it: those of a user's groups too.
struct PolicySource {
  Arn arn;
  record::Identity identity;
  std::vector<StoredPolicy> policies;
  std::optional<StoredPolicy> boundary;
};

// Errors: InvalidInput for what is no ARN of a user, a group or a role, or is one of another account; NoSuchEntity.
Task<Result<PolicySource>> find_policy_source(Directory& directory, std::string account_id, std::string arn);

// Who CallerArn names, as one who asks. Of `account_id`, it is whoever has that name, with their tags; anybody else,
// like a user who is not there, is taken to exist. Errors: InvalidInput, as above; the store's.
Task<Result<policy::SimulatedCaller>> find_simulated_caller(Directory& directory, std::string account_id,
                                                            std::string arn);
policy::SimulatedCaller simulated_caller(const PolicySource& source);

// How the simulator's answers name a policy: user_ann_home, or a managed one's name.
std::string source_policy_id(const StoredPolicy& policy);

}  // namespace skerry::iam
