#pragma once
#include "api/front.h"
#include "base/clock.h"

namespace skerry::s3 {

// What S3 Control, the part of S3 that is about a whole account, adds to the way of its requests: whether the caller
// may do it, and that the account is their own. A signature for any region is good.
//
// Life: one per server. Threads: any.
class ControlFront final : public api::Front {
 public:
  explicit ControlFront(const Clock& clock) : clock_(clock) {}  // which outlives this

  const wire::Service& service() const override;
  auth::ErrorFamily error_family() const override { return auth::ErrorFamily::S3; }
  Task<std::expected<void, wire::ApiError>> authorize(wire::Context& context, const auth::Authenticated& who) override;
  std::expected<void, wire::ApiError> check_body(const wire::Context& context, std::string_view body,
                                                 const net::Headers& trailers) override;

 private:
  const Clock& clock_;
};

}  // namespace skerry::s3
