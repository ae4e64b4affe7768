#pragma once
#include <memory>
#include <string_view>

#include "iam/policy/policy.h"
#include "s3/policy_keys.h"
#include "wire/context.h"

namespace skerry::s3 {

// What ACLs give the caller, where the bucket has them switched on, as a policy of the bucket says it: to the caller's
// account, which then decides itself, or to everyone. So a Deny of any policy holds against a grant, too. Nothing: they
// give nothing.
//
// `action`: as policies name it. The list of an object is in `thing.detail`; without it the object's owner is alone.
std::shared_ptr<const iam::policy::Policy> acl_policy(const wire::Context& context, std::string_view action,
                                                      const Thing& thing);

// Whether the object's own list has a say, which nobody has read yet.
bool needs_object_acl(std::string_view action, const Thing& thing);

}  // namespace skerry::s3
