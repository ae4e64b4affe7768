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

void Iam::bind(wire::Registry& registry) { iam::bind_operations(registry, parts_); }

}  // namespace skerry
