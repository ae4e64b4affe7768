#include "iam/accounts.h"

#include <algorithm>

#include "base/bytes.h"
#include "iam/access_key_id.h"
#include "iam/records.pb.h"
#include "iam/rows.h"
#include "storage/row_seal.h"

namespace skerry::iam {
namespace {

using storage::Batch;
using storage::Partition;
using storage::StoreErrc;
using storage::StoreError;
using storage::StoreResult;

constexpr std::string_view kKekRow = "key-encryption-key";
constexpr int kAttemptsMax = 100;

std::string new_account_id(Random& random) {
  // The first digit is never 0, so that no tool that takes it for a number loses one.
  return fmt::format("{:012}", 100'000'000'000 + random.next_u64() % 900'000'000'000);
}

StoreError as_store_error(storage::CommitError error) { return {error.errc, std::move(error.detail)}; }

}  // namespace

Accounts::Accounts(storage::MetaStore& meta, storage::Keyring& keyring, const Clock& clock, Random& random)
    : meta_(meta), keyring_(keyring), clock_(clock), random_(random), table_(std::make_shared<const Table>()) {}

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

Task<StoreResult<Account>> Accounts::open_account(std::string row_value) {
  record::Account stored;
  if (!stored.ParseFromString(row_value)) {
    co_return std::unexpected(StoreError{StoreErrc::Corrupt, "an account's record"});
  }
  auto key = co_await kek();
  if (!key) co_return std::unexpected(key.error());
  auto secret = storage::open_row(**key, secret_place(stored.root_access_key_id()), stored.sealed_root_secret());
  if (!secret) co_return std::unexpected(secret.error());

  co_return Account{.account_id = stored.account_id(),
                    .canonical_id = stored.canonical_id(),
                    .name = stored.name(),
                    .created = Time{microseconds(stored.created_us())},
                    .root_access_key_id = stored.root_access_key_id(),
                    .root_secret = std::move(*secret)};
}

void Accounts::forget(std::string_view account_id) {
  std::lock_guard lock(mutex_);
  auto table = std::make_shared<Table>(*table_.load());
  if (auto found = table->find(account_id); found != table->end()) table->erase(found);
  table_.store(std::move(table));
}

void Accounts::publish(Account account) {
  std::lock_guard lock(mutex_);
  auto table = std::make_shared<Table>(*table_.load());
  std::string id = account.account_id;
  (*table)[id] = std::move(account);
  table_.store(std::move(table));
}

Task<StoreResult<void>> Accounts::load() {
  const std::string prefix = rows::account("");
  storage::ScanRequest request{.partition = Partition::Accounts, .begin = prefix, .end = rows::after(prefix)};
  for (;;) {
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(page.error());
    for (storage::Row& row : page->rows) {
      auto account = co_await open_account(std::move(row.value));
      if (!account) co_return std::unexpected(account.error());
      publish(std::move(*account));
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
    batch.requirements.push_back({rows::account(stored.account_id()), std::nullopt});
    batch.puts.push_back({rows::account(stored.account_id()), stored.SerializeAsString()});
    auto committed = co_await meta_.commit(std::move(batch));
    if (!committed) {
      if (committed.error().errc == StoreErrc::Conflict) continue;  // the id is taken: draw again
      co_return std::unexpected(as_store_error(committed.error()));
    }
    auto account = co_await open_account(stored.SerializeAsString());
    if (!account) co_return std::unexpected(account.error());
    publish(*account);
    co_return account;
  }
  co_return std::unexpected(StoreError{StoreErrc::Conflict, "no free account id was found"});
}

std::vector<Account> Accounts::list() const {
  std::vector<Account> out;
  auto table = table_.load();
  for (const auto& [id, account] : *table) out.push_back(account);
  std::sort(out.begin(), out.end(), [](const Account& a, const Account& b) { return a.created < b.created; });
  return out;
}

Task<StoreResult<std::optional<Account>>> Accounts::read(std::string account_id) {
  std::string row = rows::account(account_id);
  auto bytes = co_await meta_.get(Partition::Accounts, row);
  if (!bytes) co_return std::unexpected(bytes.error());
  if (!*bytes) co_return std::optional<Account>();
  auto account = co_await open_account(std::move(**bytes));
  if (!account) co_return std::unexpected(account.error());
  co_return std::optional<Account>(std::move(*account));
}

}  // namespace skerry::iam
