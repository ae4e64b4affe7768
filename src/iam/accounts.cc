#include "iam/accounts.h"

#include <algorithm>

#include "base/bytes.h"
#include "iam/access_key_id.h"
#include "iam/records.pb.h"
#include "storage/row_seal.h"

namespace skerry::iam {
namespace {

using storage::Batch;
using storage::Partition;
using storage::StoreErrc;
using storage::StoreError;
using storage::StoreResult;

constexpr std::string_view kAccountPrefix = "account/";
constexpr std::string_view kKekRow = "key-encryption-key";
constexpr int kAttemptsMax = 100;

std::string account_row(std::string_view account_id) { return std::string(kAccountPrefix).append(account_id); }

std::string secret_place(std::string_view access_key_id) { return std::string("secret/").append(access_key_id); }

std::string new_account_id(Random& random) {
  // The first digit is never 0, so that no tool that takes it for a number loses one.
  return fmt::format("{:012}", 100'000'000'000 + random.next_u64() % 900'000'000'000);
}

StoreError as_store_error(storage::CommitError error) { return {error.errc, std::move(error.detail)}; }

}  // namespace

Accounts::Accounts(storage::MetaStore& meta, storage::Keyring& keyring, const Clock& clock, Random& random)
    : meta_(meta), keyring_(keyring), clock_(clock), random_(random), table_(std::make_shared<const Table>()) {}

Accounts::~Accounts() = default;

Task<StoreResult<std::shared_ptr<const storage::Kek>>> Accounts::kek() {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto bytes = co_await meta_.get(Partition::Accounts, kKekRow);
    if (!bytes) co_return std::unexpected(bytes.error());
    if (*bytes) {
      if ((**bytes).size() != 8) co_return std::unexpected(StoreError{StoreErrc::Corrupt, "the accounts' key id"});
      co_return co_await keyring_.kek(storage::KekId{load_be64((**bytes).data())});
    }
    auto created = co_await keyring_.create_kek();
    if (!created) co_return std::unexpected(created.error());
    Batch batch{.partition = Partition::Accounts};
    batch.requirements.push_back({std::string(kKekRow), std::nullopt});
    std::string id;
    append_be64(id, static_cast<std::uint64_t>((*created)->id()));
    batch.puts.push_back({std::string(kKekRow), std::move(id)});
    auto committed = co_await meta_.commit(std::move(batch));
    if (committed) co_return *created;
    if (committed.error().errc != StoreErrc::Conflict) co_return std::unexpected(as_store_error(committed.error()));
  }
  co_return std::unexpected(StoreError{StoreErrc::Conflict, "the accounts' key keeps changing"});
}

Task<StoreResult<Accounts::Entry>> Accounts::open_entry(std::string row_value) {
  record::Account stored;
  if (!stored.ParseFromString(row_value)) {
    co_return std::unexpected(StoreError{StoreErrc::Corrupt, "an account's record"});
  }
  auto key = co_await kek();
  if (!key) co_return std::unexpected(key.error());
  auto secret = storage::open_row(**key, secret_place(stored.root_access_key_id()), stored.sealed_root_secret());
  if (!secret) co_return std::unexpected(secret.error());

  Entry entry;
  entry.account = {.account_id = stored.account_id(),
                   .canonical_id = stored.canonical_id(),
                   .name = stored.name(),
                   .created = Time{microseconds(stored.created_us())},
                   .root_access_key_id = stored.root_access_key_id(),
                   .root_secret = std::move(*secret)};
  auto owner = std::make_shared<Principal>();
  owner->account_id = entry.account.account_id;
  owner->canonical_id = entry.account.canonical_id;
  owner->arn = fmt::format("arn:aws:iam::{}:root", entry.account.account_id);
  auto credential = std::make_shared<auth::Credential>();
  credential->access_key_id = entry.account.root_access_key_id;
  credential->secret = entry.account.root_secret;
  credential->account_id = entry.account.account_id;
  credential->owner = std::move(owner);
  entry.credential = std::move(credential);
  co_return entry;
}

