#include <algorithm>
#include <array>

#include "iam/api/ops.h"
#include "iam/managed_policies.h"
#include "iam/service/change.h"
#include "iam/service/documents.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/policy_shown.h"
#include "iam/service/shown.h"
#include "iam/service/tags.h"

// GetAccountAuthorizationDetails: everything that decides in an account, in one list over all kinds of entities.
namespace skerry::iam {
namespace {

using rows::Entity;
using Response = GetAccountAuthorizationDetailsResponse;

// The kinds in the order of the list. Of the policies that AWS manages those are told that somebody here has.
struct Section {
  std::string_view filter;
  std::optional<Entity> entity;  // none: the policies that AWS manages
};
constexpr std::array<Section, 5> kSections{{{EntityType::kUser, Entity::User},
                                            {EntityType::kGroup, Entity::Group},
                                            {EntityType::kRole, Entity::Role},
                                            {EntityType::kLocalManagedPolicy, Entity::Policy},
                                            {EntityType::kAWSManagedPolicy, std::nullopt}}};

wire::List<PolicyDetail> inline_of(const record::Identity& identity) {
  wire::List<PolicyDetail> out;
  for (const record::InlinePolicy& policy : identity.inline_policies()) {
    out.push_back({.policy_name = policy.name(), .policy_document = encoded(policy.document())});
  }
  return out;
}

wire::List<AttachedPolicy> attached_of(const record::Identity& identity) {
  wire::List<AttachedPolicy> out;
  for (const std::string& arn : identity.attached_policies()) {
    out.push_back({.policy_name = arn.substr(arn.rfind('/') + 1), .policy_arn = arn});
  }
  return out;
}

ManagedPolicyDetail detail_of(Policy policy, wire::List<PolicyVersion> versions) {
  return {.policy_name = std::move(policy.policy_name),
          .policy_id = std::move(policy.policy_id),
          .arn = std::move(policy.arn),
          .path = std::move(policy.path),
          .default_version_id = std::move(policy.default_version_id),
          .attachment_count = policy.attachment_count,
          .permissions_boundary_usage_count = policy.permissions_boundary_usage_count,
          .is_attachable = policy.is_attachable,
          .description = std::move(policy.description),
          .create_date = policy.create_date,
          .update_date = policy.update_date,
          .policy_version_list = std::move(versions)};
}

// One answer, filled entity by entity.
class Details {
 public:
  Details(Directory& directory, const std::string& account_id) : directory_(directory), account_id_(account_id) {
    response_.user_detail_list.emplace();
    response_.group_detail_list.emplace();
    response_.role_detail_list.emplace();
    response_.policies.emplace();
  }

  Task<Result<void>> add(Entity entity, const storage::Row& row) {
    switch (entity) {
      case Entity::User:
        return add_user(row.value);
      case Entity::Group:
        return add_group(row.value);
      case Entity::Role:
        return add_role(row.value);
      case Entity::Policy:
        return add_policy(row.value);
    }
    std::unreachable();
  }

  // True: it is used here, and was added.
  Task<Result<bool>> add_aws_managed(const AwsManagedPolicy& policy) {
    Policy shown = show_policy(policy);
    auto counted = co_await count_uses(directory_, account_id_, shown);
    if (!counted) co_return std::unexpected(counted.error());
    if (*shown.attachment_count + *shown.permissions_boundary_usage_count == 0) co_return false;
    response_.policies->push_back(detail_of(std::move(shown), show_versions(policy)));
    co_return true;
  }

  Response take() && { return std::move(response_); }

 private:
  static wire::ApiError corrupt() { return store_error({storage::StoreErrc::Corrupt, "an entity of IAM"}); }

  Task<Result<void>> add_user(const std::string& value) {
    record::User user;
    if (!user.ParseFromString(value)) co_return std::unexpected(corrupt());
    const record::Identity& identity = user.identity();
    UserDetail detail{.path = identity.path(),
                      .user_name = identity.name(),
                      .user_id = identity.id(),
                      .arn = arn_of_user(account_id_, user),
                      .create_date = time_of(identity.created_us()),
                      .user_policy_list = inline_of(identity),
                      .group_list = wire::List<std::string>(),
                      .attached_managed_policies = attached_of(identity),
                      .permissions_boundary = show_boundary(identity),
                      .tags = to_tags(identity.tags())};
    for (const std::string& id : user.group_ids()) {
      auto place = co_await directory_.place_of(id);
      if (!place) co_return std::unexpected(store_error(place.error()));
      if (!*place) continue;
      auto group = co_await directory_.group(account_id_, (**place).name);
      if (!group) co_return std::unexpected(store_error(group.error()));
      if (*group) detail.group_list->push_back((**group).identity().name());
    }
    response_.user_detail_list->push_back(std::move(detail));
    co_return Result<void>();
  }

