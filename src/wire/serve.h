#pragma once
#include <expected>
#include <utility>

#include "wire/registry.h"

namespace skerry::wire {

// Binds an operation to a function of what the service's operations stand on, of the request's context and of the
// request. `Parts` is copied: references, all of which outlive the registry.
template <class Op, class Parts>
void serve(Registry& registry, const Parts& parts,
           Task<std::expected<typename Op::Response, ApiError>> (*handler)(Parts, Context&, typename Op::Request)) {
  registry.bind<Op>([parts, handler](Context& context, typename Op::Request request) {
    return handler(parts, context, std::move(request));
  });
}

}  // namespace skerry::wire
