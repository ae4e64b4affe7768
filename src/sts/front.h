#pragma once
#include "api/front.h"

namespace skerry::sts {

// What STS adds to the way of its requests: they are signed, but for those in which an identity provider vouches for
// the caller; sessions of users may call little. Nobody needs a permission to ask who they are; what others need, their
// handlers ask for, as it takes the role that the request names.
//
// Life: one per server. Threads: any.
class Front final : public api::Front {
 public:
  const wire::Service& service() const override;
  auth::ErrorFamily error_family() const override { return auth::ErrorFamily::Query; }
  Task<std::expected<void, wire::ApiError>> authorize(wire::Context& context, const auth::Authenticated& who) override;
  std::span<const wire::Operation* const> unsigned_operations() const override;
  // The signature covers all of a form.
  std::expected<void, wire::ApiError> check_body(const wire::Context&, std::string_view, const net::Headers&) override {
    return {};
  }
};

}  // namespace skerry::sts
