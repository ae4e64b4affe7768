#include "s3/ops/bucket_access_settings.h"

namespace skerry::s3 {

void bind_bucket_access(wire::Registry& registry, const BucketAccessParts& parts) {
  bind_bucket_acl(registry, parts.buckets, AclReader(parts.meta, parts.buckets));
  bind_bucket_policy(registry, parts);
  bind_ownership_controls(registry, parts.buckets);
  bind_public_access_block(registry, parts.buckets);
}

}  // namespace skerry::s3
