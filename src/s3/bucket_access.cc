#include "s3/bucket_access.h"

#include "iam/policy/parse.h"
#include "iam/policy/public_access.h"
#include "s3/acl.h"

namespace skerry::s3 {

std::shared_ptr<BucketAccess> BucketAccess::read(const std::optional<std::string>& row) {
  auto access = std::make_shared<BucketAccess>();
  if (!row) return access;
  if (!access->record.ParseFromString(*row)) return nullptr;
  if (access->record.policy().empty()) return access;
  auto document = iam::policy::parse(access->record.policy(), iam::policy::Kind::Bucket);
  if (!document) return nullptr;
  auto policy = iam::policy::Policy::compile(*document);
  if (!policy) return nullptr;
  access->policy.add({"the bucket's policy", std::make_shared<const iam::policy::Policy>(std::move(*policy))});
  access->policy_is_public = iam::policy::is_public(*document);
  return access;
}

record::AccessControlList BucketAccess::acl() const { return record.has_acl() ? record.acl() : private_acl(owner); }

}  // namespace skerry::s3
