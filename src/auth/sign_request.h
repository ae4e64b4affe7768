#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/hmac.h"
#include "base/clock.h"
#include "net/http.h"

// The client's side of SigV4: for tests, tools and benchmarks.
namespace skerry::auth {

struct Signer {
  std::string access_key_id{};
  std::string secret{};
  std::optional<std::string> session_token{};
  std::string region = "us-east-1";
  std::string service = "s3";
};

// Adds x-amz-date, x-amz-content-sha256 (for S3), x-amz-security-token where there is one, and Authorization. All
// headers present are signed but those that proxies rewrite. `payload` is the value for x-amz-content-sha256; gives the
// signature, from which chunk signatures go on.
std::string sign_request(net::Request& request, const Signer& signer, Time now, std::string_view payload);

// Replaces `request.target` by a presigned one. Signs host and every x-amz-* header present.
void presign_request(net::Request& request, const Signer& signer, Time now, seconds expires);

// One aws-chunked body: `chunks`, then `trailers`. Signed where `seed` is a signature, unsigned where it is empty.
std::string frame_chunks(std::span<const std::string> chunks, const net::Headers& trailers, const Signer& signer,
                         Time now, std::string_view seed);

// "x-amz-content-sha256" of `body`.
std::string hex_sha256(std::string_view body);

}  // namespace skerry::auth
