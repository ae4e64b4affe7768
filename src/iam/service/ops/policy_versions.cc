#include <algorithm>
#include <limits>

#include "iam/api/ops.h"
#include "iam/policy/parse.h"
#include "iam/service/change.h"
#include "iam/service/documents.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/policy_of.h"
#include "iam/service/policy_shown.h"
#include "iam/service/quotas.h"
#include "iam/service/shown.h"

// What a managed policy says, and said before. The default version is the one that decides.
namespace skerry::iam {
namespace {

// The versions' iterator; end: there is none of that id.
auto find_version(record::ManagedPolicy& policy, std::string_view id) {
  return std::ranges::find(*policy.mutable_versions(), parse_version_id(id).value_or(0),
                           &record::PolicyVersion::number);
}

Task<Result<PolicyVersion>> create_in(Change& change, const Parts& parts, const CreatePolicyVersionRequest& request) {
  auto policy = co_await own_policy(change, request.policy_arn);
  if (!policy) co_return std::unexpected(policy.error());
  if (static_cast<std::size_t>(policy->versions_size()) >= quotas::kVersionsPerPolicy) {
    co_return std::unexpected(error(
        Errc::LimitExceededException,
        fmt::format("A managed policy can have up to {} versions. Before you create a new version, you must delete an "
                    "existing version.",
                    quotas::kVersionsPerPolicy)));
  }
  record::PolicyVersion& version = *policy->add_versions();
  version.set_number(policy->latest_version() + 1);
  version.set_created_us(us_of(parts.clock.now()));
  version.set_document(request.policy_document);
  policy->set_latest_version(version.number());
  policy->set_updated_us(version.created_us());
  const bool is_default = request.set_as_default.value_or(false);
  if (is_default) policy->set_default_version(version.number());
  change.put(*policy);
  co_return PolicyVersion{.version_id = version_id(version.number()),
                          .is_default_version = is_default,
                          .create_date = time_of(version.created_us())};
}

Task<Result<CreatePolicyVersionResponse>> create_policy_version(Parts parts, wire::Context& context,
                                                                CreatePolicyVersionRequest request) {
  auto document = policy::parse(request.policy_document, policy::Kind::Managed);
  if (!document) co_return std::unexpected(document_error(std::move(document.error())));
  auto made = co_await in_change(parts.directory, context.principal.account_id, create_in, parts, std::move(request));
  if (!made) co_return std::unexpected(made.error());
  co_return CreatePolicyVersionResponse{.policy_version = std::move(*made)};
}

Task<Result<GetPolicyVersionResponse>> get_policy_version(Parts parts, wire::Context& context,
                                                          GetPolicyVersionRequest request) {
  auto found = co_await find_policy(parts.directory, context.principal.account_id, request.policy_arn);
  if (!found) co_return std::unexpected(found.error());
  if (*found) {
    for (PolicyVersion& version : (**found).versions) {
      if (version.version_id == request.version_id) {
        co_return GetPolicyVersionResponse{.policy_version = std::move(version)};
      }
    }
  }
  co_return std::unexpected(no_such_version(request.policy_arn, request.version_id));
}

Task<Result<Nothing>> delete_in(Change& change, const DeletePolicyVersionRequest& request) {
  auto policy = co_await own_policy(change, request.policy_arn);
  if (!policy) co_return std::unexpected(policy.error());
  auto version = find_version(*policy, request.version_id);
  if (version == policy->mutable_versions()->end()) {
    co_return std::unexpected(no_such_version(request.policy_arn, request.version_id));
  }
  if (version->number() == policy->default_version()) {
    co_return std::unexpected(error(Errc::DeleteConflictException, "Cannot delete the default version of a policy."));
  }
  policy->mutable_versions()->erase(version);
  change.put(*policy);
  co_return Nothing{};
}

Task<Result<Nothing>> set_default_in(Change& change, const SetDefaultPolicyVersionRequest& request) {
  auto policy = co_await own_policy(change, request.policy_arn);
  if (!policy) co_return std::unexpected(policy.error());
  auto version = find_version(*policy, request.version_id);
  if (version == policy->mutable_versions()->end()) {
    co_return std::unexpected(no_such_version(request.policy_arn, request.version_id));
  }
  policy->set_default_version(version->number());
  change.put(*policy);
  co_return Nothing{};
}

Task<Result<ListPolicyVersionsResponse>> list_policy_versions(Parts parts, wire::Context& context,
                                                              ListPolicyVersionsRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  // The latest comes first: behind a marker's version are those with a lower number.
  auto before = wanted->after.empty() ? std::numeric_limits<std::uint32_t>::max() : parse_version_id(wanted->after);
  if (!before) co_return std::unexpected(bad_marker());
  auto found = co_await find_policy(parts.directory, context.principal.account_id, request.policy_arn);
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return std::unexpected(no_such_policy(request.policy_arn));
  Page<PolicyVersion> page;
  for (PolicyVersion& version : (**found).versions) {
    if (*parse_version_id(*version.version_id) >= *before) continue;
    if (page.items.size() == wanted->limit) {
      page.next = marker_after(*page.items.back().version_id);
      break;
    }
    version.document.reset();  // AWS tells it in GetPolicyVersion alone
    page.items.push_back(std::move(version));
  }
  ListPolicyVersionsResponse response{.versions = wire::List<PolicyVersion>()};
  for (PolicyVersion& version : page.items) response.versions->push_back(std::move(version));
  std::move(page).tell(response);
  co_return response;
}

}  // namespace

void bind_policy_versions(wire::Registry& registry, const Parts& parts) {
  serve<CreatePolicyVersionOp>(registry, parts, create_policy_version);
  serve<GetPolicyVersionOp>(registry, parts, get_policy_version);
  serve<DeletePolicyVersionOp>(registry, parts, by_change<delete_in>);
  serve<SetDefaultPolicyVersionOp>(registry, parts, by_change<set_default_in>);
  serve<ListPolicyVersionsOp>(registry, parts, list_policy_versions);
}

}  // namespace skerry::iam
