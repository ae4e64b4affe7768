#include "s3/ops/bucket_access_settings.h"

#include "s3/front.h"

namespace skerry::s3 {

Task<Done> change_access(BucketRegistry& buckets, wire::Context& context, AccessChanged change) {
  if (!change) co_return std::unexpected(std::move(change.error()));
  auto changed = co_await buckets.update_access(bucket_of(context), std::move(*change));
  co_return done(std::move(changed));
}

void bind_bucket_access(wire::Registry& registry, const BucketAccessParts& parts) {
  bind_bucket_acl(registry, parts.buckets, AclReader(parts.meta, parts.buckets));
  bind_bucket_policy(registry, parts);
  bind_ownership_controls(registry, parts.buckets);
  bind_public_access_block(registry, parts.buckets);
}

}  // namespace skerry::s3
