#pragma once
#include <optional>
#include <string>
#include <string_view>

// The keys of IAM's rows. All lie in the accounts' partition, so that whatever belongs together changes in one batch.
//
//   account/<account>                     Account
//   epoch/<account>                       8 bytes: goes up with every change of the account's rows (directory.h)
//   id/<unique id>                        <account>/<user|group|role|policy>/<name>: where an id leads
//   access-key/<access key id>            AccessKey
//   used/<access key id or role id>       LastUsed; not under the epoch
//   alias/<alias>                         <account>: no two have the same
//   iam/<account>/settings                AccountSettings
//   iam/<account>/user/<name>             User; names in lower case, as they are told apart without regard to it
//   iam/<account>/group/<name>            Group
//   iam/<account>/role/<name>             Role
//   iam/<account>/policy/<name>           ManagedPolicy
//   iam/<account>/oidc/<url>              OidcProvider
//   iam/<account>/mfa/<name>              MfaDevice; the name has its path before it, and its case
//   iam/<account>/member/<group id>/<user id>             1 byte
//   iam/<account>/attached/<policy ARN>\n<unique id>      1 byte: the identities that have the policy
//   iam/<account>/boundary/<policy ARN>\n<unique id>      1 byte: those that it bounds
namespace skerry::iam::rows {

enum class Entity { User, Group, Role, Policy };
std::string_view word(Entity entity);  // "user"

std::string account(std::string_view account_id);
std::string epoch(std::string_view account_id);
std::string unique_id(std::string_view id);
std::string access_key(std::string_view access_key_id);
std::string last_used(std::string_view id);
std::string of_account(std::string_view account_id);  // what all rows iam/<account>/… begin with
std::string alias(std::string_view name);
std::string settings(std::string_view account_id);
std::string entity(std::string_view account_id, Entity entity, std::string_view name);
std::string entities(std::string_view account_id, Entity entity);              // what the rows of all begin with
std::string oidc_provider(std::string_view account_id, std::string_view url);  // url: without https://
std::string oidc_providers(std::string_view account_id);
std::string mfa_device(std::string_view account_id, std::string_view name);
std::string mfa_devices(std::string_view account_id);
std::string member(std::string_view account_id, std::string_view group_id, std::string_view user_id);
std::string members(std::string_view account_id, std::string_view group_id);
std::string attachment(std::string_view account_id, std::string_view policy_arn, std::string_view id);
std::string attachments(std::string_view account_id, std::string_view policy_arn);
std::string bounded(std::string_view account_id, std::string_view policy_arn, std::string_view id);
std::string all_bounded(std::string_view account_id, std::string_view policy_arn);

std::string lower_name(std::string_view name);

// The first key behind all that begin with `prefix`.
std::string after(std::string_view prefix);

// The value of an id's row.
struct Place {
  std::string account_id;
  Entity entity;
  std::string name;  // in lower case
};
std::string place_value(const Place& place);
std::optional<Place> parse_place(std::string_view value);

}  // namespace skerry::iam::rows
