#include "iam/principal_loader.h"

#include <fmt/format.h>

#include <algorithm>

#include "iam/arns.h"
#include "iam/managed_policies.h"
#include "iam/policy/keys.h"

namespace skerry::iam {
namespace {

using storage::StoreErrc;
using storage::StoreError;
using storage::StoreResult;

StoreError gone(std::string_view what) { return {StoreErrc::NotFound, std::string(what)}; }
StoreError unreadable(std::string_view policy) {
  return {StoreErrc::Corrupt, fmt::format("the policy {} cannot be read", policy)};
}

void add_tags(const google::protobuf::RepeatedPtrField<record::Tag>& tags, Principal& into) {
  for (const record::Tag& tag : tags) into.tags.insert_or_assign(policy::lower(tag.key()), tag.value());
}

std::shared_ptr<const Principal> finish(std::shared_ptr<Principal> principal) {
  for (const auto& [name, value] : principal->tags) principal->tag_keys.add("aws:PrincipalTag/" + name, value);
  return principal;
}

std::shared_ptr<Principal> begin(const Account& account, Principal::Kind kind) {
  auto out = std::make_shared<Principal>();
  out->kind = kind;
  out->account_id = account.account_id;
  out->canonical_id = account.canonical_id;
  return out;
}

std::shared_ptr<Principal> make_root(const Account& account) {
  auto out = begin(account, Principal::Kind::Root);
  out->arn = root_arn(account.account_id);
  out->principal_arn = out->arn;
  out->user_id = account.account_id;
  return out;
}

}  // namespace

std::shared_ptr<const Principal> PrincipalLoader::root(const Account& account) { return make_root(account); }

Task<StoreResult<PolicyInForce>> PrincipalLoader::managed(std::string arn) {
  if (auto aws = compiled_aws_managed_policy(arn)) co_return PolicyInForce{std::move(arn), std::move(aws)};
  auto stored = co_await stored_policy(directory_, std::move(arn));
  if (!stored) co_return std::unexpected(stored.error());
  co_return compile(std::move(*stored));
}

StoreResult<PolicyInForce> PrincipalLoader::compile(StoredPolicy stored) {
  std::string name = stored.shown();
  auto policy = compiled_aws_managed_policy(stored.arn);
  if (!policy) policy = compiled_.get(stored.kind, std::move(stored.text));
  if (!policy) return std::unexpected(unreadable(name));
  return PolicyInForce{std::move(name), std::move(policy)};
}

StoreResult<void> PrincipalLoader::add(StoreResult<std::vector<StoredPolicy>> stored, PolicySet& into) {
  if (!stored) return std::unexpected(stored.error());
  for (StoredPolicy& one : *stored) {
    auto in_force = compile(std::move(one));
    if (!in_force) return std::unexpected(in_force.error());
    into.add(std::move(*in_force));
  }
  return {};
}

Task<StoreResult<void>> PrincipalLoader::add_boundary(record::Identity identity, PolicySet& into) {
  if (identity.permissions_boundary().empty()) co_return StoreResult<void>();
  auto in_force = co_await managed(identity.permissions_boundary());
  if (!in_force) co_return std::unexpected(in_force.error());
  into.add(std::move(*in_force));
  co_return StoreResult<void>();
}

Task<StoreResult<std::shared_ptr<Principal>>> PrincipalLoader::make_user(Account account, std::string user_id) {
  auto place = co_await directory_.place_of(user_id);
  if (!place) co_return std::unexpected(place.error());
  if (!*place || (**place).entity != rows::Entity::User || (**place).account_id != account.account_id) {
    co_return std::unexpected(gone("a user"));
  }
  auto found = co_await directory_.user(account.account_id, (**place).name);
  if (!found) co_return std::unexpected(found.error());
  if (!*found || (**found).identity().id() != user_id) co_return std::unexpected(gone("a user"));
  const record::User& user = **found;
  const record::Identity& identity = user.identity();

  auto out = begin(account, Principal::Kind::User);
  out->arn = identity_arn(account.account_id, rows::Entity::User, identity);
  out->principal_arn = out->arn;
  out->unique_id = identity.id();
  out->user_id = identity.id();
  out->name = identity.name();
  add_tags(identity.tags(), *out);
  auto added = add(co_await stored_policies(directory_, account.account_id, user), out->identity);
  if (!added) co_return std::unexpected(added.error());
  auto bounded = co_await add_boundary(identity, out->boundary);
  if (!bounded) co_return std::unexpected(bounded.error());
  co_return out;
}

Task<StoreResult<std::shared_ptr<Principal>>> PrincipalLoader::make_role_session(Account account,
                                                                                 record::Session session) {
  auto place = co_await directory_.place_of(session.principal_id());
  if (!place) co_return std::unexpected(place.error());
  if (!*place || (**place).entity != rows::Entity::Role || (**place).account_id != account.account_id) {
    co_return std::unexpected(gone("a role"));
  }
  auto found = co_await directory_.role(account.account_id, (**place).name);
  if (!found) co_return std::unexpected(found.error());
  if (!*found || (**found).identity().id() != session.principal_id()) co_return std::unexpected(gone("a role"));
  const record::Identity& identity = (**found).identity();

