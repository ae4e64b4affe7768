#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "iam/policy/policy.h"

namespace skerry::iam::policy {

enum class Layer : std::uint8_t { Resource, Identity, Boundary, Session };

// All policies that have a say in a request.
struct Policies {
  using List = std::span<const Policy* const>;

  List resource;  // the resource's own
  List identity;  // of the user and its groups, or of the role
  List boundary;  // none: no boundary
  List session;   // given with the session; none: none was given

  // Keys and roles: nobody gets in whom the resource's policy does not name, even in their own account.
  bool resource_must_allow = false;
};

// One statement of those policies, each counted from 0.
struct Match {
  Layer layer;
  std::uint32_t policy;  // within its layer
  std::uint32_t statement;
  bool operator==(const Match&) const = default;
};

struct Decision {
  enum class Outcome : std::uint8_t { Allowed, ExplicitDeny, ImplicitDeny };
  Outcome outcome = Outcome::ImplicitDeny;
  std::optional<Match> by;  // the statement that allowed or denied; none: the root user's own right, or ImplicitDeny
  std::optional<Layer> lacking;  // ImplicitDeny: what would have had to allow and did not
  bool allowed() const { return outcome == Outcome::Allowed; }
};

// Wants to hear of every statement that applies, for the simulator and the console.
class MatchListener {
 public:
  virtual ~MatchListener() = default;
  virtual void matched(const Match& match, Effect effect) = 0;
};

// May the caller do it? As AWS documents it: an explicit deny anywhere ends it; in one account a policy of the resource
// that names the caller is enough, else identity-based policy, boundary and session policy must all allow; over
// accounts both sides must; services and anonymous callers have only the resource's policy; root may do everything in
// its own account. Does not allocate.
Decision evaluate(const Request& request, const Policies& policies, MatchListener* listener = nullptr);

}  // namespace skerry::iam::policy
