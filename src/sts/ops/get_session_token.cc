#include "iam/authorize.h"
#include "sts/issue.h"
#include "sts/mfa.h"
#include "sts/ops/operations.h"

namespace skerry::sts {

// Nobody needs a permission for a session of their own, and no policy can take it away.
Task<Result<GetSessionTokenResponse>> get_session_token(Parts parts, wire::Context& context,
                                                        GetSessionTokenRequest request) {
  const iam::Principal& who = *iam::principal_of(context);
  if (who.token_issued)
    co_return std::unexpected(access_denied("Cannot call GetSessionToken with session credentials"));
  auto mfa = co_await show_mfa(parts, context.principal.owner, request.serial_number, request.token_code);
  if (!mfa) co_return std::unexpected(std::move(mfa.error()));
  iam::record::Session session;
  session.set_kind(iam::record::Session::SESSION);
  session.set_account_id(who.account_id);
  session.set_principal_id(who.unique_id);
  if (*mfa) session.set_mfa_us(parts.clock.now().time_since_epoch().count());
  auto made = co_await issue(parts, std::move(session), own_session_duration(who, request.duration_seconds));
  if (!made) co_return std::unexpected(std::move(made.error()));
  co_return GetSessionTokenResponse{.credentials = std::move(*made)};
}

}  // namespace skerry::sts
