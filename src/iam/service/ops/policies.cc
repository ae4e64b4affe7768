#include "iam/api/ops.h"
#include "iam/policy/parse.h"
#include "iam/service/change.h"
#include "iam/service/documents.h"
#include "iam/service/each_row.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/policy_of.h"
#include "iam/service/policy_shown.h"
#include "iam/service/quotas.h"
#include "iam/service/shown.h"
#include "iam/service/tags.h"
#include "iam/service/unique_id.h"

// Managed policies as such; their versions are in policy_versions.cc.
namespace skerry::iam {
namespace {

using rows::Entity;

Task<Result<record::ManagedPolicy>> create_in(Change& change, const Parts& parts, const CreatePolicyRequest& request) {
  auto there = co_await change.policy(request.policy_name);
  if (!there) co_return std::unexpected(store_error(there.error()));
  if (*there) {
    co_return std::unexpected(
        error(Errc::EntityAlreadyExistsException,
              fmt::format("A policy called {} already exists. Duplicate names are not allowed.", request.policy_name)));
  }
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  if (settings->policies() >= quotas::kPolicies) {
    co_return std::unexpected(quota_exceeded("PoliciesPerAccount", quotas::kPolicies));
  }
  record::ManagedPolicy policy;
  policy.set_id(new_unique_id(Entity::Policy, parts.random));
  policy.set_name(request.policy_name);
  policy.set_path(request.path.value_or("/"));
  policy.set_description(request.description.value_or(""));
  policy.set_created_us(us_of(parts.clock.now()));
  policy.set_updated_us(policy.created_us());
  if (auto good = add_tags(*policy.mutable_tags(), request.tags, KeyCase::Matters); !good) {
    co_return std::unexpected(good.error());
  }
  policy.set_default_version(1);
  policy.set_latest_version(1);
  record::PolicyVersion& first = *policy.add_versions();
  first.set_number(1);
  first.set_created_us(policy.created_us());
  first.set_document(request.policy_document);

  settings->set_policies(settings->policies() + 1);
  change.put(*settings);
  change.place(Entity::Policy, policy.id(), policy.name());
  change.put(policy);
  co_return policy;
}

Task<Result<CreatePolicyResponse>> create_policy(Parts parts, wire::Context& context, CreatePolicyRequest request) {
  auto document = policy::parse(request.policy_document, policy::Kind::Managed);
  if (!document) co_return std::unexpected(document_error(std::move(document.error())));
  const std::string& account_id = context.principal.account_id;
  auto made = co_await in_change(parts.directory, account_id, create_in, parts, std::move(request));
  if (!made) co_return std::unexpected(made.error());
  // AWS shows the description in GetPolicy alone, and here only tags that there are.
  Policy shown = show_policy(account_id, *made);
  shown.description.reset();
  shown.tags = to_optional_tags(made->tags());
  co_return CreatePolicyResponse{.policy = std::move(shown)};
}

Task<Result<GetPolicyResponse>> get_policy(Parts parts, wire::Context& context, GetPolicyRequest request) {
  const std::string& account_id = context.principal.account_id;
  auto found = co_await find_policy(parts.directory, account_id, request.policy_arn);
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return std::unexpected(no_such_policy(request.policy_arn));
  Policy& shown = (**found).policy;
  auto counted = co_await count_uses(parts.directory, account_id, shown);
  if (!counted) co_return std::unexpected(counted.error());
  co_return GetPolicyResponse{.policy = std::move(shown)};
}

Task<Result<Nothing>> delete_in(Change& change, const Parts& parts, const DeletePolicyRequest& request) {
  auto policy = co_await own_policy(change, request.policy_arn);
  if (!policy) co_return std::unexpected(policy.error());
  for (auto rows_of : {rows::attachments, rows::all_bounded}) {
    std::string prefix = rows_of(change.account_id(), request.policy_arn);
    auto used = co_await any_row(parts.directory, std::move(prefix));
    if (!used) co_return std::unexpected(used.error());
    if (*used) {
      co_return std::unexpected(error(Errc::DeleteConflictException, "Cannot delete a policy attached to entities."));
    }
  }
  if (policy->versions_size() > 1) {
    co_return std::unexpected(
        error(Errc::DeleteConflictException,
              "This policy has more than one version. Before you delete a policy, you must delete the policy's "
              "versions. The default version is deleted with the policy."));
  }
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  settings->set_policies(settings->policies() - 1);
  change.put(*settings);
  change.displace(Entity::Policy, policy->id(), policy->name());
  co_return Nothing{};
}

Task<Result<Nothing>> delete_policy(Parts parts, wire::Context& context, DeletePolicyRequest request) {
  co_return co_await in_change(parts.directory, context.principal.account_id, delete_in, parts, std::move(request));
}

}  // namespace

void bind_policies(wire::Registry& registry, const Parts& parts) {
  serve<CreatePolicyOp>(registry, parts, create_policy);
  serve<GetPolicyOp>(registry, parts, get_policy);
  serve<DeletePolicyOp>(registry, parts, delete_policy);
}

}  // namespace skerry::iam
