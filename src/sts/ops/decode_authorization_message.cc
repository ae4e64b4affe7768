#include "iam/authorize.h"
#include "sts/api/errors.h"
#include "sts/ops/operations.h"

namespace skerry::sts {

// Of one's own account alone: the message is bound to the account of whoever was denied.
Task<Result<DecodeAuthorizationMessageResponse>> decode_authorization_message(
    Parts parts, wire::Context& context, DecodeAuthorizationMessageRequest request) {
  iam::Ask ask{.action = "sts:DecodeAuthorizationMessage", .resource = "*", .resource_account = {}};
  if (auto decision = iam::decide(context, ask, parts.clock.now()); !decision.allowed()) {
    co_return std::unexpected(access_denied(iam::denial(context, ask, decision)));
  }
  auto json = parts.denials.open(context.principal.owner->account_id, request.encoded_message);
  if (!json) {
    co_return std::unexpected(error(Errc::InvalidAuthorizationMessageException, "Message is not valid."));
  }
  co_return DecodeAuthorizationMessageResponse{.decoded_message = std::move(*json)};
}

}  // namespace skerry::sts
