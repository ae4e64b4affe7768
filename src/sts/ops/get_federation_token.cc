#include <fmt/format.h>

#include "iam/arns.h"
#include "iam/authorize.h"
#include "sts/issue.h"
#include "sts/ops/operations.h"
#include "sts/session_request.h"

namespace skerry::sts {

Task<Result<GetFederationTokenResponse>> get_federation_token(Parts parts, wire::Context& context,
                                                              GetFederationTokenRequest request) {
  const iam::Principal& who = *iam::principal_of(context);
  if (who.token_issued) {
    co_return std::unexpected(access_denied("Cannot call GetFederationToken with session credentials"));
  }
  SessionRequest asked{.policy = request.policy.value_or(""),
                       .policy_arns = arns_of(request.policy_arns),
                       .tags = tags_of(request.tags),
                       .transitive_tag_keys = {}};
  FederatedUser user{.federated_user_id = fmt::format("{}:{}", who.account_id, request.name),
                     .arn = iam::federated_user_arn(who.account_id, request.name)};
  iam::policy::KeyList keys;
  add_tag_keys(asked, keys);
  for (std::string_view action : {"sts:GetFederationToken", "sts:TagSession"}) {
    if (action == "sts:TagSession" && asked.tags.empty()) continue;
    iam::Ask ask{.action = action, .resource = user.arn, .resource_account = who.account_id, .keys = &keys};
    if (auto decision = iam::decide(context, ask, parts.clock.now()); !decision.allowed()) {
      co_return std::unexpected(access_denied(iam::denial(context, ask, decision)));
    }
  }
  SessionRequest::Tags inherited;
  auto draft = co_await draft_session(parts, who.account_id, std::move(asked), std::move(inherited));
  if (!draft) co_return std::unexpected(std::move(draft.error()));
  iam::record::Session session = std::move(draft->session);
  session.set_kind(iam::record::Session::FEDERATED);
  session.set_account_id(who.account_id);
  session.set_session_name(request.name);
  session.set_principal_id(who.unique_id);
  auto made = co_await issue(parts, std::move(session), own_session_duration(who, request.duration_seconds));
  if (!made) co_return std::unexpected(std::move(made.error()));
  co_return GetFederationTokenResponse{
      .credentials = std::move(*made), .federated_user = std::move(user), .packed_policy_size = draft->packed_percent};
}

}  // namespace skerry::sts
