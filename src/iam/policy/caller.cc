#include "iam/policy/caller.h"

#include <algorithm>

namespace skerry::iam::policy {
namespace {

using EntryKind = Principal::Kind;

Reach of_account(const Caller& caller) { return caller.kind == Caller::Kind::Root ? Reach::Direct : Reach::Account; }

Reach reach_of(const Principal& entry, const Caller& caller) {
  switch (entry.kind) {
    case EntryKind::Everyone:  // a provider vouches for somebody who is nobody yet
      return caller.kind == Caller::Kind::Provider ? Reach::None : Reach::Direct;
    case EntryKind::Account:
      return caller.account == entry.name ? of_account(caller) : Reach::None;
    case EntryKind::CanonicalUser:
      return caller.canonical_id == entry.name ? of_account(caller) : Reach::None;
    case EntryKind::UserId:
      if (caller.unique_id != entry.name) return Reach::None;
      return caller.kind == Caller::Kind::User ? Reach::Direct : Reach::Limited;
    case EntryKind::RoleId:
      return caller.unique_id == entry.name ? Reach::Limited : Reach::None;
    case EntryKind::SessionId:
      return caller.unique_id == entry.name && caller.session == entry.session ? Reach::Direct : Reach::None;
    case EntryKind::FederatedUser:
      return caller.kind == Caller::Kind::FederatedUser && caller.arn == entry.name ? Reach::Direct : Reach::None;
    case EntryKind::Service:
      return caller.kind == Caller::Kind::Service && caller.name == entry.name ? Reach::Direct : Reach::None;
    case EntryKind::Provider:
      return caller.kind == Caller::Kind::Provider && caller.name == entry.name ? Reach::Direct : Reach::None;
    case EntryKind::UserArn:
    case EntryKind::RoleArn:
    case EntryKind::SessionArn:
      break;  // what is compiled has ids
  }
  return Reach::None;
}

}  // namespace

bool PrincipalSet::lists(Principal::Kind kind, std::string_view name, std::string_view session) const {
  return std::ranges::any_of(entries_, [&](const Principal& entry) {
    return entry.kind == kind && entry.name == name && entry.session == session;
  });
}

bool PrincipalSet::lists_all_of(const Caller& caller) const {
  if (lists(EntryKind::Everyone, "")) return true;
  if (caller.kind == Caller::Kind::Anonymous) return false;
  if (caller.kind == Caller::Kind::Service) return lists(EntryKind::Service, caller.name);
  if (caller.kind == Caller::Kind::Provider) return lists(EntryKind::Provider, caller.name);
  if (!lists(EntryKind::Account, caller.account) && !lists(EntryKind::CanonicalUser, caller.canonical_id)) return false;
  switch (caller.kind) {
    case Caller::Kind::User:
      return lists(EntryKind::UserId, caller.unique_id);
    case Caller::Kind::RoleSession:
      return lists(EntryKind::RoleId, caller.unique_id) &&
             lists(EntryKind::SessionId, caller.unique_id, caller.session);
    case Caller::Kind::FederatedUser:
      return lists(EntryKind::FederatedUser, caller.arn) &&
             (caller.unique_id.empty() || lists(EntryKind::UserId, caller.unique_id));
    default:
      return true;  // root is its account
  }
}

Reach PrincipalSet::reach(const Caller& caller, Effect effect) const {
  if (negated_ && effect == Effect::Deny) return lists_all_of(caller) ? Reach::None : Reach::Direct;
  Reach best = Reach::None;
  for (const Principal& entry : entries_) best = std::max(best, reach_of(entry, caller));
  if (!negated_) return best;
  return best == Reach::None ? Reach::Direct : Reach::None;
}

}  // namespace skerry::iam::policy
