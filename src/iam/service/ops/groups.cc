#include <algorithm>

#include "iam/api/ops.h"
#include "iam/service/each_row.h"
#include "iam/service/identity_life.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/quotas.h"
#include "iam/service/shown.h"

namespace skerry::iam {
namespace {

using rows::Entity;

Task<Result<record::Group>> create_in(Change& change, const Parts& parts, const CreateGroupRequest& request) {
  auto begun = co_await begin_identity<Entity::Group>(change, parts, request);
  if (!begun) co_return std::unexpected(begun.error());
  record::Group group;
  *group.mutable_identity() = std::move(*begun);
  change.put(group);
  co_return group;
}

Task<Result<CreateGroupResponse>> create_group(Parts parts, wire::Context& context, CreateGroupRequest request) {
  auto group = co_await in_change(parts.directory, context.principal.account_id, create_in, parts, std::move(request));
  if (!group) co_return std::unexpected(group.error());
  co_return CreateGroupResponse{.group = show_group(context.principal.account_id, *group)};
}

// The user whose id it is; nothing, where it was deleted since.
Task<Result<std::optional<record::User>>> member_of(Directory& directory, std::string user_id) {
  auto place = co_await directory.place_of(std::move(user_id));
  if (!place) co_return std::unexpected(store_error(place.error()));
  if (!*place) co_return std::optional<record::User>();
  auto user = co_await directory.user((**place).account_id, (**place).name);
  if (!user) co_return std::unexpected(store_error(user.error()));
  co_return std::move(*user);
}

Task<Result<GetGroupResponse>> get_group(Parts parts, wire::Context& context, GetGroupRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  const std::string& account_id = context.principal.account_id;
  auto group =
      found_or(co_await parts.directory.group(account_id, request.group_name), Entity::Group, request.group_name);
  if (!group) co_return std::unexpected(group.error());
  GetGroupResponse response{.group = show_group(account_id, *group), .is_truncated = false};

  const std::string prefix = rows::members(account_id, group->identity().id());
  std::string after = wanted->after.empty() ? std::string() : prefix + wanted->after;
  auto members = co_await parts.directory.scan(prefix, std::move(after), wanted->limit + 1);
  if (!members) co_return std::unexpected(store_error(members.error()));
  if (members->size() > wanted->limit) {
    members->pop_back();
    response.is_truncated = true;
    response.marker = marker_after(members->back().key.substr(prefix.size()));
  }
  for (const storage::Row& row : *members) {
    std::string user_id = row.key.substr(prefix.size());
    auto user = co_await member_of(parts.directory, std::move(user_id));
    if (!user) co_return std::unexpected(user.error());
    if (*user) response.users.push_back(show_user(account_id, **user, Detail::Summary));
  }
  co_return response;
}

Task<Result<Nothing>> update_in(Change& change, const UpdateGroupRequest& request) {
  auto group = found_or(co_await change.group(request.group_name), Entity::Group, request.group_name);
  if (!group) co_return std::unexpected(group.error());
  record::Identity& identity = *group->mutable_identity();
  const std::string old_name = identity.name();
  if (request.new_path) identity.set_path(*request.new_path);
  if (request.new_group_name) identity.set_name(*request.new_group_name);
  if (rows::lower_name(identity.name()) != rows::lower_name(old_name)) {
    auto there = co_await change.group(identity.name());
    if (!there) co_return std::unexpected(store_error(there.error()));
    if (*there) co_return std::unexpected(already_there(Entity::Group, identity.name()));
  }
  change.displace(Entity::Group, identity.id(), old_name);
  change.place(Entity::Group, identity.id(), identity.name());
  change.put(*group);
  co_return Nothing{};
}

Task<Result<Nothing>> delete_in(Change& change, const Parts& parts, const DeleteGroupRequest& request) {
  auto group = found_or(co_await change.group(request.group_name), Entity::Group, request.group_name);
  if (!group) co_return std::unexpected(group.error());
  const record::Identity& identity = group->identity();
  std::string members = rows::members(change.account_id(), identity.id());
  auto has_members = co_await any_row(parts.directory, std::move(members));
  if (!has_members) co_return std::unexpected(has_members.error());
  if (*has_members) co_return std::unexpected(delete_conflict("remove users from group"));
  if (auto conflict = policies_in_the_way(identity)) co_return std::unexpected(std::move(*conflict));
  co_return co_await end_identity<Entity::Group>(change, identity);
}

Task<Result<Nothing>> delete_group(Parts parts, wire::Context& context, DeleteGroupRequest request) {
  co_return co_await in_change(parts.directory, context.principal.account_id, delete_in, parts, std::move(request));
}

Task<Result<ListGroupsResponse>> list_groups(Parts parts, wire::Context& context, ListGroupsRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  const std::string& account_id = context.principal.account_id;
  auto below = [prefix = request.path_prefix.value_or("/")](const record::Group& group) {
    return group.identity().path().starts_with(prefix);
  };
  std::string rows_of_groups = rows::entities(account_id, Entity::Group);
  auto page =
      co_await page_of_rows<record::Group>(parts.directory, std::move(rows_of_groups), std::move(*wanted), below);
  if (!page) co_return std::unexpected(page.error());
  ListGroupsResponse response;
  for (const record::Group& group : page->items) response.groups.push_back(show_group(account_id, group));
  std::move(*page).tell(response);
  co_return response;
}

struct Membership {
  record::User user;
  record::Group group;
};

Task<Result<Membership>> find_both(Change& change, std::string group_name, std::string user_name) {
  auto user = found_or(co_await change.user(user_name), Entity::User, user_name);
  if (!user) co_return std::unexpected(user.error());
  auto group = found_or(co_await change.group(group_name), Entity::Group, group_name);
  if (!group) co_return std::unexpected(group.error());
  co_return Membership{std::move(*user), std::move(*group)};
}

// To be a member already is no error.
Task<Result<Nothing>> add_in(Change& change, const AddUserToGroupRequest& request) {
  auto both = co_await find_both(change, request.group_name, request.user_name);
  if (!both) co_return std::unexpected(both.error());
  const std::string& group_id = both->group.identity().id();
  auto& ids = *both->user.mutable_group_ids();
  if (std::ranges::find(ids, group_id) != ids.end()) co_return Nothing{};
  if (static_cast<std::size_t>(ids.size()) >= quotas::kGroupsPerUser) {
    co_return std::unexpected(quota_exceeded("GroupsPerUser", quotas::kGroupsPerUser));
  }
  *ids.Add() = group_id;
  change.put(rows::member(change.account_id(), group_id, both->user.identity().id()));
  change.put(both->user);
  co_return Nothing{};
}

// Nor is to be none.
Task<Result<Nothing>> remove_in(Change& change, const RemoveUserFromGroupRequest& request) {
  auto both = co_await find_both(change, request.group_name, request.user_name);
  if (!both) co_return std::unexpected(both.error());
  const std::string& group_id = both->group.identity().id();
  auto& ids = *both->user.mutable_group_ids();
  auto found = std::ranges::find(ids, group_id);
  if (found == ids.end()) co_return Nothing{};
  ids.erase(found);
  change.erase(rows::member(change.account_id(), group_id, both->user.identity().id()));
  change.put(both->user);
  co_return Nothing{};
}

Task<Result<ListGroupsForUserResponse>> list_groups_for_user(Parts parts, wire::Context& context,
                                                             ListGroupsForUserRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  const std::string& account_id = context.principal.account_id;
  auto user = found_or(co_await parts.directory.user(account_id, request.user_name), Entity::User, request.user_name);
  if (!user) co_return std::unexpected(user.error());
  std::vector<Group> groups;
  for (const std::string& id : user->group_ids()) {
    auto place = co_await parts.directory.place_of(id);
    if (!place) co_return std::unexpected(store_error(place.error()));
    if (!*place) continue;
    auto group = co_await parts.directory.group((**place).account_id, (**place).name);
    if (!group) co_return std::unexpected(store_error(group.error()));
    if (*group) groups.push_back(show_group(account_id, **group));
  }
  std::ranges::sort(groups, {}, &Group::group_name);
  auto page = page_of(std::move(groups), *wanted, [](const Group& group) { return group.group_name; });
  ListGroupsForUserResponse response;
  for (Group& group : page.items) response.groups.push_back(std::move(group));
  std::move(page).tell(response);
  co_return response;
}

}  // namespace

void bind_groups(wire::Registry& registry, const Parts& parts) {
  serve<CreateGroupOp>(registry, parts, create_group);
  serve<GetGroupOp>(registry, parts, get_group);
  serve<UpdateGroupOp>(registry, parts, by_change<update_in>);
  serve<DeleteGroupOp>(registry, parts, delete_group);
  serve<ListGroupsOp>(registry, parts, list_groups);
  serve<AddUserToGroupOp>(registry, parts, by_change<add_in>);
  serve<RemoveUserFromGroupOp>(registry, parts, by_change<remove_in>);
  serve<ListGroupsForUserOp>(registry, parts, list_groups_for_user);
}

}  // namespace skerry::iam
