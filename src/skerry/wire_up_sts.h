#pragma once
#include "api/front.h"
#include "base/workers.h"
#include "iam/authorization_messages.h"
#include "skerry/storage_stack.h"
#include "sts/front.h"
#include "sts/oidc/provider_keys.h"
#include "wire/registry.h"

namespace skerry {

// STS over a storage stack.
//
// Life: after the stack, before the server; destroyed when no request is left.
class Sts {
 public:
  Sts(StorageStack& stack, const iam::AuthorizationMessages& denials, sts::oidc::KeyLocations locations);

  void bind(wire::Registry& registry);
  api::Front& front() { return front_; }

 private:
  StorageStack& stack_;
  const iam::AuthorizationMessages& denials_;
  sts::oidc::SystemFetcher fetcher_;
  WorkerPool fetching_;  // of its own: an identity provider may keep a thread waiting for ten seconds
  sts::oidc::ProviderKeys provider_keys_;
  sts::Front front_;
};

}  // namespace skerry
