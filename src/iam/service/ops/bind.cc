#include "iam/service/ops/bind.h"

namespace skerry::iam {

void bind_operations(wire::Registry& registry, const Parts& parts) {
  bind_users(registry, parts);
  bind_groups(registry, parts);
  bind_roles(registry, parts);
  bind_access_keys(registry, parts);
  bind_passwords(registry, parts);
  bind_authorization_details(registry, parts);
  bind_credential_report(registry, parts);
  bind_attachments(registry, parts);
  bind_inline_policies(registry, parts);
  bind_oidc_providers(registry, parts);
  bind_policies(registry, parts);
  bind_policy_versions(registry, parts);
  bind_list_policies(registry, parts);
  bind_entities_for_policy(registry, parts);
  bind_boundaries(registry, parts);
  bind_tagging(registry, parts);
  bind_context_keys(registry, parts);
  bind_simulate(registry, parts);
  bind_mfa_devices(registry, parts);
  bind_list_mfa_devices(registry, parts);
  bind_empty_lists(registry, parts);
  bind_account(registry, parts);
}

}  // namespace skerry::iam
