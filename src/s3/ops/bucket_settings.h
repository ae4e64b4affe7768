#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "s3/api/types.h"
#include "s3/bucket_registry.h"
#include "wire/registry.h"

// What the operations on a bucket's settings share.
namespace skerry::s3 {

void bind_bucket_tagging(wire::Registry& registry, BucketRegistry& buckets);
void bind_bucket_versioning(wire::Registry& registry, BucketRegistry& buckets);
void bind_bucket_defaults(wire::Registry& registry);

// A bucket's tags as the configuration document of that name keeps them.
// Errors: InvalidTag, BadRequest (more than 50).
inline constexpr std::string_view kTaggingDocument = "tagging";
std::expected<std::string, wire::ApiError> tagging_document(const wire::List<Tag>& tags);

}  // namespace skerry::s3
