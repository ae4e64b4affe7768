#pragma once
#include "api/front.h"
#include "base/workers.h"
#include "iam/service/front.h"
#include "iam/service/parts.h"
#include "skerry/storage_stack.h"
#include "wire/registry.h"

namespace skerry {

// IAM's API over what is known of identities.
//
// Life: after the stack and the workers, before the server.
class Iam {
 public:
  Iam(StorageStack& stack, Workers& workers);

  void bind(wire::Registry& registry);
  api::Front& front() { return front_; }

 private:
  const iam::Parts parts_;
  iam::Front front_;
};

}  // namespace skerry
