#include "iam/service/front.h"

#include "api/auth_errors.h"
#include "iam/api/ops.h"
#include "iam/authorize.h"
#include "iam/service/target.h"
#include "wire/faults.h"

namespace skerry::iam {

namespace {

// A session that users or root asked for of themselves is good for IAM only if they showed MFA for it, a federated
// user's never. AWS tells them that their token is none.
bool is_good_for_iam(const Principal& who) {
  if (!who.token_issued || who.kind == Principal::Kind::RoleSession) return true;
  return who.kind != Principal::Kind::FederatedUser && who.mfa_at.has_value();
}

}  // namespace

const wire::Service& Front::service() const { return kService; }

Task<std::expected<void, wire::ApiError>> Front::authorize(wire::Context& context, const auth::Authenticated& who) {
  if (!who.credential) co_return std::unexpected(api::unsigned_error(error_family()));
  if (!is_good_for_iam(*principal_of(context))) {
    co_return std::unexpected(api::api_error(auth::auth_error(error_family(), auth::AuthErrc::InvalidToken)));
  }
  auto parameters = wire::parse_parameters(context.form);
  if (!parameters) co_return std::unexpected(wire::malformed_form(service()));
  const wire::Form form(std::move(*parameters));
  for (const wire::Permission& permission : context.operation().permissions) {
    auto allowed = co_await check(context, form, permission);
    if (!allowed) co_return allowed;
  }
  co_return std::expected<void, wire::ApiError>();
}

Task<std::expected<void, wire::ApiError>> Front::check(const wire::Context& context, const wire::Form& form,
                                                       const wire::Permission& permission) {
  auto target = co_await find_target(directory_, context, form, permission.resource->name);
  if (!target) co_return std::unexpected(target.error());
  policy::KeyList keys;
  add_keys(keys, context, form, permission, *target);
  for (const std::string& resource : {target->resource, target->renamed}) {
    if (resource.empty()) continue;
    const Ask ask{.action = permission.action->name,
                  .resource = resource,
                  .resource_account = target->account.empty() ? context.principal.account_id : target->account,
                  .keys = &keys};
    const policy::Decision decision = decide(context, ask, clock_.now());
    if (decision.allowed() || co_await may_by_password_policy(context, decision)) continue;
    co_return std::unexpected(
        api::common_error("AccessDenied", 403, denial(context, ask, decision)).because(reason(context, decision)));
  }
  co_return std::expected<void, wire::ApiError>();
}

Task<bool> Front::may_by_password_policy(const wire::Context& context, const policy::Decision& decision) {
  if (context.operation().name != "ChangePassword" || decision.lacking != policy::Layer::Identity) co_return false;
  auto settings = co_await directory_.settings(context.principal.account_id);
  co_return settings && settings->password_policy().allow_change();
}

}  // namespace skerry::iam
