#include "skerry/wire_up_iam.h"

#include "iam/service/ops/bind.h"

namespace skerry {

Iam::Iam(StorageStack& stack, Workers& workers)
    : parts_{.directory = stack.identities().directory(),
             .accounts = stack.accounts(),
             .workers = workers,
             .clock = stack.clock(),
             .random = stack.random()},
      front_(parts_.directory, parts_.clock) {}

void Iam::bind(wire::Registry& registry) {
  iam::bind_users(registry, parts_);
  iam::bind_groups(registry, parts_);
  iam::bind_roles(registry, parts_);
  iam::bind_access_keys(registry, parts_);
  iam::bind_passwords(registry, parts_);
  iam::bind_authorization_details(registry, parts_);
  iam::bind_credential_report(registry, parts_);
  iam::bind_attachments(registry, parts_);
  iam::bind_inline_policies(registry, parts_);
  iam::bind_oidc_providers(registry, parts_);
  iam::bind_policies(registry, parts_);
  iam::bind_policy_versions(registry, parts_);
  iam::bind_list_policies(registry, parts_);
  iam::bind_entities_for_policy(registry, parts_);
  iam::bind_boundaries(registry, parts_);
  iam::bind_tagging(registry, parts_);
  iam::bind_context_keys(registry, parts_);
  iam::bind_simulate(registry, parts_);
  iam::bind_mfa_devices(registry, parts_);
  iam::bind_list_mfa_devices(registry, parts_);
  iam::bind_account(registry, parts_);
}

}  // namespace skerry
