#pragma once
#include <memory>
#include <vector>

#include "api/front.h"

namespace skerry {

// A service whose API is known and of which nothing is served yet. Who signs rightly is told so, operation by
// operation, in the service's own protocol.
class UnservedFront final : public api::Front {
 public:
  explicit UnservedFront(const wire::Service& service) : service_(service) {}

  const wire::Service& service() const override { return service_; }
  auth::ErrorFamily error_family() const override;
  // Neither is ever asked: an operation without a handler is answered before its permission and its body matter.
  Task<std::expected<void, wire::ApiError>> authorize(wire::Context& context, const auth::Authenticated& who) override;
  std::expected<void, wire::ApiError> check_body(const wire::Context& context, std::string_view body,
                                                 const net::Headers& trailers) override;

 private:
  const wire::Service& service_;
};

// One for each service that is modelled and of which nothing is served.
std::vector<std::unique_ptr<UnservedFront>> unserved_fronts();

}  // namespace skerry
