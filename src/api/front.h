#pragma once
#include <expected>
#include <span>

#include "auth/auth_error.h"
#include "auth/authenticated.h"
#include "base/task.h"
#include "wire/context.h"
#include "wire/descriptor.h"
#include "wire/error.h"

namespace skerry::api {

// What one service adds to the way of its requests: who may do what, and what a body has to match. Everything else on
// the way is the same for all.
//
// Life: outlives the server. Threads: any.
class Front {
 public:
  virtual ~Front() = default;

  virtual const wire::Service& service() const = 0;
  virtual auth::ErrorFamily error_family() const = 0;

  // Whether the principal may do this. Asked when route and signature are settled and before any of the body is read
  // or waited for, so what it goes by are headers and path.
  virtual Task<std::expected<void, wire::ApiError>> authorize(wire::Context& context,
                                                              const auth::Authenticated& who) = 0;

  // Operations that nobody signs: whoever calls shows something else. A signature is not looked at.
  virtual std::span<const wire::Operation* const> unsigned_operations() const { return {}; }

  // A body that was read whole against what the request's headers and trailers say of it. Of one that spills it is the
  // text that is left.
  virtual std::expected<void, wire::ApiError> check_body(const wire::Context& context, std::string_view body,
                                                         const net::Headers& trailers) = 0;
};

}  // namespace skerry::api
