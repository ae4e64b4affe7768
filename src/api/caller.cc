#include "api/caller.h"

#include "iam/principal.h"

namespace skerry::api {
namespace {

wire::Principal::Kind kind_of(const iam::Principal& owner) {
  using Kind = wire::Principal::Kind;
  switch (owner.kind) {
    case iam::Principal::Kind::User:
      return Kind::User;
    case iam::Principal::Kind::RoleSession:
      return Kind::Role;
    case iam::Principal::Kind::FederatedUser:
      return Kind::FederatedUser;
    case iam::Principal::Kind::Root:
      return Kind::Root;
    case iam::Principal::Kind::Anonymous:
    case iam::Principal::Kind::Service:
    case iam::Principal::Kind::Provider:
      break;  // nobody of these has a key
  }
  std::unreachable();
}

}  // namespace

wire::Principal principal_of(const auth::Authenticated& who) {
  wire::Principal out;
  if (!who.credential) return out;
  const iam::Principal& owner = *who.credential->owner;
  out.kind = kind_of(owner);
  out.account_id = owner.account_id;
  out.arn = owner.arn;
  out.canonical_id = owner.canonical_id;
  out.access_key_id = who.credential->access_key_id;
  out.owner = who.credential->owner;
  return out;
}

}  // namespace skerry::api
