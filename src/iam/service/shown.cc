#include "iam/service/shown.h"

#include "iam/service/documents.h"
#include "iam/service/tags.h"

namespace skerry::iam {
Time time_of(std::int64_t us) { return std::chrono::floor<seconds>(Time{microseconds(us)}); }

std::int64_t us_of(Time time) { return time.time_since_epoch().count(); }

std::string arn_of_user(std::string_view account_id, const record::User& user) {
  return identity_arn(account_id, rows::Entity::User, user.identity());
}

std::string arn_of_group(std::string_view account_id, const record::Group& group) {
  return identity_arn(account_id, rows::Entity::Group, group.identity());
}

std::string arn_of_role(std::string_view account_id, const record::Role& role) {
  return identity_arn(account_id, rows::Entity::Role, role.identity());
}

std::optional<AttachedPermissionsBoundary> show_boundary(const record::Identity& identity) {
  if (identity.permissions_boundary().empty()) return std::nullopt;
  return AttachedPermissionsBoundary{.permissions_boundary_type = "Policy",
                                     .permissions_boundary_arn = identity.permissions_boundary()};
}

User show_user(std::string_view account_id, const record::User& user, Detail detail) {
  const record::Identity& identity = user.identity();
  User out{.path = identity.path(),
           .user_name = identity.name(),
           .user_id = identity.id(),
           .arn = arn_of_user(account_id, user),
           .create_date = time_of(identity.created_us())};
  if (detail == Detail::Full) {
    out.permissions_boundary = show_boundary(identity);
    out.tags = to_optional_tags(identity.tags());
  }
  return out;
}

Task<Result<User>> show_root(Accounts& accounts, std::string account_id) {
  auto account = co_await accounts.read(account_id);
  if (!account) co_return std::unexpected(store_error(account.error()));
  if (!*account) co_return std::unexpected(no_such(rows::Entity::User, "root"));
  co_return User{.path = "/",
                 .user_name = (**account).name,
                 .user_id = account_id,
                 .arn = root_arn(account_id),
                 .create_date = std::chrono::floor<seconds>((**account).created)};
}

Group show_group(std::string_view account_id, const record::Group& group) {
  const record::Identity& identity = group.identity();
  return {.path = identity.path(),
          .group_name = identity.name(),
          .group_id = identity.id(),
          .arn = arn_of_group(account_id, group),
          .create_date = time_of(identity.created_us())};
}

Task<Result<Role>> show_role(Directory& directory, std::string account_id, record::Role role, Detail detail) {
  const record::Identity& identity = role.identity();
  auto trust = co_await trust_with_arns(directory, role.trust_policy());
  if (!trust) co_return std::unexpected(trust.error());
  Role out{.path = identity.path(),
           .role_name = identity.name(),
           .role_id = identity.id(),
           .arn = arn_of_role(account_id, role),
           .create_date = time_of(identity.created_us()),
           .assume_role_policy_document = encoded(*trust),
           .max_session_duration = static_cast<std::int32_t>(role.max_session_seconds())};
  if (!role.description().empty()) out.description = role.description();
  if (detail == Detail::Full) {
    auto used = co_await directory.last_used(identity.id());
    if (!used) co_return std::unexpected(store_error(used.error()));
    out.role_last_used.emplace();
    if (*used) out.role_last_used = {.last_used_date = time_of((**used).at_us()), .region = (**used).region()};
    out.permissions_boundary = show_boundary(identity);
    out.tags = to_optional_tags(identity.tags());
  }
  co_return out;
}

}  // namespace skerry::iam
