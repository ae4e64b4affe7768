#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "iam/policy/caller.h"
#include "iam/policy/keys.h"
#include "iam/policy/policy.h"

namespace skerry::iam {

// A document in force, and how it is named to people: an ARN, or "inline policy X of user Y".
struct PolicyInForce {
  std::string name;
  std::shared_ptr<const policy::Policy> policy;
};

// The policies of one layer, in the form that evaluate() takes.
class PolicySet {
 public:
  void add(PolicyInForce in_force) {
    policies_.push_back(in_force.policy.get());
    in_force_.push_back(std::move(in_force));
  }
  std::span<const policy::Policy* const> list() const { return policies_; }
  const std::vector<PolicyInForce>& in_force() const { return in_force_; }

 private:
  std::vector<PolicyInForce> in_force_;
  std::vector<const policy::Policy*> policies_;
};

}  // namespace skerry::iam

namespace skerry::auth {

// Who is behind a credential, with everything that decides what they may do, as it stood at one moment (an epoch of
// their account; see iam/credentials.h).
//
// Life: made when its credential is looked up, shared by the requests that found it. Threads: any; it never changes.
class Principal {
 public:
  using Kind = iam::policy::Caller::Kind;  // Root, User, RoleSession, FederatedUser; within STS also Provider

  Kind kind = Kind::Root;
  std::string account_id;     // twelve digits
  std::string canonical_id;   // of the account: 64 hex digits
  std::string arn;            // as GetCallerIdentity tells it: arn:aws:sts::<account>:assumed-role/<role>/<session>
  std::string principal_arn;  // aws:PrincipalArn: of a session, its role's
  std::string unique_id;      // AIDA… of a user, AROA… of a session's role; of whoever federated; empty: root
  std::string user_id;        // aws:userid; of a session <unique id>:<session name>
  std::string name;           // of the user or the role; of an identity provider, which has nothing else, its ARN
  std::string session_name;   // of a role's session; of a federated user

  // Of the user or the role, under those of the session. Names have no case.
  std::map<std::string, std::string, std::less<>> tags;  // by name in lower case
  iam::policy::KeyList tag_keys;                         // the same as condition keys: aws:PrincipalTag/…
  // Those of a session that one which it begins has as well; names as they were written.
  std::vector<std::pair<std::string, std::string>> transitive_tags;
  std::string source_identity;
  std::string federated_provider;
  std::optional<Time> token_issued;  // of a temporary credential
  std::optional<Time> mfa_at;

  iam::PolicySet identity;
  iam::PolicySet boundary;  // empty: none
  iam::PolicySet session;   // empty: none

  iam::policy::Caller caller() const;
};

}  // namespace skerry::auth

namespace skerry::iam {
using auth::Principal;
}
