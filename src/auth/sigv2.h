#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "auth/authenticated.h"
#include "auth/canonical.h"
#include "base/clock.h"
#include "net/http.h"

// Signature version 2 of S3: HMAC-SHA1 over method, a few headers and the resource. Weaker than version 4 (it covers
// neither host nor query nor body), kept because clients still make it.
namespace skerry::auth {

// What `request` signs with version 2. `date` is the line that stands for the date: the Date header, nothing where
// x-amz-date is sent, or the Expires parameter of a URL. `resource` is the path, after the bucket in the Host header,
// if one is there.
std::string sigv2_string_to_sign(const net::Request& request, const CanonicalQuery& query, std::string_view date,
                                 std::string_view resource, AuthKind kind);

// Life: refers to the request.
class Sigv2Claim {
 public:
  std::optional<AuthError> read_header(const net::Request& request);
  std::optional<AuthError> read_query(const CanonicalQuery& query, const net::Request& request);
  std::optional<AuthError> check_time(Time now, seconds max_skew) const;
  std::optional<AuthError> verify(const net::Request& request, const CanonicalQuery& query,
                                  std::string_view virtual_bucket, const Credential& credential,
                                  Authenticated& who) const;

  std::string_view access_key_id() const { return access_key_id_; }
  std::optional<std::string_view> session_token() const;

 private:
  AuthKind kind_ = AuthKind::Header;
  std::string access_key_id_, signature_;
  std::string date_;  // the line that is signed
  std::string request_time_;
  Time signed_at_{};  // in a query: when it expires
  std::optional<std::string> token_;
};

}  // namespace skerry::auth