  Task<Result<void>> add_group(const std::string& value) {
    record::Group group;
    if (!group.ParseFromString(value)) co_return std::unexpected(corrupt());
    const record::Identity& identity = group.identity();
    response_.group_detail_list->push_back({.path = identity.path(),
                                            .group_name = identity.name(),
                                            .group_id = identity.id(),
                                            .arn = arn_of_group(account_id_, group),
                                            .create_date = time_of(identity.created_us()),
                                            .group_policy_list = inline_of(identity),
                                            .attached_managed_policies = attached_of(identity)});
    co_return Result<void>();
  }

  Task<Result<void>> add_role(const std::string& value) {
    record::Role role;
    if (!role.ParseFromString(value)) co_return std::unexpected(corrupt());
    const record::Identity& identity = role.identity();
    auto shown = co_await show_role(directory_, account_id_, role, Detail::Full);
    if (!shown) co_return std::unexpected(shown.error());
    response_.role_detail_list->push_back({.path = identity.path(),
                                           .role_name = identity.name(),
                                           .role_id = identity.id(),
                                           .arn = std::move(shown->arn),
                                           .create_date = shown->create_date,
                                           .assume_role_policy_document = std::move(shown->assume_role_policy_document),
                                           .instance_profile_list = wire::List<InstanceProfile>(),
                                           .role_policy_list = inline_of(identity),
                                           .attached_managed_policies = attached_of(identity),
                                           .permissions_boundary = std::move(shown->permissions_boundary),
                                           .tags = to_tags(identity.tags()),
                                           .role_last_used = std::move(shown->role_last_used)});
    co_return Result<void>();
  }

  Task<Result<void>> add_policy(const std::string& value) {
    record::ManagedPolicy policy;
    if (!policy.ParseFromString(value)) co_return std::unexpected(corrupt());
    Policy shown = show_policy(account_id_, policy);
    auto counted = co_await count_uses(directory_, account_id_, shown);
    if (!counted) co_return std::unexpected(counted.error());
    response_.policies->push_back(detail_of(std::move(shown), show_versions(policy)));
    co_return Result<void>();
  }

  Directory& directory_;
  const std::string& account_id_;
  Response response_;
};

Task<Result<Response>> get_account_authorization_details(Parts parts, wire::Context& context,
                                                         GetAccountAuthorizationDetailsRequest request) {
  auto paged = paging(request.marker, request.max_items);
  if (!paged) co_return std::unexpected(paged.error());
  auto start = start_of(*paged, kSections.size());
  if (!start) co_return std::unexpected(start.error());
  const std::string& account_id = context.principal.account_id;
  Details details(parts.directory, account_id);
  std::size_t room = paged->limit;
  std::string last;  // the marker's text, behind the last that was added
  bool more = false;
  for (std::size_t i = start->section; i < kSections.size() && !more; ++i) {
    const Section& section = kSections[i];
    if (request.filter && std::ranges::find(*request.filter, section.filter) == request.filter->end()) continue;
    const std::string after = i == start->section ? start->after : std::string();
    if (!section.entity) {
      for (const AwsManagedPolicy& policy : aws_managed_policies()) {
        if (!after.empty() && policy.name <= after) continue;
        // Whether there is one more is known only once it has been looked at; then a page may be the last and empty.
        if (room == 0) {
          more = true;
          break;
        }
        auto added = co_await details.add_aws_managed(policy);
        if (!added) co_return std::unexpected(added.error());
        if (*added) --room;
        last = in_section(i, policy.name);
      }
      continue;
    }
    const std::string prefix = rows::entities(account_id, *section.entity);
    std::string behind = after.empty() ? std::string() : prefix + after;
    auto rows = co_await parts.directory.scan(prefix, std::move(behind), room + 1);
    if (!rows) co_return std::unexpected(store_error(rows.error()));
    for (const storage::Row& row : *rows) {
      if (room == 0) {
        more = true;
        break;
      }
      auto added = co_await details.add(*section.entity, row);
      if (!added) co_return std::unexpected(added.error());
      --room;
      last = in_section(i, std::string_view(row.key).substr(prefix.size()));
    }
  }
  Response response = std::move(details).take();
  response.is_truncated = more;
  if (more) response.marker = marker_after(last);
  co_return response;
}

}  // namespace

void bind_authorization_details(wire::Registry& registry, const Parts& parts) {
  serve<GetAccountAuthorizationDetailsOp>(registry, parts, get_account_authorization_details);
}

}  // namespace skerry::iam
