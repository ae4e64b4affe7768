#include "iam/managed_policies.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "base/check.h"
#include "iam/policy/parse.h"

namespace skerry::iam {
namespace {

constexpr AwsManagedPolicy kPolicies[] = {
#include "iam/managed_policies.inc"
};

struct Compiled {
  std::mutex mutex;
  std::array<std::shared_ptr<const policy::Policy>, std::size(kPolicies)> policies;
};

std::shared_ptr<const policy::Policy> compile(const AwsManagedPolicy& managed) {
  auto document = policy::parse(std::string(managed.document), policy::Kind::Managed);
  CHECK(document.has_value(), "a policy that AWS manages is one", managed.name);
  auto compiled = policy::Policy::compile(*document);
  CHECK(compiled.has_value(), "it names no principals", managed.name);
  return std::make_shared<const policy::Policy>(std::move(*compiled));
}

}  // namespace

std::span<const AwsManagedPolicy> aws_managed_policies() { return kPolicies; }

const AwsManagedPolicy* find_aws_managed_policy(std::string_view arn) {
  auto found = std::ranges::find(kPolicies, arn, &AwsManagedPolicy::arn);
  return found == std::end(kPolicies) ? nullptr : found;
}

std::shared_ptr<const policy::Policy> compiled_aws_managed_policy(std::string_view arn) {
  const AwsManagedPolicy* managed = find_aws_managed_policy(arn);
  if (!managed) return nullptr;
  static Compiled compiled;  // constants in another form, so that nobody needs to own them
  std::scoped_lock lock(compiled.mutex);
  auto& policy = compiled.policies[static_cast<std::size_t>(managed - kPolicies)];
  if (!policy) policy = compile(*managed);
  return policy;
}

}  // namespace skerry::iam
