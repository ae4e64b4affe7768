#pragma once
#include <expected>
#include <string>

#include "base/byte_source.h"
#include "s3/content_store.h"
#include "s3/integrity.h"
#include "s3/object_index.h"
#include "s3/ops/object_headers.h"
#include "wire/error.h"

// From a body to a version: what Put-, Post- and CopyObject have in common.
namespace skerry::s3 {

// The largest object that one request makes: 5 GiB.
inline constexpr std::uint64_t kOneRequestBytesMax = std::uint64_t{5} << 30;

// Errors: EntityTooLarge.
std::expected<void, wire::ApiError> check_object_size(std::uint64_t size);

// The version that stored bytes and what was said of them make. `kept` is the checksum that stays with it. Both
// digests, its and MD5, are among those computed.
NewVersion make_version(StoredContent& content, const ObjectHeaders& headers, digest::Algorithm kept);

// How many bytes will come. AWS wants to be told, be it by the framing, also where there are none.
// Errors: MissingContentLength; those of check_object_size.
std::expected<std::uint64_t, wire::ApiError> body_length(const net::Request& request, const wire::BodyIn& body);

}  // namespace skerry::s3
