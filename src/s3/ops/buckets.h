#pragma once
#include "s3/api/types.h"
#include "s3/bucket_registry.h"
#include "s3/front.h"
#include "s3/ops/acl_reader.h"
#include "s3/ops/bind.h"
#include "wire/registry.h"

// What the operations on buckets share.
namespace skerry::s3 {

void bind_create_bucket(wire::Registry& registry, BucketRegistry& buckets, AclReader acls, NewBucketDefaults defaults);
void bind_list_buckets(wire::Registry& registry, BucketRegistry& buckets);

// Who owns a bucket, and in listings what is in it: whom an object's own list names as its owner no listing tells.
inline Owner owner_of(const FoundBucket& bucket) { return {.display_name = std::nullopt, .id = bucket.access->owner}; }

}  // namespace skerry::s3
