#pragma once
#include "base/clock.h"
#include "iam/account_epochs.h"
#include "iam/accounts.h"
#include "iam/compiled_policies.h"
#include "iam/credentials.h"
#include "iam/directory.h"
#include "iam/last_uses.h"
#include "iam/principal_loader.h"
#include "storage/meta_store.h"

namespace skerry::iam {

// Everything about who there is, put together: what is stored, what is remembered of it, and who is behind a key.
//
// Life: one per server, outlived by what it is made from; run() and stop() on one executor. Threads: any.
class Identities {
 public:
  Identities(storage::MetaStore& meta, Accounts& accounts, const Clock& clock, AccountEpochs::Options options)
      : epochs_(meta, clock, options),
        directory_(meta, epochs_),
        loader_(directory_, compiled_),
        uses_(meta, clock),
        credentials_({accounts, directory_, epochs_, loader_, uses_, clock}) {}

  Directory& directory() { return directory_; }
  PrincipalLoader& loader() { return loader_; }
  Credentials& credentials() { return credentials_; }
  CompiledPolicies& compiled() { return compiled_; }
  LastUses& uses() { return uses_; }

  void run() {
    epochs_.run();
    uses_.run();
  }
  Task<> stop() {
    co_await epochs_.stop();
    co_await uses_.stop();
  }

 private:
  AccountEpochs epochs_;
  CompiledPolicies compiled_;
  Directory directory_;
  PrincipalLoader loader_;
  LastUses uses_;
  Credentials credentials_;
};

}  // namespace skerry::iam
