#include "iam/api/ops.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/policy_shown.h"

// ListPolicies: AWS's policies first, then the account's own, each by name.
namespace skerry::iam {
namespace {

enum Section : std::size_t { kAws, kOwn, kSections };

// One page, filled policy by policy.
class Listing {
 public:
  Listing(Directory& directory, const std::string& account_id, const ListPoliciesRequest& request, std::size_t limit)
      : directory_(directory), account_id_(account_id), request_(request), limit_(limit) {}

  // False: the page was full already, and there is more.
  Task<Result<bool>> add(Policy policy, std::string place) {
    if (!policy.path->starts_with(request_.path_prefix.value_or("/"))) co_return true;
    auto counted = co_await count_uses(directory_, account_id_, policy);
    if (!counted) co_return std::unexpected(counted.error());
    if (!is_used_as_asked(policy)) co_return true;
    if (page_.items.size() == limit_) {
      page_.next = marker_after(last_);
      co_return false;
    }
    last_ = std::move(place);
    policy.description.reset();  // AWS leaves them out of lists
    policy.tags.reset();
    page_.items.push_back(std::move(policy));
    co_return true;
  }

  Page<Policy> take() && { return std::move(page_); }

 private:
  bool is_used_as_asked(const Policy& policy) const {
    const bool attached = *policy.attachment_count > 0;
    if (request_.only_attached.value_or(false) && !attached) return false;
    if (request_.policy_usage_filter == PolicyUsageType::kPermissionsPolicy) return attached;
    if (request_.policy_usage_filter == PolicyUsageType::kPermissionsBoundary) {
      return *policy.permissions_boundary_usage_count > 0;
    }
    return true;
  }

  Directory& directory_;
  const std::string& account_id_;
  const ListPoliciesRequest& request_;
  const std::size_t limit_;
  Page<Policy> page_;
  std::string last_;
};

// Adds AWS's behind the name `after`. False: the page is full.
Task<Result<bool>> add_aws(Listing& listing, std::string after) {
  for (const AwsManagedPolicy& policy : aws_managed_policies()) {
    if (!after.empty() && policy.name <= after) continue;
    std::string place = in_section(kAws, policy.name);
    Policy shown = show_policy(policy);
    auto more = co_await listing.add(std::move(shown), std::move(place));
    if (!more || !*more) co_return more;
  }
  co_return true;
}

Task<Result<bool>> add_own(Listing& listing, Directory& directory, std::string account_id, std::string after) {
  constexpr std::size_t kRows = 100;
  const std::string prefix = rows::entities(account_id, rows::Entity::Policy);
  if (!after.empty()) after.insert(0, prefix);
  for (;;) {
    auto rows = co_await directory.scan(prefix, after, kRows);
    if (!rows) co_return std::unexpected(store_error(rows.error()));
    for (const storage::Row& row : *rows) {
      record::ManagedPolicy policy;
      if (!policy.ParseFromString(row.value)) {
        co_return std::unexpected(store_error({storage::StoreErrc::Corrupt, "IAM's row " + row.key}));
      }
      std::string place = in_section(kOwn, std::string_view(row.key).substr(prefix.size()));
      Policy shown = show_policy(account_id, policy);
      auto more = co_await listing.add(std::move(shown), std::move(place));
      if (!more || !*more) co_return more;
    }
    if (rows->size() < kRows) co_return true;
    after = std::move(rows->back().key);
  }
}

Task<Result<ListPoliciesResponse>> list_policies(Parts parts, wire::Context& context, ListPoliciesRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  auto start = start_of(*wanted, kSections);
  if (!start) co_return std::unexpected(start.error());
  const std::string& account_id = context.principal.account_id;
  Listing listing(parts.directory, account_id, request, wanted->limit);
  Result<bool> more = true;
  if (start->section == kAws && request.scope != PolicyScopeType::kLocal) {
    more = co_await add_aws(listing, start->after);
    start->after.clear();
  }
  if (more && *more && request.scope != PolicyScopeType::kAws) {
    more = co_await add_own(listing, parts.directory, account_id, start->after);
  }
  if (!more) co_return std::unexpected(more.error());
  Page<Policy> page = std::move(listing).take();
  ListPoliciesResponse response{.policies = wire::List<Policy>()};
  for (Policy& policy : page.items) response.policies->push_back(std::move(policy));
  std::move(page).tell(response);
  co_return response;
}

}  // namespace

void bind_list_policies(wire::Registry& registry, const Parts& parts) {
  serve<ListPoliciesOp>(registry, parts, list_policies);
}

}  // namespace skerry::iam
