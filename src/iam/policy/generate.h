#pragma once
#include <expected>
#include <string>
#include <vector>

#include "iam/policy/document.h"
#include "iam/policy/error.h"

namespace skerry::iam::policy {

// What a statement shall say, in the short words of a command line.
struct Wanted {
  std::string service;  // "s3": for actions that do not say theirs
  Effect effect = Effect::Allow;
  std::vector<std::string>
      principals;                      // ARNs, account ids, *, or names of services; none: a policy for users and roles
  std::vector<std::string> actions;    // "Get*", "s3:GetObject"
  std::vector<std::string> resources;  // ARNs, *, or of S3 "bucket/key*"
};

// A document with Version, Id, Sid and that one statement, indented. Errors: those of parse().
std::expected<std::string, PolicyError> generate(const Wanted& wanted);

}  // namespace skerry::iam::policy
