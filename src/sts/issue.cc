#include "sts/issue.h"

#include <algorithm>

#include "iam/access_key_id.h"
#include "iam/session_token.h"

namespace skerry::sts {

Task<Result<Credentials>> issue(Parts parts, iam::record::Session session, seconds duration) {
  auto kek = co_await parts.accounts.kek();
  if (!kek) co_return std::unexpected(store_error(kek.error()));
  const Time begins = std::chrono::floor<seconds>(parts.clock.now());
  const Time ends = begins + duration;
  session.set_access_key_id(iam::new_access_key_id(iam::KeyKind::Temporary, session.account_id(), parts.random));
  session.set_secret(iam::new_secret_access_key(parts.random));
  session.set_issued_us(begins.time_since_epoch().count());
  session.set_expires_us(ends.time_since_epoch().count());
  auto token = iam::seal_session_token(**kek, session, parts.random);
  if (!token) {
    // What may be long was measured when the session was drafted, so that this is not met.
    co_return std::unexpected(error(Errc::PackedPolicyTooLargeException, "The session does not fit into its token."));
  }
  co_return Credentials{.access_key_id = session.access_key_id(),
                        .secret_access_key = session.secret(),
                        .session_token = *std::move(token),
                        .expiration = ends};
}

seconds own_session_duration(const iam::Principal& who, const std::optional<std::int32_t>& asked) {
  constexpr seconds kRootMax = std::chrono::hours(1), kDefault = std::chrono::hours(12);
  seconds out = asked ? seconds(*asked) : kDefault;
  return who.kind == iam::Principal::Kind::Root ? std::min(out, kRootMax) : out;
}

}  // namespace skerry::sts
