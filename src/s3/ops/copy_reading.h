#pragma once
#include <string_view>

#include "s3/ops/read_conditions.h"
#include "wire/error.h"

// Reading what Copy- and UploadPartCopy copy.
namespace skerry::s3 {

inline constexpr std::string_view kCopyConditionPrefix = "x-amz-copy-source-";

template <class Request>
ReadConditions copy_conditions(const Request& request) {
  return {.if_match = request.copy_source_if_match ? &*request.copy_source_if_match : nullptr,
          .if_none_match = request.copy_source_if_none_match ? &*request.copy_source_if_none_match : nullptr,
          .if_modified_since = request.copy_source_if_modified_since,
          .if_unmodified_since = request.copy_source_if_unmodified_since};
}

// A read's error as a copy says it.
wire::ApiError source_error(wire::ApiError failed);

}  // namespace skerry::s3
