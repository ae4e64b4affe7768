#pragma once
#include <optional>
#include <string>

#include "iam/service/change.h"
#include "iam/service/quotas.h"

// Users, groups and roles alike, for the operations that AWS has three of.
namespace skerry::iam {

template <rows::Entity E>
struct IdentityOf;

template <>
struct IdentityOf<rows::Entity::User> {
  using Record = record::User;
  static constexpr std::size_t kMost = quotas::kUsers;
  static constexpr std::string_view kQuota = "UsersPerAccount";
  static std::uint32_t count(const record::AccountSettings& settings) { return settings.users(); }
  static void set_count(record::AccountSettings& settings, std::uint32_t n) { settings.set_users(n); }
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
  static constexpr std::size_t kMost = quotas::kGroups;
  static constexpr std::string_view kQuota = "GroupsPerAccount";
  static std::uint32_t count(const record::AccountSettings& settings) { return settings.groups(); }
  static void set_count(record::AccountSettings& settings, std::uint32_t n) { settings.set_groups(n); }
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
  static constexpr std::size_t kMost = quotas::kRoles;
  static constexpr std::string_view kQuota = "RolesPerAccount";
  static std::uint32_t count(const record::AccountSettings& settings) { return settings.roles(); }
  static void set_count(record::AccountSettings& settings, std::uint32_t n) { settings.set_roles(n); }
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

}  // namespace skerry::iam
