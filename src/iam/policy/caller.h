#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "iam/policy/document.h"
#include "iam/policy/principal.h"

namespace skerry::iam::policy {

// Who makes a request, as far as policies name it. The views are the request's.
struct Caller {
  enum class Kind : std::uint8_t {
    Anonymous,
    Root,
    User,
    RoleSession,
    FederatedUser,  // of GetFederationToken
    Service,        // lambda.amazonaws.com, for itself
    Provider,       // an identity provider, which vouches for whoever calls AssumeRoleWithWebIdentity or …WithSAML
  };
  Kind kind = Kind::Anonymous;
  std::string_view account;       // twelve digits; none of Anonymous, Service and Provider
  std::string_view unique_id;     // AIDA… of a user; AROA… of a session's role; of whoever federated, empty: root
  std::string_view session;       // of a role: its name
  std::string_view arn;           // needed of a federated user
  std::string_view canonical_id;  // of the account
  std::string_view name;          // of a service or a provider
};

// How a statement with principals comes to the caller, weakest first. It decides what else has to allow.
enum class Reach : std::uint8_t {
  None,
  Account,  // trusts the caller's account to decide
  Limited,  // names the role of a session, or the user who federated: boundary and session policy still limit it
  Direct,   // names the caller, or everyone
};

// The Principal or NotPrincipal of a statement.
class PrincipalSet {
 public:
  PrincipalSet(std::vector<Principal> entries, bool negated) : entries_(std::move(entries)), negated_(negated) {}

  // A caller is also its role and its account, and NotPrincipal looks at all of them, as AWS does: a Deny spares only
  // those of whom everything is listed, an Allow takes only those of whom nothing is.
  Reach reach(const Caller& caller, Effect effect) const;

 private:
  bool lists_all_of(const Caller& caller) const;
  bool lists(Principal::Kind kind, std::string_view name, std::string_view session = {}) const;

  std::vector<Principal> entries_;
  bool negated_;
};

}  // namespace skerry::iam::policy
