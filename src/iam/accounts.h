#pragma once
#include <atomic>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/task.h"
#include "storage/keyring.h"
#include "storage/meta_store.h"

namespace skerry::iam {

struct Account {
  std::string account_id;
  std::string canonical_id;
  std::string name;
  Time created;
  std::string root_access_key_id;
  std::string root_secret;  // never in a log
};

// The accounts and their root access keys.
//
// All are listed from memory. One that another server made is found in the store.
//
// Life: one per server. Threads: any.
class Accounts {
 public:
  Accounts(storage::MetaStore& meta, storage::Keyring& keyring, const Clock& clock, Random& random);

  // Reads all accounts; before anything else is called.
  Task<storage::StoreResult<void>> load();

  // Makes an account with a random id and a root access key. Durable when it returns.
  Task<storage::StoreResult<Account>> create(std::string name);

  // In the order of their making.
  std::vector<Account> list() const;

  // As it is in the store at this moment; nothing: there is none.
  Task<storage::StoreResult<std::optional<Account>>> read(std::string account_id);

  // It was removed.
  void forget(std::string_view account_id);

  // The key under which secrets of accounts and of their users are sealed.
  Task<storage::StoreResult<std::shared_ptr<const storage::Kek>>> kek();

 private:
  using Table = std::map<std::string, Account, std::less<>>;  // by account id

  Task<storage::StoreResult<Account>> open_account(std::string row_value);
  void publish(Account account);

  storage::MetaStore& meta_;
  storage::Keyring& keyring_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;                                 // for writers of table_
  std::atomic<std::shared_ptr<const Table>> table_;  // replaced whole
};

}  // namespace skerry::iam
