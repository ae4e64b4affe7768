#include <fmt/format.h>

#include "iam/access_key_id.h"
#include "iam/authorize.h"
#include "sts/ops/operations.h"

namespace skerry::sts {

// An id says whose it is, so neither whether the key exists nor whose account asks matters.
Task<Result<GetAccessKeyInfoResponse>> get_access_key_info(Parts parts, wire::Context& context,
                                                           GetAccessKeyInfoRequest request) {
  iam::Ask ask{.action = "sts:GetAccessKeyInfo", .resource = "*", .resource_account = {}};
  if (auto decision = iam::decide(context, ask, parts.clock.now()); !decision.allowed()) {
    co_return std::unexpected(access_denied(iam::denial(context, ask, decision)));
  }
  if (auto account_id = iam::account_of(request.access_key_id)) {
    auto account = co_await parts.accounts.read(*account_id);
    if (!account) co_return std::unexpected(store_error(account.error()));
    if (*account) co_return GetAccessKeyInfoResponse{.account = std::move(*account_id)};
  }
  co_return std::unexpected(validation_error(fmt::format("Invalid AccessKeyId: {}", request.access_key_id)));
}

}  // namespace skerry::sts
