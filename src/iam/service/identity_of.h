#pragma once
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

}  // namespace skerry::iam
