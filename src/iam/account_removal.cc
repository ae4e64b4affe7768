#include "iam/account_removal.h"

namespace skerry::iam {
namespace {

using storage::StoreErrc;
using storage::StoreError;
using storage::StoreResult;

constexpr std::size_t kRowsAtOnce = 200;

// An entity's row and those that lead to it from elsewhere.
void erase_entity(Change& change, rows::Entity entity, const storage::Row& row) {
  change.erase(row.key);
  switch (entity) {
    case rows::Entity::User: {
      record::User user;
      if (!user.ParseFromString(row.value)) return;
      change.erase(rows::unique_id(user.identity().id()));
      for (const std::string& key : user.access_key_ids()) {
        change.erase(rows::access_key(key));
        change.erase(rows::last_used(key));
      }
      return;
    }
    case rows::Entity::Group: {
      record::Group group;
      if (group.ParseFromString(row.value)) change.erase(rows::unique_id(group.identity().id()));
      return;
    }
    case rows::Entity::Role: {
      record::Role role;
      if (!role.ParseFromString(row.value)) return;
      change.erase(rows::unique_id(role.identity().id()));
      change.erase(rows::last_used(role.identity().id()));
      return;
    }
    case rows::Entity::Policy: {
      record::ManagedPolicy policy;
      if (policy.ParseFromString(row.value)) change.erase(rows::unique_id(policy.id()));
      return;
    }
  }
}

Task<StoreResult<void>> commit(Directory& directory, Change change) {
  auto committed = co_await directory.commit(std::move(change));
  if (!committed) co_return std::unexpected(committed.error());
  if (!*committed) co_return std::unexpected(StoreError{StoreErrc::Conflict, "somebody changes the account meanwhile"});
  co_return StoreResult<void>();
}

Task<StoreResult<void>> erase_all(Directory& directory, std::string account_id, std::string prefix,
                                  std::optional<rows::Entity> entity) {
  for (;;) {
    auto change = co_await directory.begin(account_id);
    if (!change) co_return std::unexpected(change.error());
    std::string first;
    auto page = co_await directory.scan(prefix, std::move(first), kRowsAtOnce);
    if (!page) co_return std::unexpected(page.error());
    if (page->empty()) co_return StoreResult<void>();
    for (const storage::Row& row : *page) {
      if (entity) {
        erase_entity(*change, *entity, row);
      } else {
        change->erase(row.key);
      }
    }
    auto done = co_await commit(directory, std::move(*change));
    if (!done) co_return done;
  }
}

}  // namespace

Task<StoreResult<bool>> remove_account(Directory& directory, Accounts& accounts, std::string account_id) {
  auto account = co_await accounts.read(account_id);
  if (!account) co_return std::unexpected(account.error());
  if (!*account) co_return false;
  for (auto entity : {rows::Entity::User, rows::Entity::Group, rows::Entity::Role, rows::Entity::Policy}) {
    std::string prefix = rows::entities(account_id, entity);
    auto erased = co_await erase_all(directory, account_id, std::move(prefix), entity);
    if (!erased) co_return std::unexpected(erased.error());
  }
  auto settings = co_await directory.settings(account_id);
  if (!settings) co_return std::unexpected(settings.error());
  // Memberships, attachments, providers; the settings are among them, so the alias goes before.
  if (!settings->alias().empty()) {
    auto change = co_await directory.begin(account_id);
    if (!change) co_return std::unexpected(change.error());
    change->erase(rows::alias(settings->alias()));
    auto done = co_await commit(directory, std::move(*change));
    if (!done) co_return std::unexpected(done.error());
  }
  std::string prefix = rows::of_account(account_id);
  auto erased = co_await erase_all(directory, account_id, std::move(prefix), std::nullopt);
  if (!erased) co_return std::unexpected(erased.error());

  auto change = co_await directory.begin(account_id);
  if (!change) co_return std::unexpected(change.error());
  change->erase(rows::account(account_id));
  change->erase(rows::last_used((**account).root_access_key_id));
  auto done = co_await commit(directory, std::move(*change));
  if (!done) co_return std::unexpected(done.error());
  accounts.forget(account_id);
  co_return true;
}

}  // namespace skerry::iam
