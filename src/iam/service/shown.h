#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "iam/accounts.h"
#include "iam/api/types.h"
#include "iam/arns.h"
#include "iam/directory.h"
#include "iam/records.pb.h"
#include "iam/service/errors.h"

// Records as the API shows them.
namespace skerry::iam {

Time time_of(std::int64_t us);  // since 1970, in whole seconds: AWS's times have no fractions
std::int64_t us_of(Time time);

std::string arn_of_user(std::string_view account_id, const record::User& user);
std::string arn_of_group(std::string_view account_id, const record::Group& group);
std::string arn_of_role(std::string_view account_id, const record::Role& role);

// How much of it: lists leave out tags, boundaries and when a role was used last, as AWS's do.
enum class Detail { Summary, Full };
User show_user(std::string_view account_id, const record::User& user, Detail detail);
// The root user is none of the account's users, and has no record but the account's.
Task<Result<User>> show_root(Accounts& accounts, std::string account_id);
Group show_group(std::string_view account_id, const record::Group& group);
// With its trust policy, in which ids are ARNs again.
Task<Result<Role>> show_role(Directory& directory, std::string account_id, record::Role role, Detail detail);

std::optional<AttachedPermissionsBoundary> show_boundary(const record::Identity& identity);

}  // namespace skerry::iam
