#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "auth/form_fields.h"
#include "net/http.h"
#include "s3/integrity.h"
#include "s3/ops/acl_reader.h"
#include "s3/ops/object_headers.h"
#include "wire/error.h"

namespace skerry::s3 {

// What the fields of a form say of the object that its file becomes, and of the answer.
struct PostedFields {
  net::Headers fields;  // all, as the headers that they stand for
  std::string key;
  ObjectHeaders headers;
  ExpectedDigests digests;
  SentAcl acl;
  std::int32_t status = 204;  // where there is no redirect
  std::string redirect;       // success_action_redirect, where it is a URL
};

// `${filename}` has been replaced. Errors: InvalidArgument (no key), KeyTooLongError, those of headers, tags and
// digests, and those of check_served_headers.
std::expected<PostedFields, wire::ApiError> read_posted_fields(const auth::FormFields& fields);

// The redirect with bucket, key and etag in its query.
std::string redirect_location(std::string_view redirect, std::string_view bucket, std::string_view key,
                              std::string_view etag);

// For a URL's path: `/` stays.
std::string percent_encode_key(std::string_view key);

}  // namespace skerry::s3
