#include "auth/payload_mode.h"

#include <algorithm>
#include <string>

namespace skerry::auth {
namespace {

bool is_hex_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

}  // namespace

std::expected<PayloadMode, AuthError> payload_mode_of(std::string_view content_sha256) {
  if (is_hex_sha256(content_sha256)) return PayloadMode::Literal;
  if (content_sha256 == "UNSIGNED-PAYLOAD") return PayloadMode::Unsigned;
  if (content_sha256 == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return PayloadMode::StreamingUnsignedTrailer;
  if (content_sha256 == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") return PayloadMode::StreamingSigned;
  if (content_sha256 == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") return PayloadMode::StreamingSignedTrailer;
  if (content_sha256.starts_with("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")) {
    return std::unexpected(auth_error(ErrorFamily::S3, AuthErrc::SigV4aUnsupported));
  }
  return std::unexpected(
      auth_error(ErrorFamily::S3, AuthErrc::InvalidContentSha256, {},
                 {{"ArgumentName", "x-amz-content-sha256"}, {"ArgumentValue", std::string(content_sha256)}}));
}

bool is_aws_chunked(const net::Request& request) {
  for (const auto& [name, value] : request.headers) {
    if (name != "content-encoding") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view token = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      token.remove_prefix(std::min(token.find_first_not_of(" \t"), token.size()));
      token = token.substr(0, token.find_last_not_of(" \t") + 1);
      if (std::ranges::equal(token, std::string_view("aws-chunked"),
                             [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; })) {
        return true;
      }
    }
  }
  return false;
}

PayloadMode payload_mode_without_hash(const net::Request& request) {
  bool framed = is_aws_chunked(request) && request.headers.find("x-amz-decoded-content-length") != nullptr;
  return framed ? PayloadMode::StreamingUnsignedTrailer : PayloadMode::Plain;
}

}  // namespace skerry::auth
