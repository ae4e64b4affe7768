#include "iam/api/ops.h"
#include "iam/service/boundary.h"
#include "iam/service/documents.h"
#include "iam/service/identity_life.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/shown.h"
#include "iam/service/tags.h"

// Who a role's trust policy names is looked up beside the change, though after it began: whoever of its account is
// deleted meanwhile makes it begin anew, and another account's leaves an id that nobody has again.
namespace skerry::iam {
namespace {

using rows::Entity;

constexpr std::uint32_t kMaxSessionSeconds = 3600;  // of a role that says nothing else

Task<Result<record::Role>> create_in(Change& change, const Parts& parts, const CreateRoleRequest& request) {
  auto trust = co_await trust_with_ids(parts.directory, request.assume_role_policy_document);
  if (!trust) co_return std::unexpected(trust.error());
  auto begun = co_await begin_identity<Entity::Role>(change, parts, request);
  if (!begun) co_return std::unexpected(begun.error());
  record::Role role;
  record::Identity& identity = *role.mutable_identity() = std::move(*begun);
  if (auto good = add_tags(*identity.mutable_tags(), request.tags); !good) co_return std::unexpected(good.error());
  if (request.permissions_boundary) {
    auto bounded = co_await set_boundary(change, identity, *request.permissions_boundary);
    if (!bounded) co_return std::unexpected(bounded.error());
  }
  role.set_trust_policy(std::move(*trust));
  role.set_description(request.description.value_or(""));
  role.set_max_session_seconds(static_cast<std::uint32_t>(request.max_session_duration.value_or(kMaxSessionSeconds)));
  change.put(role);
  co_return role;
}

Task<Result<CreateRoleResponse>> create_role(Parts parts, wire::Context& context, CreateRoleRequest request) {
  const std::string& account_id = context.principal.account_id;
  auto role = co_await in_change(parts.directory, account_id, create_in, parts, std::move(request));
  if (!role) co_return std::unexpected(role.error());
  auto shown = co_await show_role(parts.directory, account_id, std::move(*role), Detail::Full);
  if (!shown) co_return std::unexpected(shown.error());
  co_return CreateRoleResponse{.role = std::move(*shown)};
}

Task<Result<Role>> read_role(Parts parts, std::string account_id, std::string name) {
  auto role = found_or(co_await parts.directory.role(account_id, name), Entity::Role, name);
  if (!role) co_return std::unexpected(role.error());
  co_return co_await show_role(parts.directory, std::move(account_id), std::move(*role), Detail::Full);
}

Task<Result<GetRoleResponse>> get_role(Parts parts, wire::Context& context, GetRoleRequest request) {
  auto role = co_await read_role(parts, context.principal.account_id, std::move(request.role_name));
  if (!role) co_return std::unexpected(role.error());
  co_return GetRoleResponse{.role = std::move(*role)};
}

Task<Result<ListRolesResponse>> list_roles(Parts parts, wire::Context& context, ListRolesRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  const std::string& account_id = context.principal.account_id;
  auto below = [prefix = request.path_prefix.value_or("/")](const record::Role& role) {
    return role.identity().path().starts_with(prefix);
  };
  std::string rows_of_roles = rows::entities(account_id, Entity::Role);
  auto page = co_await page_of_rows<record::Role>(parts.directory, std::move(rows_of_roles), std::move(*wanted), below);
  if (!page) co_return std::unexpected(page.error());
  ListRolesResponse response;
  for (record::Role& role : page->items) {
    auto shown = co_await show_role(parts.directory, account_id, std::move(role), Detail::Summary);
    if (!shown) co_return std::unexpected(shown.error());
    response.roles.push_back(std::move(*shown));
  }
  std::move(*page).tell(response);
  co_return response;
}

Task<Result<Nothing>> update_in(Change& change, const UpdateRoleRequest& request) {
  auto role = found_or(co_await change.role(request.role_name), Entity::Role, request.role_name);
  if (!role) co_return std::unexpected(role.error());
  if (request.description) role->set_description(*request.description);
  if (request.max_session_duration) {
    role->set_max_session_seconds(static_cast<std::uint32_t>(*request.max_session_duration));
  }
  change.put(*role);
  co_return Nothing{};
}

Task<Result<UpdateRoleResponse>> update_role(Parts parts, wire::Context& context, UpdateRoleRequest request) {
  auto done = co_await in_change(parts.directory, context.principal.account_id, update_in, std::move(request));
  if (!done) co_return std::unexpected(done.error());
  co_return UpdateRoleResponse{};
}

// What was there before UpdateRole; it answers with the role.
Task<Result<UpdateRoleDescriptionResponse>> update_role_description(Parts parts, wire::Context& context,
                                                                    UpdateRoleDescriptionRequest request) {
  const std::string& account_id = context.principal.account_id;
  UpdateRoleRequest update{.role_name = request.role_name, .description = std::move(request.description)};
  auto done = co_await in_change(parts.directory, account_id, update_in, std::move(update));
  if (!done) co_return std::unexpected(done.error());
  auto role = co_await read_role(parts, account_id, std::move(request.role_name));
  if (!role) co_return std::unexpected(role.error());
  co_return UpdateRoleDescriptionResponse{.role = std::move(*role)};
}

Task<Result<Nothing>> update_trust_in(Change& change, const Parts& parts,
                                      const UpdateAssumeRolePolicyRequest& request) {
  auto role = found_or(co_await change.role(request.role_name), Entity::Role, request.role_name);
  if (!role) co_return std::unexpected(role.error());
  auto trust = co_await trust_with_ids(parts.directory, request.policy_document);
  if (!trust) co_return std::unexpected(trust.error());
  role->set_trust_policy(std::move(*trust));
  change.put(*role);
  co_return Nothing{};
}

Task<Result<Nothing>> update_assume_role_policy(Parts parts, wire::Context& context,
                                                UpdateAssumeRolePolicyRequest request) {
  co_return co_await in_change(parts.directory, context.principal.account_id, update_trust_in, parts,
                               std::move(request));
}

Task<Result<Nothing>> delete_in(Change& change, const DeleteRoleRequest& request) {
  auto role = found_or(co_await change.role(request.role_name), Entity::Role, request.role_name);
  if (!role) co_return std::unexpected(role.error());
  if (auto conflict = policies_in_the_way(role->identity())) co_return std::unexpected(std::move(*conflict));
  change.erase(rows::last_used(role->identity().id()));
  co_return co_await end_identity<Entity::Role>(change, role->identity());
}

// No instance profile can be made; whoever deletes a role asks for them first.
Task<Result<ListInstanceProfilesForRoleResponse>> list_instance_profiles_for_role(
    Parts parts, wire::Context& context, ListInstanceProfilesForRoleRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  const std::string& account_id = context.principal.account_id;
  auto role = found_or(co_await parts.directory.role(account_id, request.role_name), Entity::Role, request.role_name);
  if (!role) co_return std::unexpected(role.error());
  co_return ListInstanceProfilesForRoleResponse{.is_truncated = false};
}

}  // namespace

void bind_roles(wire::Registry& registry, const Parts& parts) {
  serve<CreateRoleOp>(registry, parts, create_role);
  serve<GetRoleOp>(registry, parts, get_role);
  serve<ListRolesOp>(registry, parts, list_roles);
  serve<UpdateRoleOp>(registry, parts, update_role);
  serve<UpdateRoleDescriptionOp>(registry, parts, update_role_description);
  serve<UpdateAssumeRolePolicyOp>(registry, parts, update_assume_role_policy);
  serve<DeleteRoleOp>(registry, parts, by_change<delete_in>);
  serve<ListInstanceProfilesForRoleOp>(registry, parts, list_instance_profiles_for_role);
}

}  // namespace skerry::iam
