#pragma once
#include <expected>
#include <string_view>

#include "wire/error.h"

// What AWS takes as a bucket's and an object's name.
namespace skerry::s3 {

// Errors: InvalidBucketName.
std::expected<void, wire::ApiError> check_bucket_name(std::string_view name);

inline constexpr std::size_t kKeyBytesMax = 1024;

// Any UTF-8 of 1 to 1,024 bytes. Errors: KeyTooLongError, InvalidURI.
std::expected<void, wire::ApiError> check_object_key(std::string_view key);

bool is_utf8(std::string_view text);

}  // namespace skerry::s3
