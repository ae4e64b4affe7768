#pragma once
#include <expected>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/task.h"
#include "iam/accounts.h"
#include "iam/identities.h"
#include "skerry/settings.h"
#include "storage/epochs.h"
#include "storage/keyring.h"
#include "storage/local/local_store.h"
#include "storage/readers.h"

namespace skerry {

// Everything that is kept, opened in the order in which one thing needs another: the folder, the keys, the epochs, the
// accounts. Used by the server and by commands that work on a store without one.
//
// Life: open() once; then whatever uses it; stop() when that has ended, then destroy. Threads: any, but open and stop,
// which are one executor's.
class StorageStack {
 public:
  // Errors are sentences for the operator.
  static Task<std::expected<std::unique_ptr<StorageStack>, std::string>> open(const Settings& settings, Log& log);

  Task<> stop();

  storage::MetaStore& meta() { return store_->meta(); }
  storage::BlobStore& blobs() { return store_->blobs(); }
  storage::local::LocalStore& local() { return *store_; }
  storage::Keyring& keyring() { return *keyring_; }
  storage::Epochs& epochs() { return *epochs_; }
  storage::Readers& readers() { return readers_; }
  iam::Accounts& accounts() { return *accounts_; }
  iam::Identities& identities() { return *identities_; }
  const Clock& clock() const { return clock_; }
  Random& random() { return random_; }

 private:
  StorageStack() = default;

  SystemClock clock_;
  SystemRandom random_;
  storage::Readers readers_;
  std::unique_ptr<storage::local::LocalStore> store_;
  std::unique_ptr<storage::Keyring> keyring_;
  std::unique_ptr<storage::Epochs> epochs_;
  std::unique_ptr<iam::Accounts> accounts_;
  std::unique_ptr<iam::Identities> identities_;
};

// Where the master key comes from, by the setting `master_key`.
std::expected<storage::MasterKeyOrigin, std::string> master_key_origin(const Settings& settings);

}  // namespace skerry
