#pragma once
#include <atomic>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/credential.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/task.h"
#include "iam/principal.h"
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
// All are held in memory: a look-up by key id neither waits nor allocates. An id that is not known here may be of an
// account that another server made; the id says which, so one read of the store settles it.
//
// Life: one per server; outlives the Authenticator.
// Threads: any.
class Accounts final : public auth::CredentialSource {
 public:
  Accounts(storage::MetaStore& meta, storage::Keyring& keyring, const Clock& clock, Random& random);
  ~Accounts() override;

  // Reads all accounts; before anything else is called.
  Task<storage::StoreResult<void>> load();

  // Makes an account with a random id and a root access key. Durable when it returns.
  Task<storage::StoreResult<Account>> create(std::string name);

  // In the order of their making.
  std::vector<Account> list() const;

  std::optional<auth::CredentialResult> try_find(std::string_view access_key_id,
                                                 std::optional<std::string_view> session_token) override;
  Task<auth::CredentialResult> find(std::string access_key_id, std::optional<std::string> session_token) override;

 private:
  struct Entry {
    Account account;
    std::shared_ptr<const auth::Credential> credential;
  };
  using Table = std::map<std::string, Entry, std::less<>>;  // by access key id

  Task<storage::StoreResult<std::shared_ptr<const storage::Kek>>> kek();
  Task<storage::StoreResult<Entry>> open_entry(std::string row_value);
  void publish(Entry entry);

  storage::MetaStore& meta_;
  storage::Keyring& keyring_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;                                 // for writers of table_
  std::atomic<std::shared_ptr<const Table>> table_;  // replaced whole
};

}  // namespace skerry::iam
