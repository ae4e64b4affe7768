#include "iam/credentials.h"

#include <openssl/crypto.h>

#include "iam/access_key_id.h"
#include "iam/session_token.h"
#include "storage/row_seal.h"

namespace skerry::iam {
namespace {

using auth::Credential;
using auth::CredentialErrc;
using auth::CredentialResult;

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::shared_ptr<const Credential> make_credential(std::string access_key_id, std::string secret,
                                                  std::shared_ptr<const Principal> owner) {
  auto out = std::make_shared<Credential>();
  out->access_key_id = std::move(access_key_id);
  out->secret = std::move(secret);
  out->account_id = owner->account_id;
  out->owner = std::move(owner);
  return out;
}

}  // namespace

std::shared_ptr<const Credentials::Entry> Credentials::Memory::find(std::string_view access_key_id) {
  Shard& shard = shard_of(access_key_id);
  std::lock_guard lock(shard.mutex);
  auto found = shard.entries.find(access_key_id);
  return found == shard.entries.end() ? nullptr : found->second;
}

void Credentials::Memory::put(const std::string& access_key_id, std::shared_ptr<const Entry> entry) {
  Shard& shard = shard_of(access_key_id);
  std::lock_guard lock(shard.mutex);
  if (shard.entries.size() >= most_ && !shard.entries.contains(access_key_id))
    shard.entries.erase(shard.entries.begin());
  shard.entries[access_key_id] = std::move(entry);
}

CredentialResult Credentials::answer(const Entry& entry) const {
  if (!entry.credential) return std::unexpected(CredentialErrc::Unknown);
  if (entry.expires && parts_.clock.now() >= *entry.expires) return std::unexpected(CredentialErrc::Expired);
  return entry.credential;
}

std::optional<CredentialResult> Credentials::try_find(std::string_view access_key_id,
                                                      std::optional<std::string_view> session_token) {
  auto entry = known_.find(access_key_id);
  if (!entry) entry = unknown_.find(access_key_id);
  if (!entry) {
    // Only an id of ours can be of an account.
    if (!account_of(access_key_id)) return std::unexpected(CredentialErrc::Unknown);
    return std::nullopt;
  }
  if (!parts_.epochs.current(*entry->account, entry->seen)) return std::nullopt;
  if (!entry->token.empty() && !session_token) return std::unexpected(CredentialErrc::Unknown);
  if (session_token && entry->credential && !same(entry->token, *session_token)) {
    // A key of a user comes with no token; another token of a session's key may be a good one.
    if (entry->token.empty()) return std::unexpected(CredentialErrc::BadToken);
    return std::nullopt;
  }
  return answer(*entry);
}

Task<CredentialResult> Credentials::find(std::string access_key_id, std::optional<std::string> session_token) {
  auto account_id = account_of(access_key_id);
  if (!account_id) co_return std::unexpected(CredentialErrc::Unknown);
  const bool temporary = is_temporary(access_key_id);
  if (temporary && !session_token) co_return std::unexpected(CredentialErrc::Unknown);

  // Before anything else of the account: what is read after it is at least as new.
  const AccountEpochs::Epoch& epoch = parts_.epochs.of(*account_id);
  auto seen = co_await parts_.epochs.load(*account_id);
  if (!seen) co_return std::unexpected(CredentialErrc::Unavailable);
  std::expected<Entry, CredentialErrc> loaded;
  if (temporary) {
    loaded = co_await load_session(access_key_id, *account_id, *session_token);
  } else {
    loaded = co_await load(access_key_id, *account_id);
  }
  if (!loaded) co_return std::unexpected(loaded.error());
  loaded->account = &epoch;
  loaded->seen = *seen;
  auto entry = std::make_shared<const Entry>(std::move(*loaded));
  (entry->credential ? known_ : unknown_).put(access_key_id, entry);
  if (!temporary && session_token && entry->credential) co_return std::unexpected(CredentialErrc::BadToken);
  co_return answer(*entry);
}

Task<std::expected<Credentials::Entry, CredentialErrc>> Credentials::load(std::string access_key_id,
                                                                          std::string account_id) {
  auto account = co_await parts_.accounts.read(account_id);
  if (!account) co_return std::unexpected(CredentialErrc::Unavailable);
  if (!*account) co_return Entry{};
  if ((**account).root_access_key_id == access_key_id) {
    Entry entry;
    entry.credential = make_credential(access_key_id, (**account).root_secret, PrincipalLoader::root(**account));
    co_return entry;
  }
  auto key = co_await parts_.directory.access_key(access_key_id);
  if (!key) co_return std::unexpected(CredentialErrc::Unavailable);
  if (!*key || (**key).inactive() || (**key).account_id() != account_id) co_return Entry{};
  auto kek = co_await parts_.accounts.kek();
  if (!kek) co_return std::unexpected(CredentialErrc::Unavailable);
  auto secret = storage::open_row(**kek, secret_place(access_key_id), (**key).sealed_secret());
  if (!secret) co_return std::unexpected(CredentialErrc::Unavailable);
  auto user = co_await parts_.loader.user(**account, (**key).user_id());
  if (!user) {
    // Deleted between the two reads, or its policies cannot be read: who cannot be judged is not let in.
    if (user.error().errc == storage::StoreErrc::NotFound) co_return Entry{};
    co_return std::unexpected(CredentialErrc::Unavailable);
  }
  Entry entry;
  entry.credential = make_credential(access_key_id, std::move(*secret), std::move(*user));
  co_return entry;
}

Task<std::expected<Credentials::Entry, CredentialErrc>> Credentials::load_session(std::string access_key_id,
                                                                                  std::string account_id,
                                                                                  std::string token) {
  auto kek = co_await parts_.accounts.kek();
  if (!kek) co_return std::unexpected(CredentialErrc::Unavailable);
  auto session = open_session_token(**kek, access_key_id, token);
  if (!session || session->account_id() != account_id) co_return std::unexpected(CredentialErrc::BadToken);
  const Time expires{microseconds(session->expires_us())};
  if (parts_.clock.now() >= expires) co_return std::unexpected(CredentialErrc::Expired);
  auto account = co_await parts_.accounts.read(account_id);
  if (!account) co_return std::unexpected(CredentialErrc::Unavailable);
  if (!*account) co_return std::unexpected(CredentialErrc::BadToken);
  std::string secret = session->secret();
  auto principal = co_await parts_.loader.session(**account, std::move(*session));
  if (!principal) {
    bool gone = principal.error().errc == storage::StoreErrc::NotFound;
    co_return std::unexpected(gone ? CredentialErrc::BadToken : CredentialErrc::Unavailable);
  }
  Entry entry;
  entry.credential = make_credential(access_key_id, std::move(secret), std::move(*principal));
  entry.token = std::move(token);
  entry.expires = expires;
  co_return entry;
}

}  // namespace skerry::iam
