#include "s3/acl_grants.h"

#include <fmt/format.h>

#include "base/check.h"
#include "iam/policy/keys.h"
#include "iam/policy/parse.h"
#include "s3/acl.h"

namespace skerry::s3 {
namespace {

bool acls_count(const Thing& thing) { return thing.bucket && thing.bucket->access->acls_enabled(); }

using Granted = std::shared_ptr<const iam::policy::Policy>;

// What an account is granted it gives to its users by their own policies; a group is everyone in it.
Granted allow(std::string_view principal) {
  auto document = iam::policy::parse(
      fmt::format(
          R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{},"Action":"*","Resource":"*"}}]}})",
          principal),
      iam::policy::Kind::Resource);
  CHECK(document.has_value(), "the policy of a grant is none");
  auto policy = iam::policy::Policy::compile(*document);
  CHECK(policy.has_value(), "the policy of a grant was not compiled");
  return std::make_shared<const iam::policy::Policy>(std::move(*policy));
}

}  // namespace

bool needs_object_acl(std::string_view action, const Thing& thing) {
  if (!acls_count(thing) || thing.detail) return false;
  auto need = acl_need(iam::policy::lower(action));
  return need && need->on_object;
}

std::shared_ptr<const iam::policy::Policy> acl_policy(const wire::Context& context, std::string_view action,
                                                      const Thing& thing) {
  if (!acls_count(thing)) return nullptr;
  auto need = acl_need(iam::policy::lower(action));
  if (!need) return nullptr;
  const BucketAccess& access = *thing.bucket->access;
  const bool of_object = need->on_object && thing.detail && thing.detail->has_acl();
  const AccessControlList acl = of_object         ? thing.detail->acl()
                                : need->on_object ? private_acl(access.owner)
                                                  : access.acl();
  const std::string& caller = context.principal.canonical_id;
  auto groups = thing.bucket->blocked.ignore_public_acls() ? PublicGrants::Ignored : PublicGrants::Count;
  // Groups first: what everyone has needs nothing of the caller's own account, where that is the bucket's.
  const std::string_view stranger = caller.empty() ? "" : "somebody with an account";
  if (acl_allows(acl, stranger, need->permission, groups)) {
    static const Granted kEveryone = allow(R"("*")");
    return kEveryone;
  }
  if (!caller.empty() && acl_allows(acl, caller, need->permission, PublicGrants::Ignored)) {
    return allow(fmt::format(R"({{"AWS":"{}"}})", context.principal.account_id));
  }
  return nullptr;
}

}  // namespace skerry::s3