  auto out = begin(account, Principal::Kind::RoleSession);
  out->arn = assumed_role_arn(account.account_id, identity.name(), session.session_name());
  out->principal_arn = identity_arn(account.account_id, rows::Entity::Role, identity);
  out->unique_id = identity.id();
  out->user_id = identity.id() + ":" + session.session_name();
  out->name = identity.name();
  add_tags(identity.tags(), *out);
  auto added = add(co_await stored_policies(directory_, rows::Entity::Role, identity), out->identity);
  if (!added) co_return std::unexpected(added.error());
  auto bounded = co_await add_boundary(identity, out->boundary);
  if (!bounded) co_return std::unexpected(bounded.error());
  co_return out;
}

Task<StoreResult<void>> PrincipalLoader::add_session_policies(record::Session session, PolicySet& into) {
  if (!session.policy().empty()) {
    auto policy = compiled_.get(policy::Kind::Session, session.policy());
    if (!policy) co_return std::unexpected(unreadable("of a session"));
    into.add({"the session policy", std::move(policy)});
  }
  for (const std::string& arn : session.policy_arns()) {
    auto in_force = co_await managed(arn);
    if (!in_force) co_return std::unexpected(in_force.error());
    into.add(std::move(*in_force));
  }
  co_return StoreResult<void>();
}

Task<PrincipalLoader::Result> PrincipalLoader::user(Account account, std::string user_id) {
  auto made = co_await make_user(std::move(account), std::move(user_id));
  if (!made) co_return std::unexpected(made.error());
  co_return finish(std::move(*made));
}

Task<PrincipalLoader::Result> PrincipalLoader::session(Account account, record::Session session) {
  std::shared_ptr<Principal> out;
  if (session.kind() == record::Session::ROLE) {
    auto made = co_await make_role_session(account, session);
    if (!made) co_return std::unexpected(made.error());
    out = std::move(*made);
  } else if (session.principal_id().empty()) {
    out = make_root(account);
  } else {
    auto made = co_await make_user(account, session.principal_id());
    if (!made) co_return std::unexpected(made.error());
    out = std::move(*made);
  }
  if (session.kind() == record::Session::FEDERATED) {
    out->kind = Principal::Kind::FederatedUser;
    out->arn = federated_user_arn(account.account_id, session.session_name());
    out->principal_arn = out->arn;
    out->user_id = account.account_id + ":" + session.session_name();
    out->name.clear();
  }
  if (session.kind() != record::Session::SESSION) out->session_name = session.session_name();
  add_tags(session.tags(), *out);
  for (const record::Tag& tag : session.tags()) {
    if (std::ranges::find(session.transitive_tag_keys(), tag.key()) == session.transitive_tag_keys().end()) continue;
    out->transitive_tags.emplace_back(tag.key(), tag.value());
  }
  out->source_identity = session.source_identity();
  out->federated_provider = session.federated_provider();
  out->token_issued = Time{microseconds(session.issued_us())};
  if (session.mfa_us() != 0) out->mfa_at = Time{microseconds(session.mfa_us())};
  auto added = co_await add_session_policies(std::move(session), out->session);
  if (!added) co_return std::unexpected(added.error());
  co_return finish(std::move(out));
}

}  // namespace skerry::iam
