#include "sts/front.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/auth_errors.h"
#include "iam/authorize.h"
#include "sts/api/ops.h"
#include "sts/errors.h"

namespace skerry::sts {

namespace {

// A session that users or root asked for of themselves, or for somebody else, may become a role and ask who it is.
bool may_call(const iam::Principal& who, const wire::Operation& operation) {
  if (!who.token_issued || who.kind == iam::Principal::Kind::RoleSession) return true;
  return &operation == &AssumeRoleOp::descriptor() || &operation == &GetCallerIdentityOp::descriptor();
}

}  // namespace

const wire::Service& Front::service() const { return kService; }

std::span<const wire::Operation* const> Front::unsigned_operations() const {
  static const std::array<const wire::Operation*, 2> operations{&AssumeRoleWithSAMLOp::descriptor(),
                                                                &AssumeRoleWithWebIdentityOp::descriptor()};
  return operations;
}

Task<std::expected<void, wire::ApiError>> Front::authorize(wire::Context& context, const auth::Authenticated& who) {
  auto unsigned_ones = unsigned_operations();
  bool known = who.credential || std::ranges::find(unsigned_ones, &context.operation()) != unsigned_ones.end();
  if (!known) co_return std::unexpected(api::unsigned_error(error_family()));
  const iam::Principal* caller = iam::principal_of(context);
  if (caller && !may_call(*caller, context.operation())) {
    co_return std::unexpected(
        access_denied(fmt::format("Cannot call {} with session credentials", context.operation().name)));
  }
  co_return std::expected<void, wire::ApiError>();
}

}  // namespace skerry::sts
