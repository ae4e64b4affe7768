#include <fmt/format.h>

#include "iam/authorize.h"
#include "sts/issue.h"
#include "sts/mfa.h"
#include "sts/ops/operations.h"
#include "sts/role.h"
#include "sts/session_request.h"
#include "wire/faults.h"

namespace skerry::sts {
namespace {

// The same whether there is such a role or not.
wire::ApiError denied(const iam::Principal& who, std::string_view action, std::string_view role_arn) {
  return access_denied(
      fmt::format("User: {} is not authorized to perform: {} on resource: {}", who.arn, action, role_arn));
}

// The trust policy sees the code that came with the request. The role's session knows nothing of it, as on AWS: only
// GetSessionToken gives credentials with MFA.
void add_mfa_keys(iam::policy::KeyList& into) {
  into.add("aws:MultiFactorAuthPresent", "true");
  into.add("aws:MultiFactorAuthAge", "0");
}

// What the caller has to be allowed besides assuming the role.
std::optional<std::string_view> first_denied(const wire::Context& context, const Role& role, bool tags, bool source,
                                             const iam::policy::KeyList& keys, Time now) {
  if (!may(context, role, "sts:AssumeRole", keys, now)) return "sts:AssumeRole";
  if (tags && !may(context, role, "sts:TagSession", keys, now)) return "sts:TagSession";
  if (source && !may(context, role, "sts:SetSourceIdentity", keys, now)) return "sts:SetSourceIdentity";
  return std::nullopt;
}

}  // namespace

Task<Result<AssumeRoleResponse>> assume_role(Parts parts, wire::Context& context, AssumeRoleRequest request) {
  using Kind = iam::Principal::Kind;
  const iam::Principal& who = *iam::principal_of(context);
  if (who.kind == Kind::Root) co_return std::unexpected(access_denied("Roles may not be assumed by root accounts."));
  if (request.provided_contexts) {
    co_return std::unexpected(wire::not_implemented(kService, "AssumeRole with ProvidedContexts"));
  }
  auto account_id = account_in(request.role_arn);
  if (!account_id) co_return std::unexpected(std::move(account_id.error()));
  // Sessions of GetFederationToken may ask STS only who they are.
  if (who.kind == Kind::FederatedUser) co_return std::unexpected(denied(who, "sts:AssumeRole", request.role_arn));
  auto mfa = co_await show_mfa(parts, context.principal.owner, request.serial_number, request.token_code);
  if (!mfa) co_return std::unexpected(std::move(mfa.error()));

  SessionRequest asked{.policy = request.policy.value_or(""),
                       .policy_arns = arns_of(request.policy_arns),
                       .tags = tags_of(request.tags),
                       .transitive_tag_keys = {}};
  if (request.transitive_tag_keys) {
    for (const std::string& key : *request.transitive_tag_keys) asked.transitive_tag_keys.push_back(key);
  }
  // Once there is a source identity, it stays with whatever is done in its name.
  std::string source = request.source_identity.value_or(who.source_identity);

  auto found = co_await find_role(parts, request.role_arn);
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found) co_return std::unexpected(denied(who, "sts:AssumeRole", request.role_arn));
  const Role& role = **found;
  iam::policy::KeyList keys;
  keys.add("sts:RoleSessionName", request.role_session_name);
  if (request.external_id) keys.add("sts:ExternalId", *request.external_id);
  if (!source.empty()) keys.add("sts:SourceIdentity", source);
  if (*mfa) add_mfa_keys(keys);
  add_tag_keys(asked, keys);
  add_resource_tags(role, keys);
  const bool tagged = !asked.tags.empty() || !who.transitive_tags.empty();
  auto lacking = first_denied(context, role, tagged, !source.empty(), keys, parts.clock.now());
  if (!who.source_identity.empty() && source != who.source_identity) lacking = "sts:SetSourceIdentity";
  if (lacking) co_return std::unexpected(denied(who, *lacking, request.role_arn));

  auto duration = role_session_duration(role, request.duration_seconds, who.token_issued ? Chained::Yes : Chained::No);
  if (!duration) co_return std::unexpected(std::move(duration.error()));
  SessionRequest::Tags inherited = who.transitive_tags;
  auto draft = co_await draft_session(parts, role.account_id, std::move(asked), std::move(inherited));
  if (!draft) co_return std::unexpected(std::move(draft.error()));
  iam::record::Session session = std::move(draft->session);
  set_role(session, role, request.role_session_name);
  session.set_source_identity(source);
  auto made = co_await issue(parts, std::move(session), *duration);
  if (!made) co_return std::unexpected(std::move(made.error()));
  AssumeRoleResponse out{.credentials = std::move(*made),
                         .assumed_role_user = assumed_role_user(role, request.role_session_name),
                         .packed_policy_size = draft->packed_percent};
  if (!source.empty()) out.source_identity = std::move(source);
  co_return out;
}

}  // namespace skerry::sts
