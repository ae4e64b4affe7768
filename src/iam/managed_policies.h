#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "iam/policy/policy.h"

// The policies that AWS manages, as facts (managed/policies.json). They belong to no account, have an ARN without one,
// and never change while the server runs.
//
// Threads: any. A constant table: nothing happens at start-up, a document is parsed when it is first needed.
namespace skerry::iam {

struct AwsManagedPolicy {
  std::string_view arn;  // arn:aws:iam::aws:policy/service-role/AWSLambdaRole
  std::string_view name;
  std::string_view path;
  std::string_view id;  // ANPA…, AWS's
  std::string_view description;
  std::string_view document;
  std::uint32_t default_version;  // the only one there is here
  std::int64_t created_s;         // since 1970
  std::int64_t updated_s;

  Time created() const { return Time(seconds(created_s)); }
  Time updated() const { return Time(seconds(updated_s)); }
};

// Ascending by name.
std::span<const AwsManagedPolicy> aws_managed_policies();

// Null: no such policy.
const AwsManagedPolicy* find_aws_managed_policy(std::string_view arn);

// Its document, compiled once and kept. Null: no such policy.
std::shared_ptr<const policy::Policy> compiled_aws_managed_policy(std::string_view arn);

}  // namespace skerry::iam
