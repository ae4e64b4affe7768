#pragma once
#include "iam/service/parts.h"

// Binds the operations to what they use. A family's functions are in the file of that name.
namespace skerry::iam {

// All of them.
void bind_operations(wire::Registry& registry, const Parts& parts);

void bind_users(wire::Registry& registry, const Parts& parts);
void bind_groups(wire::Registry& registry, const Parts& parts);
void bind_roles(wire::Registry& registry, const Parts& parts);
void bind_access_keys(wire::Registry& registry, const Parts& parts);
void bind_passwords(wire::Registry& registry, const Parts& parts);
void bind_authorization_details(wire::Registry& registry, const Parts& parts);
void bind_credential_report(wire::Registry& registry, const Parts& parts);
void bind_attachments(wire::Registry& registry, const Parts& parts);
void bind_inline_policies(wire::Registry& registry, const Parts& parts);
void bind_oidc_providers(wire::Registry& registry, const Parts& parts);
void bind_policies(wire::Registry& registry, const Parts& parts);
void bind_policy_versions(wire::Registry& registry, const Parts& parts);
void bind_list_policies(wire::Registry& registry, const Parts& parts);
void bind_entities_for_policy(wire::Registry& registry, const Parts& parts);
void bind_boundaries(wire::Registry& registry, const Parts& parts);
void bind_tagging(wire::Registry& registry, const Parts& parts);
void bind_context_keys(wire::Registry& registry, const Parts& parts);
void bind_simulate(wire::Registry& registry, const Parts& parts);
void bind_mfa_devices(wire::Registry& registry, const Parts& parts);
void bind_list_mfa_devices(wire::Registry& registry, const Parts& parts);
void bind_empty_lists(wire::Registry& registry, const Parts& parts);
void bind_account(wire::Registry& registry, const Parts& parts);

}  // namespace skerry::iam
