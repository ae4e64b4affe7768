#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "iam/records.pb.h"
#include "iam/rows.h"

// The ARNs of whom and what IAM knows.
namespace skerry::iam {

// arn:aws:iam::<account>:user/<path>/<name>. `path` begins and ends with /.
std::string entity_arn(std::string_view account_id, rows::Entity entity, std::string_view path, std::string_view name);
std::string identity_arn(std::string_view account_id, rows::Entity entity, const record::Identity& identity);

std::string policy_arn(std::string_view account_id, const record::ManagedPolicy& policy);

// The ARN of a managed policy, taken apart.
struct PolicyArn {
  std::string account;  // "aws": AWS manages it
  std::string path;
  std::string name;

  static std::optional<PolicyArn> parse(std::string_view text);
  // Rows are found by a name without regard to case and to the path; an ARN has both.
  bool names(const record::ManagedPolicy& policy) const;
};

std::string root_arn(std::string_view account_id);
std::string oidc_provider_arn(std::string_view account_id, std::string_view url);  // url: without https://
std::string mfa_device_arn(std::string_view account_id, std::string_view name);    // its serial number

// Of sessions: arn:aws:sts::<account>:…
std::string assumed_role_arn(std::string_view account_id, std::string_view role_name, std::string_view session_name);
std::string federated_user_arn(std::string_view account_id, std::string_view name);

}  // namespace skerry::iam
