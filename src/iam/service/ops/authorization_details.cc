#include <algorithm>
#include <array>

#include "iam/api/ops.h"
#include "iam/managed_policies.h"
#include "iam/service/change.h"
#include "iam/service/documents.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
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

Task<Result<std::int32_t>> count_rows(Directory& directory, std::string prefix) {
  constexpr std::size_t kRows = 1000;
  std::size_t count = 0;
  std::string after;
  for (;;) {
    auto page = co_await directory.scan(prefix, after, kRows);
    if (!page) co_return std::unexpected(store_error(page.error()));
    count += page->size();
    if (page->size() < kRows) co_return static_cast<std::int32_t>(count);
    after = std::move(page->back().key);
  }
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
    ManagedPolicyDetail detail{.policy_name = std::string(policy.name),
                               .policy_id = std::string(policy.id),
                               .arn = std::string(policy.arn),
                               .path = std::string(policy.path),
                               .default_version_id = "v" + std::to_string(policy.default_version),
                               .is_attachable = true,
                               .description = std::string(policy.description),
                               .create_date = policy.created(),
                               .update_date = policy.updated()};
    auto counted = co_await count_uses(detail);
    if (!counted) co_return std::unexpected(counted.error());
    if (*detail.attachment_count + *detail.permissions_boundary_usage_count == 0) co_return false;
    detail.policy_version_list.emplace().push_back({.document = encoded(policy.document),
                                                    .version_id = detail.default_version_id,
                                                    .is_default_version = true,
                                                    .create_date = policy.updated()});
    response_.policies->push_back(std::move(detail));
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
    ManagedPolicyDetail detail{.policy_name = policy.name(),
                               .policy_id = policy.id(),
                               .arn = entity_arn(account_id_, Entity::Policy, policy.path(), policy.name()),
                               .path = policy.path(),
                               .default_version_id = "v" + std::to_string(policy.default_version()),
                               .is_attachable = true,
                               .create_date = time_of(policy.created_us()),
                               .update_date = time_of(policy.updated_us())};
    if (!policy.description().empty()) detail.description = policy.description();
    auto& versions = detail.policy_version_list.emplace();
    for (const record::PolicyVersion& version : policy.versions()) {
      versions.push_back({.document = encoded(version.document()),
                          .version_id = "v" + std::to_string(version.number()),
                          .is_default_version = version.number() == policy.default_version(),
                          .create_date = time_of(version.created_us())});
    }
    std::ranges::reverse(versions);
    auto counted = co_await count_uses(detail);
    if (!counted) co_return std::unexpected(counted.error());
    response_.policies->push_back(std::move(detail));
    co_return Result<void>();
  }

  Task<Result<void>> count_uses(ManagedPolicyDetail& detail) {
    std::string attachments = rows::attachments(account_id_, *detail.arn);
    auto attached = co_await count_rows(directory_, std::move(attachments));
    if (!attached) co_return std::unexpected(attached.error());
    std::string bounded = rows::all_bounded(account_id_, *detail.arn);
    auto bounds = co_await count_rows(directory_, std::move(bounded));
    if (!bounds) co_return std::unexpected(bounds.error());
    detail.attachment_count = *attached;
    detail.permissions_boundary_usage_count = *bounds;
    co_return Result<void>();
  }

  Directory& directory_;
  const std::string& account_id_;
  Response response_;
};

// Where the page begins: the section, and in it behind which name. A marker is `<section>/<name>`.
struct Start {
  std::size_t section = 0;
  std::string after;
};

Result<Start> start_of(const Paging& paging) {
  if (paging.after.empty()) return Start{};
  const auto section = static_cast<std::size_t>(paging.after[0] - '0');
  if (paging.after.size() < 2 || paging.after[1] != '/' || section >= kSections.size()) {
    return std::unexpected(validation_error("Invalid Marker."));
  }
  return Start{section, paging.after.substr(2)};
}

Task<Result<Response>> get_account_authorization_details(Parts parts, wire::Context& context,
                                                         GetAccountAuthorizationDetailsRequest request) {
  auto paged = paging(request.marker, request.max_items);
  if (!paged) co_return std::unexpected(paged.error());
  auto start = start_of(*paged);
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
        last = fmt::format("{}/{}", i, policy.name);
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
      last = fmt::format("{}/{}", i, std::string_view(row.key).substr(prefix.size()));
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
