#include <algorithm>

#include "iam/api/ops.h"
#include "iam/service/identity_of.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/policy_of.h"
#include "iam/service/quotas.h"

// Managed policies on users, groups and roles.
namespace skerry::iam {
namespace {

using rows::Entity;

constexpr std::string_view kQuotaNames[] = {"PoliciesPerUser", "PoliciesPerGroup", "PoliciesPerRole"};

template <Entity E, class Request>
Task<Result<Nothing>> attach_in(Change& change, const Request& request) {
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(change, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  auto attachable = co_await is_attachable(change, request.policy_arn);
  if (!attachable) co_return std::unexpected(attachable.error());
  if (!*attachable) co_return std::unexpected(not_attachable(request.policy_arn));
  record::Identity& identity = *found->mutable_identity();
  auto& attached = *identity.mutable_attached_policies();
  if (std::ranges::find(attached, request.policy_arn) != attached.end()) co_return Nothing{};
  if (static_cast<std::size_t>(attached.size()) >= quotas::kAttachedPolicies) {
    co_return std::unexpected(quota_exceeded(kQuotaNames[static_cast<std::size_t>(E)], quotas::kAttachedPolicies));
  }
  identity.add_attached_policies(request.policy_arn);
  change.put(rows::attachment(change.account_id(), request.policy_arn, identity.id()));
  change.put(*found);
  co_return Nothing{};
}

template <Entity E, class Request>
Task<Result<Nothing>> detach_in(Change& change, const Request& request) {
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(change, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  record::Identity& identity = *found->mutable_identity();
  auto& attached = *identity.mutable_attached_policies();
  auto at = std::ranges::find(attached, request.policy_arn);
  if (at == attached.end()) {
    co_return std::unexpected(no_such_policy(request.policy_arn));
  }
  attached.erase(at);
  change.erase(rows::attachment(change.account_id(), request.policy_arn, identity.id()));
  change.put(*found);
  co_return Nothing{};
}

template <Entity E, class Op>
Task<Result<typename Op::Response>> list_attached(Parts parts, wire::Context& context, typename Op::Request request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(parts.directory, context.principal.account_id, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  std::vector<std::string> arns;
  for (const std::string& arn : found->identity().attached_policies()) {
    if (PolicyArn::parse(arn)->path.starts_with(request.path_prefix.value_or("/"))) arns.push_back(arn);
  }
  std::ranges::sort(arns);
  auto page = page_of(std::move(arns), *wanted, [](const std::string& arn) { return arn; });
  typename Op::Response response;
  response.attached_policies.emplace();
  for (const std::string& arn : page.items) {
    response.attached_policies->push_back({.policy_name = arn.substr(arn.rfind('/') + 1), .policy_arn = arn});
  }
  std::move(page).tell(response);
  co_return response;
}

}  // namespace

void bind_attachments(wire::Registry& registry, const Parts& parts) {
  serve<AttachUserPolicyOp>(registry, parts, by_change<attach_in<Entity::User, AttachUserPolicyRequest>>);
  serve<AttachGroupPolicyOp>(registry, parts, by_change<attach_in<Entity::Group, AttachGroupPolicyRequest>>);
  serve<AttachRolePolicyOp>(registry, parts, by_change<attach_in<Entity::Role, AttachRolePolicyRequest>>);
  serve<DetachUserPolicyOp>(registry, parts, by_change<detach_in<Entity::User, DetachUserPolicyRequest>>);
  serve<DetachGroupPolicyOp>(registry, parts, by_change<detach_in<Entity::Group, DetachGroupPolicyRequest>>);
  serve<DetachRolePolicyOp>(registry, parts, by_change<detach_in<Entity::Role, DetachRolePolicyRequest>>);
  serve<ListAttachedUserPoliciesOp>(registry, parts, list_attached<Entity::User, ListAttachedUserPoliciesOp>);
  serve<ListAttachedGroupPoliciesOp>(registry, parts, list_attached<Entity::Group, ListAttachedGroupPoliciesOp>);
  serve<ListAttachedRolePoliciesOp>(registry, parts, list_attached<Entity::Role, ListAttachedRolePoliciesOp>);
}

}  // namespace skerry::iam
