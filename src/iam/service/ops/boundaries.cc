#include "iam/api/ops.h"
#include "iam/service/boundary.h"
#include "iam/service/identity_of.h"
#include "iam/service/ops/bind.h"

// Permissions boundaries of users and roles that are there already.
namespace skerry::iam {
namespace {

using rows::Entity;

template <Entity E, class Request>
Task<Result<Nothing>> put_in(Change& change, const Request& request) {
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(change, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  auto set = co_await set_boundary(change, *found->mutable_identity(), request.permissions_boundary);
  if (!set) co_return std::unexpected(set.error());
  change.put(*found);
  co_return Nothing{};
}

// AWS does not mind where there is none.
template <Entity E, class Request>
Task<Result<Nothing>> delete_in(Change& change, const Request& request) {
  const std::string& name = IdentityOf<E>::name(request);
  auto found = found_or(co_await IdentityOf<E>::load(change, name), E, name);
  if (!found) co_return std::unexpected(found.error());
  clear_boundary(change, *found->mutable_identity());
  change.put(*found);
  co_return Nothing{};
}

}  // namespace

void bind_boundaries(wire::Registry& registry, const Parts& parts) {
  serve<PutUserPermissionsBoundaryOp>(registry, parts,
                                      by_change<put_in<Entity::User, PutUserPermissionsBoundaryRequest>>);
  serve<PutRolePermissionsBoundaryOp>(registry, parts,
                                      by_change<put_in<Entity::Role, PutRolePermissionsBoundaryRequest>>);
  serve<DeleteUserPermissionsBoundaryOp>(registry, parts,
                                         by_change<delete_in<Entity::User, DeleteUserPermissionsBoundaryRequest>>);
  serve<DeleteRolePermissionsBoundaryOp>(registry, parts,
                                         by_change<delete_in<Entity::Role, DeleteRolePermissionsBoundaryRequest>>);
}

}  // namespace skerry::iam