void Accounts::publish(Entry entry) {
  std::lock_guard lock(mutex_);
  auto table = std::make_shared<Table>(*table_.load());
  std::string id = entry.account.root_access_key_id;
  (*table)[id] = std::move(entry);
  table_.store(std::move(table));
}

Task<StoreResult<void>> Accounts::load() {
  storage::ScanRequest request{
      .partition = Partition::Accounts, .begin = std::string(kAccountPrefix), .end = "account0"};  // the byte after `/`
  for (;;) {
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(page.error());
    for (storage::Row& row : page->rows) {
      auto entry = co_await open_entry(std::move(row.value));
      if (!entry) co_return std::unexpected(entry.error());
      publish(std::move(*entry));
    }
    if (!page->next) co_return StoreResult<void>();
    request.begin = *page->next;
  }
}

Task<StoreResult<Account>> Accounts::create(std::string name) {
  auto key = co_await kek();
  if (!key) co_return std::unexpected(key.error());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    record::Account stored;
    stored.set_account_id(new_account_id(random_));
    stored.set_canonical_id(hex(random_.bytes(32)));
    stored.set_name(name);
    stored.set_created_us(clock_.now().time_since_epoch().count());
    stored.set_root_access_key_id(new_access_key_id(KeyKind::LongTerm, stored.account_id(), random_));
    stored.set_sealed_root_secret(
        storage::seal_row(**key, secret_place(stored.root_access_key_id()), new_secret_access_key(random_), random_));
    Batch batch{.partition = Partition::Accounts};
    batch.requirements.push_back({account_row(stored.account_id()), std::nullopt});
    batch.puts.push_back({account_row(stored.account_id()), stored.SerializeAsString()});
    auto committed = co_await meta_.commit(std::move(batch));
    if (!committed) {
      if (committed.error().errc == StoreErrc::Conflict) continue;  // the id is taken: draw again
      co_return std::unexpected(as_store_error(committed.error()));
    }
    auto entry = co_await open_entry(stored.SerializeAsString());
    if (!entry) co_return std::unexpected(entry.error());
    Account account = entry->account;
    publish(std::move(*entry));
    co_return account;
  }
  co_return std::unexpected(StoreError{StoreErrc::Conflict, "no free account id was found"});
}

std::vector<Account> Accounts::list() const {
  std::vector<Account> out;
  auto table = table_.load();
  for (const auto& [id, entry] : *table) out.push_back(entry.account);
  std::sort(out.begin(), out.end(), [](const Account& a, const Account& b) { return a.created < b.created; });
  return out;
}

std::optional<auth::CredentialResult> Accounts::try_find(std::string_view access_key_id,
                                                         std::optional<std::string_view> session_token) {
  auto table = table_.load();
  auto found = table->find(access_key_id);
  if (found == table->end()) {
    // Only an id of an account can be of one that another server made.
    if (!account_of(access_key_id)) return std::unexpected(auth::CredentialErrc::Unknown);
    return std::nullopt;
  }
  // A root key is a long-term one: it comes with no token.
  if (session_token) return std::unexpected(auth::CredentialErrc::BadToken);
  return found->second.credential;
}

Task<auth::CredentialResult> Accounts::find(std::string access_key_id, std::optional<std::string> session_token) {
  auto account_id = account_of(access_key_id);
  if (!account_id) co_return std::unexpected(auth::CredentialErrc::Unknown);
  std::string row = account_row(*account_id);
  auto bytes = co_await meta_.get(Partition::Accounts, row);
  if (!bytes) co_return std::unexpected(auth::CredentialErrc::Unavailable);
  if (!*bytes) co_return std::unexpected(auth::CredentialErrc::Unknown);
  auto entry = co_await open_entry(std::move(**bytes));
  if (!entry) co_return std::unexpected(auth::CredentialErrc::Unavailable);
  if (entry->account.root_access_key_id != access_key_id) co_return std::unexpected(auth::CredentialErrc::Unknown);
  if (session_token) co_return std::unexpected(auth::CredentialErrc::BadToken);
  auto credential = entry->credential;
  publish(std::move(*entry));
  co_return credential;
}

}  // namespace skerry::iam
