#include <algorithm>

#include "iam/api/ops.h"
#include "iam/policy/parse.h"
#include "iam/service/documents.h"
#include "iam/service/identity_of.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"

// Policies that lie in a user, a group or a role.
namespace skerry::iam {
namespace {

using rows::Entity;

constexpr std::size_t kSizeMax[] = {policy::kUserInlineSizeMax, policy::kGroupInlineSizeMax,
                                    policy::kRoleInlineSizeMax};

wire::ApiError no_such_inline(Entity entity, std::string_view policy) {
  return error(Errc::NoSuchEntityException,
               fmt::format("The {} policy with name {} cannot be found.", rows::word(entity), policy));
}

template <class Policies>
auto find_named(Policies& policies, const std::string& name) {
  return std::ranges::find(policies, name, &record::InlinePolicy::name);
}

template <Entity E, class Request>
Task<Result<Nothing>> put_in(Change& change, const Request& request) {
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(change, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  auto document = policy::parse(request.policy_document, policy::Kind::Inline);
  if (!document) co_return std::unexpected(document_error(std::move(document.error())));
  auto& policies = *found->mutable_identity()->mutable_inline_policies();
  auto at = find_named(policies, request.policy_name);
  record::InlinePolicy& kept = at == policies.end() ? *policies.Add() : *at;
  kept.set_name(request.policy_name);
  kept.set_document(request.policy_document);
  std::size_t size = 0;
  for (const record::InlinePolicy& one : policies) size += policy::size_of(one.document());
  if (constexpr std::size_t kMax = kSizeMax[static_cast<std::size_t>(E)]; size > kMax) {
    co_return std::unexpected(
        error(Errc::LimitExceededException,
              fmt::format("Maximum policy size of {} bytes exceeded for {} {}", kMax, rows::word(E), name)));
  }
  std::ranges::sort(policies, {}, &record::InlinePolicy::name);
  change.put(*found);
  co_return Nothing{};
}

template <Entity E, class Request>
Task<Result<Nothing>> delete_in(Change& change, const Request& request) {
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(change, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  auto& policies = *found->mutable_identity()->mutable_inline_policies();
  auto at = find_named(policies, request.policy_name);
  if (at == policies.end()) co_return std::unexpected(no_such_inline(E, request.policy_name));
  policies.erase(at);
  change.put(*found);
  co_return Nothing{};
}

template <Entity E, class Op>
Task<Result<typename Op::Response>> get(Parts parts, wire::Context& context, typename Op::Request request) {
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(parts.directory, context.principal.account_id, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  const record::Identity& identity = found->identity();
  auto at = find_named(identity.inline_policies(), request.policy_name);
  if (at == identity.inline_policies().end()) co_return std::unexpected(no_such_inline(E, request.policy_name));
  co_return typename Op::Response{identity.name(), at->name(), encoded(at->document())};
}

template <Entity E, class Op>
Task<Result<typename Op::Response>> list(Parts parts, wire::Context& context, typename Op::Request request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(parts.directory, context.principal.account_id, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  std::vector<std::string> names;
  for (const record::InlinePolicy& one : found->identity().inline_policies()) names.push_back(one.name());
  auto page = page_of(std::move(names), *wanted, [](const std::string& one) { return one; });
  typename Op::Response response;
  for (std::string& one : page.items) response.policy_names.push_back(std::move(one));
  std::move(page).tell(response);
  co_return response;
}

}  // namespace

void bind_inline_policies(wire::Registry& registry, const Parts& parts) {
  serve<PutUserPolicyOp>(registry, parts, by_change<put_in<Entity::User, PutUserPolicyRequest>>);
  serve<PutGroupPolicyOp>(registry, parts, by_change<put_in<Entity::Group, PutGroupPolicyRequest>>);
  serve<PutRolePolicyOp>(registry, parts, by_change<put_in<Entity::Role, PutRolePolicyRequest>>);
  serve<DeleteUserPolicyOp>(registry, parts, by_change<delete_in<Entity::User, DeleteUserPolicyRequest>>);
  serve<DeleteGroupPolicyOp>(registry, parts, by_change<delete_in<Entity::Group, DeleteGroupPolicyRequest>>);
  serve<DeleteRolePolicyOp>(registry, parts, by_change<delete_in<Entity::Role, DeleteRolePolicyRequest>>);
  serve<GetUserPolicyOp>(registry, parts, get<Entity::User, GetUserPolicyOp>);
  serve<GetGroupPolicyOp>(registry, parts, get<Entity::Group, GetGroupPolicyOp>);
  serve<GetRolePolicyOp>(registry, parts, get<Entity::Role, GetRolePolicyOp>);
  serve<ListUserPoliciesOp>(registry, parts, list<Entity::User, ListUserPoliciesOp>);
  serve<ListGroupPoliciesOp>(registry, parts, list<Entity::Group, ListGroupPoliciesOp>);
  serve<ListRolePoliciesOp>(registry, parts, list<Entity::Role, ListRolePoliciesOp>);
}

}  // namespace skerry::iam
