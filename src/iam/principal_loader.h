#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "iam/accounts.h"
#include "iam/compiled_policies.h"
#include "iam/directory.h"
#include "iam/principal.h"
#include "iam/stored_policies.h"

namespace skerry::iam {

// Makes principals of what is stored: who they are and every policy that has a say in what they do.
//
// Each read is of its own moment; whoever remembers the result reads the account's epoch first (account_epochs.h).
//
// Life: one per server. Threads: any.
class PrincipalLoader {
 public:
  PrincipalLoader(Directory& directory, CompiledPolicies& compiled) : directory_(directory), compiled_(compiled) {}

  using Result = storage::StoreResult<std::shared_ptr<const Principal>>;

  static std::shared_ptr<const Principal> root(const Account& account);
  // Error NotFound: the user or the role is not there any more. Corrupt: a policy cannot be read, and it might deny.
  Task<Result> user(Account account, std::string user_id);
  Task<Result> session(Account account, record::Session session);

  // Error NotFound: there is no such policy.
  Task<storage::StoreResult<PolicyInForce>> managed(std::string arn);

 private:
  storage::StoreResult<PolicyInForce> compile(StoredPolicy stored);
  storage::StoreResult<void> add(storage::StoreResult<std::vector<StoredPolicy>> stored, PolicySet& into);
  Task<storage::StoreResult<std::shared_ptr<Principal>>> make_user(Account account, std::string user_id);
  Task<storage::StoreResult<std::shared_ptr<Principal>>> make_role_session(Account account, record::Session session);
  Task<storage::StoreResult<void>> add_boundary(record::Identity identity, PolicySet& into);
  Task<storage::StoreResult<void>> add_session_policies(record::Session session, PolicySet& into);

  Directory& directory_;
  CompiledPolicies& compiled_;
};

}  // namespace skerry::iam
