#pragma once
#include <expected>
#include <optional>
#include <string>

#include "net/http.h"
#include "s3/object_index.h"
#include "wire/error.h"

namespace skerry::s3 {

// What Put-, CopyObject and CompleteMultipartUpload demand of the key that they write.
// Errors: NotImplemented, for what AWS does not serve there: both headers, an If-None-Match other than `*`, dates.
std::expected<WriteCondition, wire::ApiError> read_write_condition(const net::Headers& headers,
                                                                   const std::optional<std::string>& if_match,
                                                                   const std::optional<std::string>& if_none_match);

}  // namespace skerry::s3
