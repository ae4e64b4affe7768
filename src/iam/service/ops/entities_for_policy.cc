#include <set>

#include "iam/api/ops.h"
#include "iam/service/change.h"
#include "iam/service/each_row.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/policy_of.h"
#include "iam/service/policy_shown.h"

// ListEntitiesForPolicy: who has a managed policy or is bounded by it; groups, then users, then roles, each by id.
namespace skerry::iam {
namespace {

using rows::Entity;

// The unique ids at the end of the rows that begin so. Those of groups begin with AGPA, of users with AIDA, of roles
// with AROA, which is the order of the list.
Task<Result<void>> add_ids(Directory& directory, std::string prefix, std::set<std::string>& ids) {
  auto add = [&ids, begin = prefix.size()](const storage::Row& row) { ids.insert(row.key.substr(begin)); };
  co_return co_await each_row(directory, std::move(prefix), add);
}

struct Holder {
  Entity entity;
  record::Identity identity;
};

// Nothing: whoever had the id was deleted since.
Task<Result<std::optional<Holder>>> holder_of(Directory& directory, std::string id) {
  std::optional<Holder> none;
  auto place = co_await directory.place_of(std::move(id));
  if (!place) co_return std::unexpected(store_error(place.error()));
  if (!*place) co_return none;
  auto identity = co_await directory.identity(**place);
  if (!identity) co_return std::unexpected(store_error(identity.error()));
  if (!*identity) co_return none;
  co_return std::optional<Holder>({(**place).entity, std::move(**identity)});
}

bool is_wanted(const ListEntitiesForPolicyRequest& request, const Holder& holder) {
  if (!holder.identity.path().starts_with(request.path_prefix.value_or("/"))) return false;
  if (!request.entity_filter) return true;
  switch (holder.entity) {
    case Entity::User:
      return request.entity_filter == EntityType::kUser;
    case Entity::Group:
      return request.entity_filter == EntityType::kGroup;
    case Entity::Role:
      return request.entity_filter == EntityType::kRole;
    case Entity::Policy:
      return false;
  }
  std::unreachable();
}

void add(ListEntitiesForPolicyResponse& response, const Holder& holder) {
  const record::Identity& who = holder.identity;
  switch (holder.entity) {
    case Entity::User:
      response.policy_users->push_back({.user_name = who.name(), .user_id = who.id()});
      return;
    case Entity::Group:
      response.policy_groups->push_back({.group_name = who.name(), .group_id = who.id()});
      return;
    case Entity::Role:
      response.policy_roles->push_back({.role_name = who.name(), .role_id = who.id()});
      return;
    case Entity::Policy:
      return;
  }
}

Task<Result<ListEntitiesForPolicyResponse>> list_entities_for_policy(Parts parts, wire::Context& context,
                                                                     ListEntitiesForPolicyRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  const std::string& account_id = context.principal.account_id;
  auto policy = co_await find_policy(parts.directory, account_id, request.policy_arn);
  if (!policy) co_return std::unexpected(policy.error());
  if (!*policy) co_return std::unexpected(no_such_policy(request.policy_arn));

  std::set<std::string> ids;
  if (request.policy_usage_filter != PolicyUsageType::kPermissionsBoundary) {
    std::string attached = rows::attachments(account_id, request.policy_arn);
    auto added = co_await add_ids(parts.directory, std::move(attached), ids);
    if (!added) co_return std::unexpected(added.error());
  }
  if (request.policy_usage_filter != PolicyUsageType::kPermissionsPolicy) {
    std::string bounded = rows::all_bounded(account_id, request.policy_arn);
    auto added = co_await add_ids(parts.directory, std::move(bounded), ids);
    if (!added) co_return std::unexpected(added.error());
  }

  Page<Holder> page;
  for (auto id = ids.upper_bound(wanted->after); id != ids.end(); ++id) {
    auto holder = co_await holder_of(parts.directory, *id);
    if (!holder) co_return std::unexpected(holder.error());
    if (!*holder || !is_wanted(request, **holder)) continue;
    if (page.items.size() == wanted->limit) {
      page.next = marker_after(page.items.back().identity.id());
      break;
    }
    page.items.push_back(std::move(**holder));
  }
  ListEntitiesForPolicyResponse response{.policy_groups = wire::List<PolicyGroup>(),
                                         .policy_users = wire::List<PolicyUser>(),
                                         .policy_roles = wire::List<PolicyRole>()};
  for (const Holder& holder : page.items) add(response, holder);
  std::move(page).tell(response);
  co_return response;
}

}  // namespace

void bind_entities_for_policy(wire::Registry& registry, const Parts& parts) {
  serve<ListEntitiesForPolicyOp>(registry, parts, list_entities_for_policy);
}

}  // namespace skerry::iam
