#include "iam/api/ops.h"
#include "iam/service/identity_of.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/policy_of.h"
#include "iam/service/policy_shown.h"
#include "iam/service/tags.h"

// Tags of users, roles and managed policies.
namespace skerry::iam {
namespace {

using rows::Entity;

// An answer's share of them.
template <class Op>
Result<typename Op::Response> tell(wire::List<Tag> tags, const typename Op::Request& request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) return std::unexpected(wanted.error());
  auto page = page_of_tags(std::move(tags), *wanted);
  typename Op::Response response{.tags = std::move(page.items)};
  std::move(page).tell(response);
  return response;
}

template <Entity E, class Request>
Task<Result<Nothing>> tag_in(Change& change, const Request& request) {
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(change, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  auto good = add_tags(*found->mutable_identity()->mutable_tags(), request.tags);
  if (!good) co_return std::unexpected(good.error());
  change.put(*found);
  co_return Nothing{};
}

template <Entity E, class Request>
Task<Result<Nothing>> untag_in(Change& change, const Request& request) {
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(change, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  remove_tags(*found->mutable_identity()->mutable_tags(), request.tag_keys);
  change.put(*found);
  co_return Nothing{};
}

Task<Result<Nothing>> tag_policy_in(Change& change, const TagPolicyRequest& request) {
  auto policy = co_await own_policy(change, request.policy_arn);
  if (!policy) co_return std::unexpected(policy.error());
  auto good = add_tags(*policy->mutable_tags(), request.tags, KeyCase::Matters);
  if (!good) co_return std::unexpected(good.error());
  change.put(*policy);
  co_return Nothing{};
}

Task<Result<Nothing>> untag_policy_in(Change& change, const UntagPolicyRequest& request) {
  auto policy = co_await own_policy(change, request.policy_arn);
  if (!policy) co_return std::unexpected(policy.error());
  remove_tags(*policy->mutable_tags(), request.tag_keys, KeyCase::Matters);
  change.put(*policy);
  co_return Nothing{};
}

template <Entity E, class Op>
Task<Result<typename Op::Response>> list(Parts parts, wire::Context& context, typename Op::Request request) {
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(parts.directory, context.principal.account_id, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  co_return tell<Op>(to_tags(found->identity().tags()), request);
}

Task<Result<ListPolicyTagsResponse>> list_policy_tags(Parts parts, wire::Context& context,
                                                      ListPolicyTagsRequest request) {
  auto found = co_await find_policy(parts.directory, context.principal.account_id, request.policy_arn);
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return std::unexpected(no_such_policy(request.policy_arn));
  co_return tell<ListPolicyTagsOp>(std::move(*(**found).policy.tags), request);
}

}  // namespace

void bind_tagging(wire::Registry& registry, const Parts& parts) {
  serve<TagUserOp>(registry, parts, by_change<tag_in<Entity::User, TagUserRequest>>);
  serve<TagRoleOp>(registry, parts, by_change<tag_in<Entity::Role, TagRoleRequest>>);
  serve<TagPolicyOp>(registry, parts, by_change<tag_policy_in>);
  serve<UntagUserOp>(registry, parts, by_change<untag_in<Entity::User, UntagUserRequest>>);
  serve<UntagRoleOp>(registry, parts, by_change<untag_in<Entity::Role, UntagRoleRequest>>);
  serve<UntagPolicyOp>(registry, parts, by_change<untag_policy_in>);
  serve<ListUserTagsOp>(registry, parts, list<Entity::User, ListUserTagsOp>);
  serve<ListRoleTagsOp>(registry, parts, list<Entity::Role, ListRoleTagsOp>);
  serve<ListPolicyTagsOp>(registry, parts, list_policy_tags);
}

}  // namespace skerry::iam
