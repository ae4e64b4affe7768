#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "base/random.h"
#include "s3/bucket.h"
#include "wire/error.h"

// What a bucket keeps sealed in its rows: user metadata, headers, tags, part tables.
namespace skerry::s3 {

// Bound to the row, so that a value moved to another row does not open.
std::string seal_value(const FoundBucket& bucket, std::string_view row, std::string_view plain, Random& random);
std::expected<std::string, wire::ApiError> open_value(const FoundBucket& bucket, std::string_view row,
                                                      std::string_view sealed);

template <class Message>
std::string seal_message(const FoundBucket& bucket, std::string_view row, const Message& message, Random& random) {
  return seal_value(bucket, row, message.SerializeAsString(), random);
}

std::expected<record::VersionDetail, wire::ApiError> open_detail(const FoundBucket& bucket, std::string_view row,
                                                                 std::string_view sealed);

}  // namespace skerry::s3
