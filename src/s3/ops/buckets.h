#pragma once
#include "s3/api/types.h"
#include "s3/bucket_registry.h"
#include "wire/registry.h"

// What the operations on buckets share.
namespace skerry::s3 {

void bind_create_bucket(wire::Registry& registry, BucketRegistry& buckets);
void bind_list_buckets(wire::Registry& registry, BucketRegistry& buckets);

// The owner of everything that the caller may see: until policies come nobody sees what is another's.
inline Owner owner_of(const wire::Context& context) {
  return {.display_name = std::nullopt, .id = context.principal.canonical_id};
}

}  // namespace skerry::s3
