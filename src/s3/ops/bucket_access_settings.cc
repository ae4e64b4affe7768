#include "s3/ops/bucket_access_settings.h"

namespace skerry::s3 {

void bind_bucket_access(wire::Registry& registry, BucketRegistry& buckets, storage::MetaStore& meta) {
  bind_bucket_acl(registry, buckets, AclReader(meta, buckets));
  bind_ownership_controls(registry, buckets);
  bind_public_access_block(registry, buckets);
}

}  // namespace skerry::s3
