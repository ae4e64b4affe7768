#include "iam/authorize.h"

#include <fmt/format.h>

#include <algorithm>

#include "iam/authorization_messages.h"
#include "iam/request_keys.h"

namespace skerry::iam {
namespace {

using policy::Decision;
using policy::Layer;

std::string_view kind_of(Layer layer) {
  switch (layer) {
    case Layer::Resource:
      return "resource-based policy";
    case Layer::Identity:
      return "identity-based policy";
    case Layer::Boundary:
      return "permissions boundary";
    case Layer::Session:
      return "session policy";
  }
  std::unreachable();
}

// S3 puts the resource in quotes; IAM says that a policy is one, and names one that is to be made by its name.
std::string shown(std::string_view action, std::string_view resource) {
  if (action.starts_with("s3:")) return fmt::format("\"{}\"", resource);
  if (action.starts_with("iam:") && resource.find(":policy/") != resource.npos) {
    return fmt::format("policy {}", action == "iam:CreatePolicy" ? resource.substr(resource.rfind('/') + 1) : resource);
  }
  return std::string(resource);
}

}  // namespace

const Principal* principal_of(const wire::Context& context) { return context.principal.owner.get(); }

policy::Policies policies_of(const wire::Context& context, const Ask& ask) {
  policy::Policies out;
  out.resource = ask.resource_policies;
  out.resource_must_allow = ask.resource_must_allow;
  const Principal* principal = principal_of(context);
  if (!principal) return out;
  out.identity = principal->identity.list();
  out.boundary = principal->boundary.list();
  out.session = principal->session.list();
  return out;
}

Decision decide(const wire::Context& context, const Ask& ask, Time now) {
  const Principal* principal = principal_of(context);
  RequestKeys keys(context, principal, now, ask.keys);
  policy::Request request{.caller = principal ? principal->caller() : policy::Caller{},
                          .action = ask.action,
                          .resource = ask.resource,
                          .resource_account = ask.resource_account,
                          .keys = keys};
  return policy::evaluate(request, policies_of(context, ask));
}

std::string denial(const wire::Context& context, const Ask& ask, const Decision& decision) {
  const Principal* principal = principal_of(context);
  std::string out = fmt::format("User: {} is not authorized to perform: {} on resource: {}",
                                principal ? principal->arn : "anonymous", ask.action, shown(ask.action, ask.resource));
  if (decision.outcome == Decision::Outcome::ExplicitDeny && decision.by) {
    bool identity = decision.by->layer == Layer::Identity;
    out += fmt::format(" with an explicit deny in {} {}", identity ? "an" : "a", kind_of(decision.by->layer));
  } else if (decision.lacking) {
    out += fmt::format(" because no {} allows the {} action", kind_of(*decision.lacking), ask.action);
  }
  if (context.denials && principal) {
    out += fmt::format(". Encoded authorization failure message: {}", context.denials->seal(context, ask, decision));
  }
  return out;
}

std::string statement_of(const wire::Context& context, const policy::Match& match) {
  const Principal* principal = principal_of(context);
  const auto& [layer, policy, statement] = match;
  const PolicySet* set = nullptr;
  if (principal && layer == Layer::Identity) set = &principal->identity;
  if (principal && layer == Layer::Boundary) set = &principal->boundary;
  if (principal && layer == Layer::Session) set = &principal->session;
  std::string_view name = set ? std::string_view(set->in_force()[policy].name) : "the resource's policy";
  return fmt::format("statement {} of {}", statement, name);
}

std::string reason(const wire::Context& context, const Decision& decision) {
  if (decision.lacking) return fmt::format("no {} allows it", kind_of(*decision.lacking));
  if (!decision.by) return "root may";
  return statement_of(context, *decision.by) + (decision.allowed() ? " allows it" : " denies it");
}

bool asks_for(const wire::Context& context, policy::Policies::List resource_policies, std::string_view key_prefix) {
  auto any = [key_prefix](policy::Policies::List list) {
    return std::ranges::any_of(list, [&](const policy::Policy* policy) { return policy->asks_for(key_prefix); });
  };
  if (any(resource_policies)) return true;
  const Principal* principal = principal_of(context);
  return principal &&
         (any(principal->identity.list()) || any(principal->boundary.list()) || any(principal->session.list()));
}

}  // namespace skerry::iam
