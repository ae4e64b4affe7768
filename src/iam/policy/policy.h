#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iam/policy/arn_pattern.h"
#include "iam/policy/caller.h"
#include "iam/policy/condition.h"
#include "iam/policy/document.h"
#include "iam/policy/error.h"

namespace skerry::iam::policy {

// What is asked of policies. Made once a request; views are its own.
struct Request {
  Caller caller;
  std::string_view action;            // s3:GetObject, in any case; no longer than kActionSizeMax
  std::string_view resource;          // an ARN; * for an action on nothing in particular
  std::string_view resource_account;  // whose it is; empty: the caller's own
  const Keys& keys;
};
constexpr std::size_t kActionSizeMax = 256;  // AWS's longest is under 100

// The beginning of a text as a number, so that most actions are told apart in one comparison.
struct Head {
  // Of an action: zeros follow its end. Of a pattern: `mask` has the bits of what all that matches begins with.
  explicit Head(std::string_view text);
  bool begins(std::uint64_t action) const { return (action & mask) == bytes; }
  std::uint64_t bytes = 0, mask = 0;
};

// A request in the form that statements want it in.
struct Question {
  std::string_view action;  // in lower case
  std::uint64_t action_head;
  ArnView resource;
  const Caller& caller;
  const Keys& keys;
};

// A document in the form in which it is evaluated.
//
// Life: made from a document whose principals are bound (binding.h), kept as long as the document is in force.
// Threads: any; it never changes. Evaluating it does not allocate.
class Policy {
 public:
  class Statement {
   public:
    // None: it says nothing of this request. In a policy without principals what applies applies directly.
    Reach applies(const Question& question) const;
    Effect effect() const { return effect_; }

   private:
    friend class Policy;
    bool covers_action(const Question& question) const;
    bool covers_resource(const Question& question) const;
    bool conditions_hold(const Keys& keys) const;

    Effect effect_ = Effect::Allow;
    bool not_action_ = false, not_resource_ = false, any_resource_ = false;
    Head head_{""};  // what all its actions begin with
    std::vector<Pattern> actions_;
    std::vector<ArnPattern> resources_;
    std::vector<Condition> conditions_;
    std::optional<PrincipalSet> principals_;
  };

  // The error: a user or a role by its ARN, not bound.
  static std::expected<Policy, PolicyError> compile(const Document& document);

  const std::vector<Statement>& statements() const { return statements_; }
  // The condition keys that it asks for, in lower case, ascending.
  const std::vector<std::string>& context_keys() const { return context_keys_; }
  // Whether one of them begins so.
  bool asks_for(std::string_view key_prefix) const;

 private:
  void collect_context_keys();

  std::vector<std::string> context_keys_;
  std::vector<Statement> statements_;
};

}  // namespace skerry::iam::policy
