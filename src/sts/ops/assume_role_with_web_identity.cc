#include <fmt/format.h>

#include "iam/arns.h"
#include "iam/authorize.h"
#include "sts/issue.h"
#include "sts/oidc/web_identity.h"
#include "sts/ops/operations.h"
#include "sts/role.h"
#include "sts/session_request.h"
#include "wire/faults.h"

namespace skerry::sts {
namespace {

using oidc::TokenErrc;

wire::ApiError denied() { return access_denied("Not authorized to perform sts:AssumeRoleWithWebIdentity"); }

wire::ApiError invalid_token(std::string message) {
  return error(Errc::InvalidIdentityTokenException, std::move(message));
}

std::int64_t unix_seconds(Time time) { return std::chrono::floor<seconds>(time).time_since_epoch().count(); }

// The border between what can be wrong with a token and AWS's words for it.
wire::ApiError token_error(const oidc::TokenError& wrong, const oidc::WebIdentity* identity, Time now) {
  switch (wrong.errc) {
    case TokenErrc::MissingClaim:
      return invalid_token("Missing a required claim: " + wrong.claim);
    case TokenErrc::BadClaim:
      return invalid_token("The claim is not valid: " + wrong.claim);
    case TokenErrc::WrongAudience:
      return invalid_token("Incorrect token audience");
    case TokenErrc::Expired:
      return error(Errc::ExpiredTokenException,
                   fmt::format("Token expired: current date/time {} must be before the expiration date/time {}",
                               unix_seconds(now), unix_seconds(identity->expires)));
    case TokenErrc::NotYetValid:
      return invalid_token("The web identity token is not valid yet");
  }
  std::unreachable();
}

wire::ApiError keys_error(const oidc::KeysError& failed) {
  switch (failed.errc) {
    case oidc::KeysErrc::Unreachable:
      return error(Errc::IDPCommunicationErrorException,
                   "The identity provider could not be reached to verify the incoming identity token.")
          .because(failed.detail);
    case oidc::KeysErrc::NoKey:
      return invalid_token(
                 "Couldn't retrieve verification key from your identity provider,  please reference "
                 "AssumeRoleWithWebIdentity documentation for requirements")
          .because(failed.detail);
  }
  std::unreachable();
}

// Whom the token is about, and for whom it was made, once nothing of it is in doubt.
struct Vouched {
  oidc::WebIdentity identity;
  std::string audience;
  std::string provider_arn;
};

Task<Result<Vouched>> verify(Parts parts, std::string account_id, std::string text) {
  auto token = oidc::parse_jwt(text);
  if (!token) {
    co_return std::unexpected(invalid_token(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"));
  }
  const Time now = parts.clock.now();
  auto identity = oidc::read_identity(*token);
  if (!identity) co_return std::unexpected(token_error(identity.error(), nullptr, now));
  auto provider = co_await parts.directory.oidc_provider(account_id, identity->provider);
  if (!provider) co_return std::unexpected(store_error(provider.error()));
  if (!*provider) {
    co_return std::unexpected(invalid_token("No OpenIDConnect provider found in your account for " + identity->issuer));
  }
  const auto& stored = (**provider).client_ids();
  const std::vector<std::string> client_ids(stored.begin(), stored.end());
  auto audience = oidc::match_audience(*identity, client_ids);
  if (!audience) co_return std::unexpected(token_error(audience.error(), &*identity, now));
  if (auto timely = oidc::check_times(*token, *identity, now); !timely) {
    co_return std::unexpected(token_error(timely.error(), &*identity, now));
  }
  auto key = co_await parts.provider_keys.find(identity->provider, token->algorithm, token->key_id);
  if (!key) co_return std::unexpected(keys_error(key.error()));
  if (!key->verify(token->algorithm, token->signing_input, token->signature)) {
    co_return std::unexpected(invalid_token("The web identity token provided could not be validated"));
  }
  std::string arn = iam::oidc_provider_arn(account_id, identity->provider);
  co_return Vouched{*std::move(identity), *std::move(audience), std::move(arn)};
}

// The provider as who calls: it vouches for somebody who is nobody yet.
wire::Context as_provider(const wire::Context& context, const Vouched& vouched) {
  auto provider = std::make_shared<iam::Principal>();
  provider->kind = iam::Principal::Kind::Provider;
  provider->name = vouched.provider_arn;
  provider->federated_provider = vouched.provider_arn;
  wire::Context out = context;
  out.principal = {};
  out.principal.owner = std::move(provider);
  return out;
}

void add_identity_keys(const oidc::WebIdentity& identity, iam::policy::KeyList& into) {
  auto add = [&](std::string_view claim, const std::vector<std::string>& values) {
    for (const std::string& value : values) into.add(fmt::format("{}:{}", identity.provider, claim), value);
  };
  add("aud", identity.audiences);
  add("oaud", identity.other_audiences);
  add("amr", identity.methods);
  into.add(fmt::format("{}:sub", identity.provider), identity.subject);
}

}  // namespace

Task<Result<AssumeRoleWithWebIdentityResponse>> assume_role_with_web_identity(
    Parts parts, wire::Context& context, AssumeRoleWithWebIdentityRequest request) {
  if (request.provider_id) {
    // For tokens of Login with Amazon and Facebook, which are not of OpenID Connect.
    co_return std::unexpected(wire::not_implemented(kService, "AssumeRoleWithWebIdentity with ProviderId"));
  }
  auto account_id = account_in(request.role_arn);
  if (!account_id) co_return std::unexpected(std::move(account_id.error()));
  auto vouched = co_await verify(parts, *account_id, std::move(request.web_identity_token));
  if (!vouched) co_return std::unexpected(std::move(vouched.error()));
  const oidc::WebIdentity& identity = vouched->identity;

  auto found = co_await find_role(parts, request.role_arn);
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found) co_return std::unexpected(denied());
  const Role& role = **found;
  SessionRequest asked{.policy = request.policy.value_or(""),
                       .policy_arns = arns_of(request.policy_arns),
                       .tags = identity.tags,
                       .transitive_tag_keys = identity.transitive_tag_keys};
  iam::policy::KeyList keys;
  keys.add("sts:RoleSessionName", request.role_session_name);
  if (!identity.source_identity.empty()) keys.add("sts:SourceIdentity", identity.source_identity);
  add_identity_keys(identity, keys);
  add_tag_keys(asked, keys);
  add_resource_tags(role, keys);
  wire::Context provider = as_provider(context, *vouched);
  auto allowed = [&](std::string_view action) { return may(provider, role, action, keys, parts.clock.now()); };
  if (!allowed("sts:AssumeRoleWithWebIdentity")) co_return std::unexpected(denied());
  if (!asked.tags.empty() && !allowed("sts:TagSession")) co_return std::unexpected(denied());
  if (!identity.source_identity.empty() && !allowed("sts:SetSourceIdentity")) co_return std::unexpected(denied());

  auto duration = role_session_duration(role, request.duration_seconds, Chained::No);
  if (!duration) co_return std::unexpected(std::move(duration.error()));
  SessionRequest::Tags inherited;
  auto draft = co_await draft_session(parts, role.account_id, std::move(asked), std::move(inherited));
  if (!draft) co_return std::unexpected(std::move(draft.error()));
  iam::record::Session session = std::move(draft->session);
  set_role(session, role, request.role_session_name);
  session.set_source_identity(identity.source_identity);
  session.set_federated_provider(vouched->provider_arn);
  auto made = co_await issue(parts, std::move(session), *duration);
  if (!made) co_return std::unexpected(std::move(made.error()));
  AssumeRoleWithWebIdentityResponse out{.credentials = std::move(*made),
                                        .subject_from_web_identity_token = identity.subject,
                                        .assumed_role_user = assumed_role_user(role, request.role_session_name),
                                        .packed_policy_size = draft->packed_percent,
                                        .provider = identity.issuer,
                                        .audience = vouched->audience};
  if (!identity.source_identity.empty()) out.source_identity = identity.source_identity;
  co_return out;
}

}  // namespace skerry::sts
