#include "sts/front.h"

#include <algorithm>
#include <array>

#include "api/auth_errors.h"
#include "sts/api/ops.h"

namespace skerry::sts {

const wire::Service& Front::service() const { return kService; }

std::span<const wire::Operation* const> Front::unsigned_operations() const {
  static const std::array<const wire::Operation*, 2> operations{&AssumeRoleWithSAMLOp::descriptor(),
                                                                &AssumeRoleWithWebIdentityOp::descriptor()};
  return operations;
}

Task<std::expected<void, wire::ApiError>> Front::authorize(wire::Context& context, const auth::Authenticated& who) {
  auto unsigned_ones = unsigned_operations();
  bool known = who.credential || std::ranges::find(unsigned_ones, &context.operation()) != unsigned_ones.end();
  if (known) co_return std::expected<void, wire::ApiError>();
  co_return std::unexpected(api::unsigned_error(error_family()));
}

}  // namespace skerry::sts
