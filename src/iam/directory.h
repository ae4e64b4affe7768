#pragma once
#include <atomic>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/task.h"
#include "iam/records.pb.h"
#include "iam/rows.h"
#include "storage/keyring.h"
#include "storage/meta_store.h"

namespace skerry::iam {

class AccountEpochs;

// A read that found something: the record.
template <class Record>
using Found = storage::StoreResult<std::optional<Record>>;

// A change of one account's rows: reads through it, and what it has put and erased itself is what it reads; nothing is
// written until Directory::commit. Records are copies.
//
// All changes of an account are in one order: each asserts the account's epoch as it was when the change began, and
// raises it in the same batch. So whatever a change has read of its account is still so when it is written.
//
// Life: of one attempt. Threads: one.
class Change {
 public:
  const std::string& account_id() const { return account_id_; }

  Task<Found<record::User>> user(std::string name);
  Task<Found<record::Group>> group(std::string name);
  Task<Found<record::Role>> role(std::string name);
  Task<Found<record::ManagedPolicy>> policy(std::string name);
  Task<Found<record::AccessKey>> access_key(std::string access_key_id);
  Task<Found<record::OidcProvider>> oidc_provider(std::string url);
  Task<Found<record::MfaDevice>> mfa_device(std::string name);
  Task<storage::StoreResult<record::AccountSettings>> settings();  // empty where none were made
  Task<Found<std::string>> get(std::string row);

  void put(const record::User& user);
  void put(const record::Group& group);
  void put(const record::Role& role);
  void put(const record::ManagedPolicy& policy);
  void put(const record::AccessKey& key);
  void put(const record::OidcProvider& provider);
  void put(const record::MfaDevice& device);
  void put(const record::AccountSettings& settings);
  void put(std::string row, std::string value);
  void put(std::string row);  // one that says all by its key
  void erase(std::string row);
  // A row that other accounts may want too. The change is lost if another has put it meanwhile.
  void claim(std::string row, std::string value);

  // The row by which an id leads to a name: for a new entity and one renamed; and an entity's end, or its old name's.
  void place(rows::Entity entity, std::string_view id, std::string_view name);
  void displace(rows::Entity entity, std::string_view id, std::string_view name);

 private:
  friend class Directory;
  Change(storage::MetaStore& meta, std::string account_id, std::optional<std::string> epoch)
      : meta_(meta), account_id_(std::move(account_id)), epoch_(std::move(epoch)) {}
  template <class Record>
  Task<Found<Record>> load(std::string row);

  storage::MetaStore& meta_;
  const std::string account_id_;
  const std::optional<std::string> epoch_;                     // the row as it was
  std::map<std::string, std::optional<std::string>> written_;  // nullopt: erased
  std::set<std::string> claimed_;
};

// Everything that IAM keeps of accounts: users, groups, roles, keys, policies.
//
// Life: one per server. Threads: any.
class Directory {
 public:
  Directory(storage::MetaStore& meta, AccountEpochs& epochs) : meta_(meta), epochs_(epochs) {}

  Task<storage::StoreResult<Change>> begin(std::string account_id);
  // True: durable, and the next request on this server goes by it. False: another change came first; begin anew.
  Task<storage::StoreResult<bool>> commit(Change change);

  // Reads without a change. Of several reads each is of its own moment.
  Task<Found<record::User>> user(std::string account_id, std::string name);
  Task<Found<record::Group>> group(std::string account_id, std::string name);
  Task<Found<record::Role>> role(std::string account_id, std::string name);
  Task<Found<record::ManagedPolicy>> policy(std::string account_id, std::string name);
  Task<Found<record::AccessKey>> access_key(std::string access_key_id);
  Task<Found<record::LastUsed>> last_used(std::string id);
  Task<Found<record::OidcProvider>> oidc_provider(std::string account_id, std::string url);
  Task<Found<record::MfaDevice>> mfa_device(std::string account_id, std::string name);
  Task<storage::StoreResult<record::AccountSettings>> settings(std::string account_id);
  Task<storage::StoreResult<std::optional<rows::Place>>> place_of(std::string unique_id);
  // The user of that account who has the key; nothing: nobody of its users has.
  Task<storage::StoreResult<std::optional<rows::Place>>> holder_of(std::string account_id, std::string access_key_id);
  // Of a user, a group or a role.
  Task<storage::StoreResult<std::optional<record::Identity>>> identity(rows::Place place);
  // At most `limit` rows that begin with `prefix`, ascending, behind the key `after` (empty: from the first).
  Task<storage::StoreResult<std::vector<storage::Row>>> scan(std::string prefix, std::string after, std::size_t limit);

  // Between the ARNs of users and roles, which clients write in policies, and their unique ids, which are kept
  // (policy/binding.h). Nothing: nobody has that name, or whoever had that id was deleted. Any account's.
  // `arn` may be that of a role's session: gives its role's id.
  Task<storage::StoreResult<std::optional<std::string>>> id_of(std::string arn);
  Task<storage::StoreResult<std::optional<std::string>>> arn_of(std::string unique_id);
  // Of each of them those that exist, as bind_principals and unbind_principals take them.
  Task<storage::StoreResult<std::map<std::string, std::string>>> names(std::vector<std::string> arns_and_ids);
  Task<storage::StoreResult<std::map<std::string, std::string>>> arns(std::vector<std::string> unique_ids);

 private:
  template <class Record>
  Task<Found<Record>> load(std::string row);

  storage::MetaStore& meta_;
  AccountEpochs& epochs_;
};

}  // namespace skerry::iam
