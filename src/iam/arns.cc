#include "iam/arns.h"

#include <fmt/format.h>

#include "model/arn.h"

namespace skerry::iam {
namespace {

constexpr std::string_view kPolicy = "policy";

}  // namespace

std::string entity_arn(std::string_view account_id, rows::Entity entity, std::string_view path, std::string_view name) {
  return fmt::format("arn:aws:iam::{}:{}{}{}", account_id, rows::word(entity), path, name);
}

std::string identity_arn(std::string_view account_id, rows::Entity entity, const record::Identity& identity) {
  return entity_arn(account_id, entity, identity.path(), identity.name());
}

std::string policy_arn(std::string_view account_id, const record::ManagedPolicy& policy) {
  return entity_arn(account_id, rows::Entity::Policy, policy.path(), policy.name());
}

std::optional<PolicyArn> PolicyArn::parse(std::string_view text) {
  auto arn = Arn::parse(text);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("policy/")) return std::nullopt;
  const std::size_t name = arn->resource.rfind('/') + 1;
  return PolicyArn{std::move(arn->account), arn->resource.substr(kPolicy.size(), name - kPolicy.size()),
                   arn->resource.substr(name)};
}

bool PolicyArn::names(const record::ManagedPolicy& policy) const {
  return policy.path() == path && policy.name() == name;
}

std::string root_arn(std::string_view account_id) { return fmt::format("arn:aws:iam::{}:root", account_id); }

std::string oidc_provider_arn(std::string_view account_id, std::string_view url) {
  return fmt::format("arn:aws:iam::{}:oidc-provider/{}", account_id, url);
}

std::string mfa_device_arn(std::string_view account_id, std::string_view name) {
  return fmt::format("arn:aws:iam::{}:mfa/{}", account_id, name);
}

std::string assumed_role_arn(std::string_view account_id, std::string_view role_name, std::string_view session_name) {
  return fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", account_id, role_name, session_name);
}

std::string federated_user_arn(std::string_view account_id, std::string_view name) {
  return fmt::format("arn:aws:sts::{}:federated-user/{}", account_id, name);
}

}  // namespace skerry::iam
