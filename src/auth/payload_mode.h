#pragma once
#include <expected>
#include <string_view>

#include "auth/authenticated.h"
#include "net/http.h"

namespace skerry::auth {

// What an x-amz-content-sha256 value of S3 announces. Errors: InvalidContentSha256, SigV4aUnsupported.
std::expected<PayloadMode, AuthError> payload_mode_of(std::string_view content_sha256);

// The framing of a body about which no x-amz-content-sha256 speaks: SDKs that sign with SigV2 or not at all still send
// aws-chunked with trailing checksums, told by Content-Encoding alone.
PayloadMode payload_mode_without_hash(const net::Request& request);

// True where Content-Encoding lists aws-chunked.
bool is_aws_chunked(const net::Request& request);

}  // namespace skerry::auth
