#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/task.h"
#include "iam/authorize.h"
#include "iam/policy/keys.h"
#include "iam/records.pb.h"
#include "sts/api/types.h"
#include "sts/errors.h"
#include "sts/parts.h"
#include "wire/context.h"

namespace skerry::sts {

// A role that is to be assumed: its record and its trust policy, which says by whom.
struct Role {
  std::string account_id;
  std::string arn;
  iam::record::Role record;
  std::shared_ptr<const iam::policy::Policy> trust;
};

// The account in a role's ARN. Error: ValidationError, for what is no role's.
Result<std::string> account_in(const std::string& role_arn);

// Nothing: there is no such role; whoever asks is told what those are told who may not assume it.
Task<Result<std::optional<Role>>> find_role(Parts parts, std::string role_arn);

// Whether the caller may do `action` to the role: the trust policy must allow it, and, over accounts or where it trusts
// an account as a whole, the caller's own policies. `keys`: what the request says.
bool may(const wire::Context& context, const Role& role, std::string_view action, const iam::policy::KeyList& keys,
         Time now);

// The condition keys that the role's own tags make.
void add_resource_tags(const Role& role, iam::policy::KeyList& into);

// How long a session lasts. Error: ValidationError, for more than the role allows, or, where a session asks, an hour.
enum class Chained { No, Yes };
Result<seconds> role_session_duration(const Role& role, const std::optional<std::int32_t>& asked, Chained chained);

// Whose session it is, in a draft of it.
void set_role(iam::record::Session& session, const Role& role, std::string_view session_name);

AssumedRoleUser assumed_role_user(const Role& role, std::string_view session_name);

}  // namespace skerry::sts
