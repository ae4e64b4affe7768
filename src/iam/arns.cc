#include "iam/arns.h"

#include <fmt/format.h>

namespace skerry::iam {

std::string entity_arn(std::string_view account_id, rows::Entity entity, std::string_view path, std::string_view name) {
  return fmt::format("arn:aws:iam::{}:{}{}{}", account_id, rows::word(entity), path, name);
}

std::string identity_arn(std::string_view account_id, rows::Entity entity, const record::Identity& identity) {
  return entity_arn(account_id, entity, identity.path(), identity.name());
}

std::string root_arn(std::string_view account_id) { return fmt::format("arn:aws:iam::{}:root", account_id); }

std::string oidc_provider_arn(std::string_view account_id, std::string_view url) {
  return fmt::format("arn:aws:iam::{}:oidc-provider/{}", account_id, url);
}

std::string assumed_role_arn(std::string_view account_id, std::string_view role_name, std::string_view session_name) {
  return fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", account_id, role_name, session_name);
}

std::string federated_user_arn(std::string_view account_id, std::string_view name) {
  return fmt::format("arn:aws:sts::{}:federated-user/{}", account_id, name);
}

}  // namespace skerry::iam
