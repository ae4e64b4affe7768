#pragma once
#include "s3/bucket_registry.h"
#include "s3/ops/acl_reader.h"
#include "s3/ops/bind.h"
#include "s3/ops/done.h"
#include "wire/registry.h"

// The operations that set and tell who may use a bucket.
namespace skerry::s3 {

void bind_bucket_acl(wire::Registry& registry, BucketRegistry& buckets, AclReader acls);
void bind_ownership_controls(wire::Registry& registry, BucketRegistry& buckets);
void bind_public_access_block(wire::Registry& registry, BucketRegistry& buckets);
void bind_bucket_policy(wire::Registry& registry, const BucketAccessParts& parts);

// An operation that changes what its bucket says of who may use it: `change_of` gives the change that a request asks
// for, or what is wrong with it.
using AccessChanged = std::expected<BucketRegistry::AccessChange, wire::ApiError>;
Task<Done> change_access(BucketRegistry& buckets, wire::Context& context, AccessChanged change);

template <class Op>
void bind_access_change(wire::Registry& registry, BucketRegistry& buckets,
                        AccessChanged (*change_of)(const typename Op::Request&)) {
  registry.bind<Op>([&buckets, change_of](wire::Context& context, typename Op::Request request) {
    return change_access(buckets, context, change_of(request));
  });
}

// BucketOwnerEnforced and its kin. Nothing: there is no such ownership.
std::optional<record::BucketAccess::Ownership> find_ownership(std::string_view name);

}  // namespace skerry::s3
