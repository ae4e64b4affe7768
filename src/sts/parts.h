#pragma once
#include "base/clock.h"
#include "base/random.h"
#include "iam/accounts.h"
#include "iam/authorization_messages.h"
#include "iam/compiled_policies.h"
#include "iam/directory.h"
#include "iam/principal_loader.h"
#include "sts/oidc/provider_keys.h"

namespace skerry::sts {

// What STS's operations stand on. All of it outlives them.
struct Parts {
  iam::Accounts& accounts;
  iam::Directory& directory;
  iam::PrincipalLoader& loader;
  iam::CompiledPolicies& compiled;
  const iam::AuthorizationMessages& denials;
  oidc::ProviderKeys& provider_keys;
  const Clock& clock;
  Random& random;
};

}  // namespace skerry::sts
