#pragma once
#include "api/front.h"
#include "base/clock.h"
#include "iam/directory.h"
#include "iam/policy/evaluate.h"
#include "wire/form.h"

namespace skerry::iam {

// What IAM adds to the way of its requests: they are signed, and the caller's policies allow the operation's action on
// whom or what its parameters name.
//
// Life: one per server. Threads: any.
class Front final : public api::Front {
 public:
  Front(Directory& directory, const Clock& clock) : directory_(directory), clock_(clock) {}

  const wire::Service& service() const override;
  auth::ErrorFamily error_family() const override { return auth::ErrorFamily::Query; }
  Task<std::expected<void, wire::ApiError>> authorize(wire::Context& context, const auth::Authenticated& who) override;
  // The signature covers all of a form.
  std::expected<void, wire::ApiError> check_body(const wire::Context&, std::string_view, const net::Headers&) override {
    return {};
  }

 private:
  Task<std::expected<void, wire::ApiError>> check(const wire::Context& context, const wire::Form& form,
                                                  const wire::Permission& permission);
  // Users may change their own password where the account says so, without a policy that allows it.
  Task<bool> may_by_password_policy(const wire::Context& context, const policy::Decision& decision);

  Directory& directory_;
  const Clock& clock_;
};

}  // namespace skerry::iam
