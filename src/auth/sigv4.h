#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticated.h"
#include "auth/authenticator.h"
#include "auth/canonical.h"
#include "auth/signing_key.h"

// Signature version 4 as a client presents it. Used by Authenticator and by POST forms.
namespace skerry::auth {

inline constexpr std::string_view kSigv4 = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
inline constexpr std::string_view kSigv4a = "AWS4-ECDSA-P256-SHA256";

// <access key id>/<yyyymmdd>/<region>/<service>/aws4_request, taken apart.
struct CredentialScope {
  std::string_view access_key_id;
  SigningScope scope;
};

// Takes `text` apart and checks it against what this endpoint serves. `kind` is where the text stood: S3 answers with
// another code and lead-in for each.
std::optional<AuthError> read_credential(std::string_view text, AuthKind kind, const Expectation& expected,
                                         CredentialScope& out);

// What a request claims about its signature, before anything of it is believed.
//
// Life: refers to the request and to itself, so it stays where it is.
class Sigv4Claim {
 public:
  Sigv4Claim() = default;
  Sigv4Claim(const Sigv4Claim&) = delete;
  Sigv4Claim& operator=(const Sigv4Claim&) = delete;

  // Each gives the first thing that is wrong, in the order in which AWS says it.
  std::optional<AuthError> read_header(const net::Request& request, const Expectation& expected);
  std::optional<AuthError> read_query(const CanonicalQuery& query, const net::Request& request,
                                      const Expectation& expected);
  std::optional<AuthError> check_time(Time now, seconds max_skew, const Expectation& expected) const;
  std::optional<AuthError> check_signed_headers(const net::Request& request, const Expectation& expected) const;

  // Nothing, and `who` filled in, where the signature is that of `credential` over the request.
  std::optional<AuthError> verify(const net::Request& request, const CanonicalQuery& query, const Expectation& expected,
                                  const Credential& credential, SigningKeys& keys, Authenticated& who) const;

  std::string_view access_key_id() const { return credential_.access_key_id; }
  const CredentialScope& credential() const { return credential_; }
  std::optional<std::string_view> session_token() const;

 private:
  std::optional<AuthError> read_payload(const net::Request& request, const CanonicalQuery* query,
                                        const Expectation& expected);
  std::optional<AuthError> read_date(const net::Request& request, const Expectation& expected);
  void read_signed_headers(std::string_view list);
  std::string_view payload_line(const Expectation& expected) const;
  std::string string_to_sign(std::string_view canonical) const;
  bool matches_with_token_added_after(const net::Request& request, const CanonicalQuery& query,
                                      const Expectation& expected, const HmacKey& key) const;

  AuthKind kind_ = AuthKind::Header;
  CredentialScope credential_;
  std::vector<std::string_view> signed_headers_;  // sorted, lower case
  std::string_view signature_;
  std::string timestamp_;  // yyyymmddThhmmssZ
  Time signed_at_{};
  std::optional<seconds> expires_;  // in a query
  std::string_view content_sha256_;
  PayloadMode payload_ = PayloadMode::Plain;
  std::optional<std::string> token_;
  // Decoded or lower-cased copies that views above may refer to.
  std::string credential_text_, signed_headers_text_, signature_text_, content_sha256_text_;
};

}  // namespace skerry::auth
