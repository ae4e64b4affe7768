#include "sts/role.h"

#include <fmt/format.h>

#include "iam/arns.h"
#include "model/arn.h"

namespace skerry::sts {
namespace {

constexpr seconds kHour = std::chrono::hours(1);
constexpr std::string_view kRole = "role/";

std::optional<Arn> parse_role_arn(const std::string& text) {
  auto arn = Arn::parse(text);
  if (!arn || arn->service != "iam" || !arn->region.empty() || !AccountId::parse(arn->account)) return std::nullopt;
  if (!arn->resource.starts_with(kRole) || arn->resource.ends_with('/')) return std::nullopt;
  return arn;
}

}  // namespace

Result<std::string> account_in(const std::string& role_arn) {
  auto arn = parse_role_arn(role_arn);
  if (!arn) return std::unexpected(validation_error("Request ARN is invalid"));
  return arn->account;
}

Task<Result<std::optional<Role>>> find_role(Parts parts, std::string role_arn) {
  using Found = Result<std::optional<Role>>;
  auto arn = parse_role_arn(role_arn);
  if (!arn) co_return Found();
  std::string name = arn->resource.substr(arn->resource.rfind('/') + 1);
  auto found = co_await parts.directory.role(arn->account, std::move(name));
  if (!found) co_return std::unexpected(store_error(found.error()));
  if (!*found) co_return Found();
  const iam::record::Identity& identity = (**found).identity();
  // Names are found without regard to case and path; an ARN has both.
  if (iam::identity_arn(arn->account, iam::rows::Entity::Role, identity) != role_arn) {
    co_return Found();
  }
  auto trust = parts.compiled.get(iam::policy::Kind::Trust, (**found).trust_policy());
  if (!trust) {
    co_return std::unexpected(store_error({storage::StoreErrc::Corrupt, "the trust policy of " + role_arn}));
  }
  co_return Role{arn->account, std::move(role_arn), std::move(**found), std::move(trust)};
}

bool may(const wire::Context& context, const Role& role, std::string_view action, const iam::policy::KeyList& keys,
         Time now) {
  const iam::policy::Policy* trust[] = {role.trust.get()};
  iam::Ask ask{.action = action,
               .resource = role.arn,
               .resource_account = role.account_id,
               .resource_policies = trust,
               .resource_must_allow = true,
               .keys = &keys};
  return iam::decide(context, ask, now).allowed();
}

void add_resource_tags(const Role& role, iam::policy::KeyList& into) {
  for (const iam::record::Tag& tag : role.record.identity().tags()) {
    into.add("aws:ResourceTag/" + tag.key(), tag.value());
    into.add("iam:ResourceTag/" + tag.key(), tag.value());
  }
}

Result<seconds> role_session_duration(const Role& role, const std::optional<std::int32_t>& asked, Chained chained) {
  seconds out = asked ? seconds(*asked) : kHour;
  seconds most = std::max(kHour, seconds(role.record.max_session_seconds()));
  if (chained == Chained::Yes && out > kHour) {
    return std::unexpected(validation_error(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."));
  }
  if (out > most) {
    return std::unexpected(
        validation_error("The requested DurationSeconds exceeds the MaxSessionDuration set for this role."));
  }
  return out;
}

void set_role(iam::record::Session& session, const Role& role, std::string_view session_name) {
  session.set_kind(iam::record::Session::ROLE);
  session.set_account_id(role.account_id);
  session.set_principal_id(role.record.identity().id());
  session.set_session_name(std::string(session_name));
}

AssumedRoleUser assumed_role_user(const Role& role, std::string_view session_name) {
  const iam::record::Identity& identity = role.record.identity();
  return {.assumed_role_id = fmt::format("{}:{}", identity.id(), session_name),
          .arn = iam::assumed_role_arn(role.account_id, identity.name(), session_name)};
}

}  // namespace skerry::sts
