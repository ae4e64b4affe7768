#pragma once
#include <optional>
#include <string>

#include "iam/service/change.h"

// Users, groups and roles alike, for the operations that AWS has three of.
namespace skerry::iam {

template <rows::Entity E>
struct IdentityOf;

template <>
struct IdentityOf<rows::Entity::User> {
  using Record = record::User;
  template <class Request>
  static const std::string& name(const Request& request) {
    return request.user_name;
  }
  template <class Rows>  // a Change
  static auto load(Rows& rows, std::string name) {
    return rows.user(std::move(name));
  }
  static auto load(Directory& rows, std::string account, std::string name) { return rows.user(account, name); }
};

template <>
struct IdentityOf<rows::Entity::Group> {
  using Record = record::Group;
  template <class Request>
  static const std::string& name(const Request& request) {
    return request.group_name;
  }
  template <class Rows>
  static auto load(Rows& rows, std::string name) {
    return rows.group(std::move(name));
  }
  static auto load(Directory& rows, std::string account, std::string name) { return rows.group(account, name); }
};

template <>
struct IdentityOf<rows::Entity::Role> {
  using Record = record::Role;
  template <class Request>
  static const std::string& name(const Request& request) {
    return request.role_name;
  }
  template <class Rows>
  static auto load(Rows& rows, std::string name) {
    return rows.role(std::move(name));
  }
  static auto load(Directory& rows, std::string account, std::string name) { return rows.role(account, name); }
};

// What has to go before a user, a group or a role may; nothing: no policy is in the way.
inline std::optional<wire::ApiError> policies_in_the_way(const record::Identity& identity) {
  if (!identity.inline_policies().empty()) return delete_conflict("delete policies");
  if (!identity.attached_policies().empty()) return delete_conflict("detach all policies");
  return std::nullopt;
}

// The end of one, and of what leads to it.
inline void erase_identity(Change& change, rows::Entity entity, const record::Identity& identity) {
  if (!identity.permissions_boundary().empty()) {
    change.erase(rows::bounded(change.account_id(), identity.permissions_boundary(), identity.id()));
  }
  change.displace(entity, identity.id(), identity.name());
}

}  // namespace skerry::iam
