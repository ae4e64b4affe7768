#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "s3/version.h"
#include "wire/error.h"

namespace skerry::s3 {

// What x-amz-copy-source names: `/bucket/key?versionId=id`, percent-encoded once, the first slash optional.
struct CopySource {
  std::string bucket;
  std::string key;
  std::optional<VersionId> version;
};

// Errors: InvalidArgument (no bucket or key, a bad escape, a version id that is none).
std::expected<CopySource, wire::ApiError> parse_copy_source(std::string_view header);

}  // namespace skerry::s3
