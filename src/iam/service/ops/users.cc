#include "iam/api/ops.h"
#include "iam/authorize.h"
#include "iam/service/boundary.h"
#include "iam/service/caller.h"
#include "iam/service/identity_life.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/shown.h"
#include "iam/service/tags.h"

namespace skerry::iam {
namespace {

using rows::Entity;

Task<Result<record::User>> create_in(Change& change, const Parts& parts, const CreateUserRequest& request) {
  auto begun = co_await begin_identity<Entity::User>(change, parts, request);
  if (!begun) co_return std::unexpected(begun.error());
  record::User user;
  record::Identity& identity = *user.mutable_identity() = std::move(*begun);
  if (auto good = add_tags(*identity.mutable_tags(), request.tags); !good) co_return std::unexpected(good.error());
  if (request.permissions_boundary) {
    auto bounded = co_await set_boundary(change, identity, *request.permissions_boundary);
    if (!bounded) co_return std::unexpected(bounded.error());
  }
  change.put(user);
  co_return user;
}

Task<Result<CreateUserResponse>> create_user(Parts parts, wire::Context& context, CreateUserRequest request) {
  auto user = co_await in_change(parts.directory, context.principal.account_id, create_in, parts, std::move(request));
  if (!user) co_return std::unexpected(user.error());
  co_return CreateUserResponse{.user = show_user(context.principal.account_id, *user, Detail::Full)};
}

Task<Result<GetUserResponse>> get_user(Parts parts, wire::Context& context, GetUserRequest request) {
  const std::string& account_id = context.principal.account_id;
  if (!request.user_name && context.principal.kind == wire::Principal::Kind::Root) {
    auto root = co_await show_root(parts.accounts, account_id);
    if (!root) co_return std::unexpected(root.error());
    co_return GetUserResponse{.user = std::move(*root)};
  }
  auto name = user_named(context, request.user_name);
  if (!name) co_return std::unexpected(name.error());
  auto user = found_or(co_await parts.directory.user(account_id, *name), Entity::User, *name);
  if (!user) co_return std::unexpected(user.error());
  co_return GetUserResponse{.user = show_user(account_id, *user, Detail::Full)};
}

Task<Result<Nothing>> update_in(Change& change, const UpdateUserRequest& request) {
  auto user = found_or(co_await change.user(request.user_name), Entity::User, request.user_name);
  if (!user) co_return std::unexpected(user.error());
  record::Identity& identity = *user->mutable_identity();
  const std::string old_name = identity.name();
  if (request.new_path) identity.set_path(*request.new_path);
  if (request.new_user_name) identity.set_name(*request.new_user_name);
  if (rows::lower_name(identity.name()) != rows::lower_name(old_name)) {
    auto there = co_await change.user(identity.name());
    if (!there) co_return std::unexpected(store_error(there.error()));
    if (*there) co_return std::unexpected(already_there(Entity::User, identity.name()));
  }
  change.displace(Entity::User, identity.id(), old_name);
  change.place(Entity::User, identity.id(), identity.name());
  change.put(*user);
  co_return Nothing{};
}

// What has to go before the user may.
std::optional<wire::ApiError> in_the_way(const record::User& user) {
  if (auto conflict = policies_in_the_way(user.identity())) return conflict;
  if (!user.group_ids().empty()) return delete_conflict("remove users from group");
  if (user.has_login()) return delete_conflict("delete login profile");
  if (!user.access_key_ids().empty()) return delete_conflict("delete access keys");
  if (!user.mfa_devices().empty()) return delete_conflict("delete MFA device");
  return std::nullopt;
}

Task<Result<Nothing>> delete_in(Change& change, const DeleteUserRequest& request) {
  auto user = found_or(co_await change.user(request.user_name), Entity::User, request.user_name);
  if (!user) co_return std::unexpected(user.error());
  if (auto conflict = in_the_way(*user)) co_return std::unexpected(std::move(*conflict));
  co_return co_await end_identity<Entity::User>(change, user->identity());
}

Task<Result<ListUsersResponse>> list_users(Parts parts, wire::Context& context, ListUsersRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  const std::string& account_id = context.principal.account_id;
  auto below = [prefix = request.path_prefix.value_or("/")](const record::User& user) {
    return user.identity().path().starts_with(prefix);
  };
  std::string rows_of_users = rows::entities(account_id, Entity::User);
  auto page = co_await page_of_rows<record::User>(parts.directory, std::move(rows_of_users), std::move(*wanted), below);
  if (!page) co_return std::unexpected(page.error());
  ListUsersResponse response;
  for (const record::User& user : page->items) {
    response.users.push_back(show_user(account_id, user, Detail::Summary));
  }
  std::move(*page).tell(response);
  co_return response;
}

}  // namespace

void bind_users(wire::Registry& registry, const Parts& parts) {
  serve<CreateUserOp>(registry, parts, create_user);
  serve<GetUserOp>(registry, parts, get_user);
  serve<UpdateUserOp>(registry, parts, by_change<update_in>);
  serve<DeleteUserOp>(registry, parts, by_change<delete_in>);
  serve<ListUsersOp>(registry, parts, list_users);
}

}  // namespace skerry::iam
