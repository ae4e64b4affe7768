#include "iam/session_token.h"

#include "base/bytes.h"
#include "storage/row_seal.h"

namespace skerry::iam {
namespace {

constexpr char kVersion = 1;
static_assert((1 + storage::kRowSealBytes + kSessionBytesMax + 2) / 3 * 4 <= kSessionTokenSizeMax);

std::string token_place(std::string_view access_key_id) { return std::string("session/").append(access_key_id); }

}  // namespace

std::optional<std::string> seal_session_token(const storage::Kek& kek, const record::Session& session, Random& random) {
  std::string plain = session.SerializeAsString();
  if (plain.size() > kSessionBytesMax) return std::nullopt;
  return base64(kVersion + storage::seal_row(kek, token_place(session.access_key_id()), plain, random));
}

std::optional<record::Session> open_session_token(const storage::Kek& kek, std::string_view access_key_id,
                                                  std::string_view token) {
  if (token.size() > kSessionTokenSizeMax) return std::nullopt;
  auto bytes = unbase64(token);
  if (!bytes || bytes->empty() || bytes->front() != kVersion) return std::nullopt;
  auto plain = storage::open_row(kek, token_place(access_key_id), std::string_view(*bytes).substr(1));
  if (!plain) return std::nullopt;
  record::Session session;
  if (!session.ParseFromString(*plain) || session.access_key_id() != access_key_id) return std::nullopt;
  return session;
}

}  // namespace skerry::iam
