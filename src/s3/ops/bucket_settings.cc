#include "s3/ops/bucket_settings.h"

#include "s3/ops/bind.h"

namespace skerry::s3 {

void bind_bucket_settings(wire::Registry& registry, BucketRegistry& buckets) {
  bind_bucket_tagging(registry, buckets);
  bind_bucket_versioning(registry, buckets);
  bind_bucket_defaults(registry);
}

}  // namespace skerry::s3
