#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "iam/policy/evaluate.h"
#include "iam/principal.h"
#include "wire/context.h"

// Whether whoever makes a request may do one thing to one resource. Every service asks here, in its own words for
// actions and resources; what is the same for all of them (who calls, the global condition keys) is added here.
namespace skerry::iam {

struct Ask {
  std::string_view action;            // s3:GetObject
  std::string_view resource;          // an ARN; * for an action on nothing in particular
  std::string_view resource_account;  // whose it is; empty: the caller's own
  policy::Policies::List resource_policies = {};
  bool resource_must_allow = false;    // see policy::Policies
  const policy::Keys* keys = nullptr;  // the service's own condition keys, and aws:… ones that only it knows
};

// The request's global condition keys come from `context`: its principal, its peer, its headers. `now`: the server's
// clock.
policy::Decision decide(const wire::Context& context, const Ask& ask, Time now);

// What AWS says of a request that was denied: "User: arn:… is not authorized to perform: s3:GetObject on resource: "…"
// because no identity-based policy allows the s3:GetObject action". Names the kind of policy, never its content: that
// is in the sealed message behind it, where the server gives those (authorization_messages.h).
std::string denial(const wire::Context& context, const Ask& ask, const policy::Decision& decision);

// All that has a say: the caller's policies and the resource's.
policy::Policies policies_of(const wire::Context& context, const Ask& ask);

// Names it to people: "statement 0 of inline policy X of user Y".
std::string statement_of(const wire::Context& context, const policy::Match& match);

// For our own log: the policy and the statement that decided.
std::string reason(const wire::Context& context, const policy::Decision& decision);

// Whether any policy that has a say asks for a condition key that begins so (lower case: "s3:existingobjecttag/"). For
// keys that cost a read of the store.
bool asks_for(const wire::Context& context, policy::Policies::List resource_policies, std::string_view key_prefix);

// The principal of a signed request. Null: anonymous.
const Principal* principal_of(const wire::Context& context);

}  // namespace skerry::iam
