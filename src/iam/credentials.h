#pragma once
#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "auth/credential.h"
#include "base/clock.h"
#include "iam/account_epochs.h"
#include "iam/accounts.h"
#include "iam/directory.h"
#include "iam/last_uses.h"
#include "iam/principal_loader.h"

namespace skerry::iam {

// Finds who is behind an access key id: an account's root, a user, or whoever a session token was made for.
//
// What was found is remembered together with the epoch of its account, which is read before anything else of it, so
// that a change that this server has acknowledged is what its next request goes by (account_epochs.h says what holds on
// others). That an id is unknown is remembered too, and apart from the rest: neither does asking for it again take
// longer than for one that exists, nor do strangers push out what is known.
//
// Life: one per server; outlives the Authenticator. Threads: any.
class Credentials final : public auth::CredentialSource {
 public:
  struct Parts {
    Accounts& accounts;
    Directory& directory;
    AccountEpochs& epochs;
    PrincipalLoader& loader;
    LastUses& uses;
    const Clock& clock;
  };
  explicit Credentials(Parts parts) : parts_(parts) {}

  std::optional<auth::CredentialResult> try_find(std::string_view access_key_id,
                                                 std::optional<std::string_view> session_token) override;
  Task<auth::CredentialResult> find(std::string access_key_id, std::optional<std::string> session_token) override;
  void used(const auth::Credential& credential, std::string_view service, std::string_view region) override {
    parts_.uses.note(credential, service, region);
  }

 private:
  struct Entry {
    std::shared_ptr<const auth::Credential> credential;  // null: there is no such key
    std::string token;                                   // of a temporary one
    std::optional<Time> expires;
    const AccountEpochs::Epoch* account;
    std::uint64_t seen;
  };
  // By access key id. Full, it forgets any one for each that it takes.
  class Memory {
   public:
    explicit Memory(std::size_t most) : most_(most) {}
    std::shared_ptr<const Entry> find(std::string_view access_key_id);
    void put(const std::string& access_key_id, std::shared_ptr<const Entry> entry);

   private:
    struct Hash {
      using is_transparent = void;
      std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    struct Shard {
      std::mutex mutex;
      std::unordered_map<std::string, std::shared_ptr<const Entry>, Hash, std::equal_to<>> entries;
    };
    Shard& shard_of(std::string_view access_key_id) { return shards_[Hash()(access_key_id) % shards_.size()]; }

    const std::size_t most_;  // a shard
    std::array<Shard, 16> shards_;
  };

  Task<std::expected<Entry, auth::CredentialErrc>> load(std::string access_key_id, std::string account_id);
  Task<std::expected<Entry, auth::CredentialErrc>> load_session(std::string access_key_id, std::string account_id,
                                                                std::string token);
  auth::CredentialResult answer(const Entry& entry) const;

  const Parts parts_;
  Memory known_{256};
  Memory unknown_{64};
};

}  // namespace skerry::iam
