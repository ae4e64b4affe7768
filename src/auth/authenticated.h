#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/auth_error.h"
#include "auth/credential.h"
#include "auth/hmac.h"
#include "base/clock.h"

namespace skerry::auth {

enum class AuthKind { Anonymous, Header, Query, Form };
enum class SignatureVersion { None, V2, V4 };

// How a body is framed, and what vouches for it.
enum class PayloadMode {
  Plain,                    // bytes as they are; nothing was said about their hash
  Unsigned,                 // UNSIGNED-PAYLOAD
  Literal,                  // the hex SHA-256 of the body
  StreamingSigned,          // STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  StreamingSignedTrailer,   // STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
  StreamingUnsignedTrailer  // STREAMING-UNSIGNED-PAYLOAD-TRAILER
};

// What the caller knows about the request before anybody signed for it.
struct Expectation {
  ErrorFamily family = ErrorFamily::S3;
  std::span<const std::string_view> services{};  // names that the scope may carry; the first is the one errors name
  std::string_view region{};                     // empty: any. Where it is known only later, see wrong_region()
  std::string_view virtual_bucket{};             // the bucket in the Host header, which SigV2 signs as part of the path
  // Hex SHA-256 of a body that the caller has read, where Authenticator::needs_body_hash asked for it.
  std::string_view body_sha256{};

  bool is_s3() const { return family == ErrorFamily::S3; }
};

// Who made a request and what is signed of it. What the signature says of the body is checked later, by the source
// that wrap_payload() makes.
struct Authenticated {
  ErrorFamily family = ErrorFamily::S3;  // whose codes say what is wrong with the payload
  AuthKind kind = AuthKind::Anonymous;
  SignatureVersion version = SignatureVersion::None;
  std::shared_ptr<const Credential> credential;  // null when anonymous
  Time signed_at{};                              // SigV4: also the age that policies ask for
  std::string region;                            // of the scope; empty with SigV2 and anonymous
  std::string service;

  PayloadMode payload = PayloadMode::Plain;
  HexDigest256 payload_sha256{};               // Literal: what the body has to hash to
  HexDigest256 signature{};                    // SigV4: the seed of chunk signatures
  std::shared_ptr<const HmacKey> signing_key;  // SigV4

  // As access logs name it: AuthHeader, QueryString, POST or -.
  std::string_view log_name() const;
};

// For a caller that learns only after authenticating where the resource lives.
AuthError wrong_region(const Authenticated& who, std::string_view expected);

}  // namespace skerry::auth
