#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "iam/api/types.h"
#include "iam/directory.h"
#include "iam/managed_policies.h"
#include "iam/service/errors.h"

// Managed policies as the API shows them, the account's own and AWS's alike.
namespace skerry::iam {

// All of it but who has it; empty `tags` where there are none.
Policy show_policy(std::string_view account_id, const record::ManagedPolicy& policy);
Policy show_policy(const AwsManagedPolicy& policy);

// With their documents, the latest first. Of AWS's there is the default one alone.
wire::List<PolicyVersion> show_versions(const record::ManagedPolicy& policy);
wire::List<PolicyVersion> show_versions(const AwsManagedPolicy& policy);

// v1, v2, … AWS's model lets more pass; nothing: such a version was never made.
std::string version_id(std::uint32_t number);
std::optional<std::uint32_t> parse_version_id(std::string_view text);

// How many of the account's identities have it, and how many it bounds, into `policy`.
Task<Result<void>> count_uses(Directory& directory, std::string account_id, Policy& policy);

struct PolicyWithVersions {
  Policy policy;
  wire::List<PolicyVersion> versions;
};
// By its ARN, as anybody in the account may see it; uses are not counted. Nothing: there is none. Errors:
// parse_policy_arn's.
Task<Result<std::optional<PolicyWithVersions>>> find_policy(Directory& directory, std::string account_id,
                                                            std::string arn);

}  // namespace skerry::iam
