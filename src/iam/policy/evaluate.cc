#include "iam/policy/evaluate.h"

#include <algorithm>
#include <array>

namespace skerry::iam::policy {
namespace {

// What the statements of one layer say.
struct Verdict {
  std::optional<Match> denied, allowed;
  Reach reach = Reach::None;  // of `allowed`, the furthest there is
  explicit operator bool() const { return allowed.has_value(); }
};

Verdict judge(Policies::List list, Layer layer, const Question& question, MatchListener* listener) {
  Verdict verdict;
  for (std::uint32_t p = 0; p < list.size(); ++p) {
    const auto& statements = list[p]->statements();
    for (std::uint32_t s = 0; s < statements.size(); ++s) {
      Reach reach = statements[s].applies(question);
      if (reach == Reach::None) continue;
      Match match{layer, p, s};
      if (listener) listener->matched(match, statements[s].effect());
      if (statements[s].effect() == Effect::Deny) {
        if (!verdict.denied) verdict.denied = match;
        if (!listener) return verdict;
      } else if (reach > verdict.reach) {
        verdict.allowed = match;
        verdict.reach = reach;
      }
    }
  }
  return verdict;
}

Decision allowed(std::optional<Match> by) { return {Decision::Outcome::Allowed, by, std::nullopt}; }
Decision denied(const Match& by) { return {Decision::Outcome::ExplicitDeny, by, std::nullopt}; }
Decision lacking(Layer layer) { return {Decision::Outcome::ImplicitDeny, std::nullopt, layer}; }

// Has no account, and so no policies of its own.
bool is_outsider(const Caller& caller) {
  return caller.kind == Caller::Kind::Anonymous || caller.kind == Caller::Kind::Service ||
         caller.kind == Caller::Kind::Provider;
}

// The caller's own side: its identity-based policies and what limits them.
class OwnSide {
 public:
  OwnSide(const Caller& caller, const Policies& policies, const Question& question, MatchListener* listener)
      : caller_(caller),
        policies_(policies),
        identity_(judge(policies.identity, Layer::Identity, question, listener)),
        boundary_(judge(policies.boundary, Layer::Boundary, question, listener)),
        session_(judge(policies.session, Layer::Session, question, listener)) {}

  std::optional<Match> denied() const {
    for (const Verdict* verdict : {&identity_, &boundary_, &session_}) {
      if (verdict->denied) return verdict->denied;
    }
    return std::nullopt;
  }
  const std::optional<Match>& allowed_by() const { return identity_ ? identity_.allowed : session_.allowed; }

  // The limits that do not allow; nothing: all do.
  std::optional<Layer> missing_limit() const {
    if (!policies_.boundary.empty() && !boundary_) return Layer::Boundary;
    // A federated user has what its session policy grants; without one, nothing.
    bool limited = !policies_.session.empty() || caller_.kind == Caller::Kind::FederatedUser;
    if (limited && !session_) return Layer::Session;
    return std::nullopt;
  }
  std::optional<Layer> missing() const {
    if (caller_.kind != Caller::Kind::Root && !identity_ && !federated_root()) return Layer::Identity;
    return missing_limit();
  }

 private:
  bool federated_root() const { return caller_.kind == Caller::Kind::FederatedUser && caller_.unique_id.empty(); }

  const Caller& caller_;
  const Policies& policies_;
  Verdict identity_, boundary_, session_;
};

Decision within_account(const Policies& policies, const Verdict& resource, const OwnSide& own) {
  if (resource.reach == Reach::Direct) return allowed(resource.allowed);
  if (resource.reach == Reach::Limited) {
    if (auto missing = own.missing_limit()) return lacking(*missing);
    return allowed(resource.allowed);
  }
  if (policies.resource_must_allow && !resource) return lacking(Layer::Resource);
  if (auto missing = own.missing()) return lacking(*missing);
  return allowed(own.allowed_by());
}

Decision across_accounts(const Verdict& resource, const OwnSide& own) {
  if (!resource) return lacking(Layer::Resource);
  if (auto missing = own.missing()) return lacking(*missing);
  return allowed(resource.allowed);
}

}  // namespace

Decision evaluate(const Request& request, const Policies& policies, MatchListener* listener) {
  std::array<char, kActionSizeMax> action{};
  if (request.action.size() > action.size()) return lacking(Layer::Identity);  // no such action exists
  std::ranges::transform(request.action, action.begin(), [](char c) { return lower(c); });
  const Caller& caller = request.caller;
  std::string_view lowered(action.data(), request.action.size());
  Question question{lowered, Head(lowered).bytes, ArnView(request.resource), caller, request.keys};

  Verdict resource = judge(policies.resource, Layer::Resource, question, listener);
  if (resource.denied && !listener) return denied(*resource.denied);
  if (is_outsider(caller)) {
    if (resource.denied) return denied(*resource.denied);
    return resource ? allowed(resource.allowed) : lacking(Layer::Resource);
  }
  OwnSide own(caller, policies, question, listener);
  if (resource.denied) return denied(*resource.denied);
  if (auto by = own.denied()) return denied(*by);
  bool same_account = request.resource_account.empty() || request.resource_account == caller.account;
  return same_account ? within_account(policies, resource, own) : across_accounts(resource, own);
}

}  // namespace skerry::iam::policy
