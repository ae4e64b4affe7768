#pragma once
#include "s3/bucket_registry.h"
#include "s3/ops/acl_reader.h"
#include "s3/ops/bind.h"
#include "wire/registry.h"

// The operations that set and tell who may use a bucket.
namespace skerry::s3 {

void bind_bucket_acl(wire::Registry& registry, BucketRegistry& buckets, AclReader acls);
void bind_ownership_controls(wire::Registry& registry, BucketRegistry& buckets);
void bind_public_access_block(wire::Registry& registry, BucketRegistry& buckets);
void bind_bucket_policy(wire::Registry& registry, const BucketAccessParts& parts);

// BucketOwnerEnforced and its kin. Nothing: there is no such ownership.
std::optional<record::BucketAccess::Ownership> find_ownership(std::string_view name);

}  // namespace skerry::s3
