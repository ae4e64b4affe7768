#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "s3/records.pb.h"
#include "wire/error.h"

// What AWS takes as a tag, of buckets and objects alike.
namespace skerry::s3 {

inline constexpr std::size_t kObjectTagsMax = 10;
inline constexpr std::size_t kBucketTagsMax = 50;

// One tag. Errors: InvalidTag (characters, lengths, the prefix aws:).
std::expected<void, wire::ApiError> check_tag(std::string_view key, std::string_view value);

// A set of them. Errors: those of each; InvalidTag for two of one key.
std::expected<void, wire::ApiError> check_tags(const std::vector<record::Tag>& tags);

// The set of an object: `check_tags`, and BadRequest where there are too many.
std::expected<void, wire::ApiError> check_object_tags(const std::vector<record::Tag>& tags);

// As x-amz-tagging has them: `key=value&…`, percent-encoded. Errors: InvalidArgument; those of check_object_tags.
std::expected<std::vector<record::Tag>, wire::ApiError> parse_tagging_header(std::string_view text);

record::Tag make_tag(std::string key, std::string value);

}  // namespace skerry::s3
