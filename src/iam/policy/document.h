#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "iam/policy/pattern.h"

namespace skerry::iam::policy {

// What a document is attached to. It decides the grammar, the limits and AWS's words for a mistake.
enum class Kind : std::uint8_t {
  Managed,   // by CreatePolicy: for users, groups and roles, and as a permissions boundary
  Inline,    // by PutUserPolicy and the like
  Session,   // a parameter of AssumeRole
  Trust,     // who may assume a role
  Bucket,    // in S3's words
  Resource,  // of anything else: queues, topics, functions, keys
};
constexpr bool is_identity_based(Kind kind) { return kind <= Kind::Session; }

enum class Effect : std::uint8_t { Allow, Deny };

struct PrincipalText {
  enum class Type : std::uint8_t { AWS, Service, Federated, CanonicalUser };
  Type type = Type::AWS;
  std::string text;
  std::uint32_t begin = 0, end = 0;  // of the JSON string in the document
};

// "*" has one entry of type AWS, as {"AWS": "*"} has: AWS treats them alike.
using Principals = std::vector<PrincipalText>;

struct ConditionText {
  std::string name;  // of the operator: StringLikeIfExists
  std::string key;
  std::vector<std::string> values;  // numbers and booleans as they were written
};

// Of each pair (Action, NotAction) it has one; of Principal and Resource neither where the kind has none.
struct StatementText {
  std::string sid;
  Effect effect = Effect::Allow;
  bool odd_effect = false;  // "allow": IAM finds that out later than other mistakes
  bool not_action = false, not_resource = false, not_principal = false;
  std::vector<std::string> actions, resources;
  std::optional<Principals> principals;
  std::vector<ConditionText> conditions;
  std::uint32_t begin = 0, end = 0;  // in the document, from { to after }
};

// A document that AWS would accept, in the words of whoever wrote it. parse.h makes it, policy.h compiles it.
struct Document {
  Kind kind = Kind::Inline;
  std::string text;
  std::string id;
  Variables variables = Variables::No;  // Yes: version 2012-10-17
  std::vector<StatementText> statements;
};

}  // namespace skerry::iam::policy
