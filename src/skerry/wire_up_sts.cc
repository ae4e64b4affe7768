#include "skerry/wire_up_sts.h"

#include "sts/ops/bind.h"

namespace skerry {

Sts::Sts(StorageStack& stack, const iam::AuthorizationMessages& denials, sts::oidc::KeyLocations locations)
    : stack_(stack),
      denials_(denials),
      fetching_(2, "skerry-fetch"),
      provider_keys_(fetcher_, fetching_, stack.clock(), std::move(locations)) {}

void Sts::bind(wire::Registry& registry) {
  iam::Identities& identities = stack_.identities();
  sts::bind_operations(registry, {.accounts = stack_.accounts(),
                                  .directory = identities.directory(),
                                  .loader = identities.loader(),
                                  .compiled = identities.compiled(),
                                  .denials = denials_,
                                  .provider_keys = provider_keys_,
                                  .clock = stack_.clock(),
                                  .random = stack_.random()});
}

}  // namespace skerry
