#pragma once
#include "base/clock.h"
#include "base/random.h"
#include "base/workers.h"
#include "iam/accounts.h"
#include "iam/directory.h"
#include "wire/registry.h"

namespace skerry::iam {

// What IAM's operations stand on. All of it outlives them.
struct Parts {
  Directory& directory;
  Accounts& accounts;
  Workers& workers;  // for what takes long to compute: hashes of passwords
  const Clock& clock;
  Random& random;
};

// Binds an operation to a function of its parts, its context and its request.
template <class Op>
void serve(wire::Registry& registry, const Parts& parts,
           Task<std::expected<typename Op::Response, wire::ApiError>> (*handler)(Parts, wire::Context&,
                                                                                 typename Op::Request)) {
  registry.bind<Op>([parts, handler](wire::Context& context, typename Op::Request request) {
    return handler(parts, context, std::move(request));
  });
}

}  // namespace skerry::iam
