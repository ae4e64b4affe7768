#pragma once
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/sim_executor.h"
#include "iam/access_key_id.h"
#include "iam/identities.h"
#include "storage/row_seal.h"
#include "storage/simulated/simulated_client.h"
#include "storage/simulated/simulated_cluster.h"

namespace skerry::iam {

// A server's identities over a simulated store, and what tests put there without the IAM service. For tests.
class IamServer {
 public:
  IamServer(SimExecutor& sim, storage::SimulatedCluster& cluster, Random& random,
            AccountEpochs::Options options = {.poll_interval = milliseconds(500)})
      : sim_(sim), random_(random), client_(cluster.connect()) {
    ::setenv("SKERRY_IAM_TEST", std::string(64, '1').c_str(), 1);
    storage::MasterKeyOrigin origin{storage::MasterKeyOrigin::Kind::Environment, "SKERRY_IAM_TEST"};
    keyring_ = std::move(*sim.run(storage::Keyring::open(client_->meta(), random, sim, origin)));
    accounts_ = std::make_unique<Accounts>(client_->meta(), *keyring_, sim, random);
    EXPECT_TRUE(sim.run(accounts_->load()));
    identities_ = std::make_unique<Identities>(client_->meta(), *accounts_, sim, options);
  }

  Accounts& accounts() { return *accounts_; }
  Identities& identities() { return *identities_; }
  Directory& directory() { return identities_->directory(); }
  Credentials& credentials() { return identities_->credentials(); }
  storage::SimulatedClient& client() { return *client_; }

  Account make_account() { return *sim_.run(accounts_->create("test")); }

  // `body` on a change of the account; the change takes place.
  template <class Body>
  void change(const std::string& account_id, Body body) {
    auto change = sim_.run(directory().begin(account_id));
    ASSERT_TRUE(change);
    body(*change);
    auto committed = sim_.run(directory().commit(std::move(*change)));
    ASSERT_TRUE(committed && *committed);
  }

  record::User put_user(const std::string& account_id, const std::string& name, const std::string& id) {
    record::User user;
    user.mutable_identity()->set_id(id);
    user.mutable_identity()->set_name(name);
    user.mutable_identity()->set_path("/");
    change(account_id, [&](Change& change) {
      change.put(user);
      change.place(rows::Entity::User, id, name);
    });
    return user;
  }

  struct Key {
    std::string id, secret;
  };
  Key put_key(const std::string& account_id, const std::string& user_id) {
    Key key{new_access_key_id(KeyKind::LongTerm, account_id, random_), new_secret_access_key(random_)};
    auto kek = *sim_.run(accounts_->kek());
    record::AccessKey row;
    row.set_access_key_id(key.id);
    row.set_account_id(account_id);
    row.set_user_id(user_id);
    row.set_sealed_secret(storage::seal_row(*kek, secret_place(key.id), key.secret, random_));
    change(account_id, [&](Change& change) { change.put(row); });
    return key;
  }

  auth::CredentialResult find(const std::string& id, std::optional<std::string> token = std::nullopt) {
    if (auto at_hand = credentials().try_find(id, token)) return *at_hand;
    return sim_.run(credentials().find(id, token));
  }

 private:
  SimExecutor& sim_;
  Random& random_;
  std::unique_ptr<storage::SimulatedClient> client_;
  std::unique_ptr<storage::Keyring> keyring_;
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<Identities> identities_;
};

}  // namespace skerry::iam
