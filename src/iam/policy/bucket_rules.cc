#include "iam/policy/bucket_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "iam/policy/arn_pattern.h"

namespace skerry::iam::policy {
namespace {

bool like(std::string_view pattern, std::string_view value, Variables variables) {
  KeyList none;
  Substitution nothing{none};
  return Pattern(pattern, Wildcards::Yes, variables).matches(value, nothing);
}

// What a statement's resources are: the bucket, objects in it, or, by a wildcard, both.
struct Targets {
  bool bucket = false, objects = false;

  // False: it is not of this bucket.
  bool add(std::string_view resource, std::string_view name, Variables variables) {
    auto fields = split_arn_pattern(resource, variables);
    if (fields.size() < 6 || fields[2] != "s3") return false;
    std::string_view path = fields[5];
    auto slash = path.find('/');
    std::string_view in = path.substr(0, slash);
    if (!like(in, name, variables)) return false;
    bool any = in.ends_with('*');
    bucket = bucket || slash == path.npos;
    objects = objects || slash != path.npos || any;
    return true;
  }
  bool take(const BucketAction& action) const { return action.on_object ? objects : bucket; }
};

}  // namespace

std::optional<PolicyError> check_bucket_policy(const Document& document, std::string_view bucket,
                                               std::span<const BucketAction> actions) {
  for (const StatementText& statement : document.statements) {
    auto error = [&](Fault fault, std::string_view element) {
      return make_error(document.kind, fault,
                        fmt::format("Statement[{}].{}", &statement - document.statements.data(), element));
    };
    std::string_view action_element = statement.not_action ? "NotAction" : "Action";
    Targets targets;
    for (const std::string& resource : statement.resources) {
      if (targets.add(resource, bucket, document.variables)) continue;
      return error(Fault::BadResource, statement.not_resource ? "NotResource" : "Resource");
    }
    for (const std::string& pattern : statement.actions) {
      std::string lowered = lower(pattern);
      bool exists = false, applies = false;
      for (const BucketAction& action : actions) {
        if (!like(lowered, action.name, Variables::No)) continue;
        exists = true;
        applies = applies || targets.take(action);
      }
      if (!exists) return error(Fault::BadAction, action_element);
      // What is named by exception says nothing of what is left.
      if (!applies && !statement.not_action && !statement.not_resource)
        return error(Fault::ActionNotOnResource, action_element);
    }
  }
  return std::nullopt;
}

}  // namespace skerry::iam::policy
