#include "sts/api/ops.h"
#include "sts/ops/bind.h"

namespace skerry::sts {
namespace {

// Root's UserId is its account's number.
Task<std::expected<GetCallerIdentityResponse, wire::ApiError>> get_caller_identity(wire::Context& context,
                                                                                   GetCallerIdentityRequest) {
  const wire::Principal& caller = context.principal;
  co_return GetCallerIdentityResponse{.user_id = caller.account_id, .account = caller.account_id, .arn = caller.arn};
}

}  // namespace

void bind_operations(wire::Registry& registry) { registry.bind<GetCallerIdentityOp>(get_caller_identity); }

}  // namespace skerry::sts
