#include "auth/authenticator.h"

#include "auth/canonical.h"
#include "auth/payload_mode.h"
#include "auth/sigv2.h"
#include "auth/sigv4.h"
#include "auth/stand_in.h"

namespace skerry::auth {

std::string_view Authenticated::log_name() const {
  switch (kind) {
    case AuthKind::Anonymous:
      return "-";
    case AuthKind::Header:
      return "AuthHeader";
    case AuthKind::Query:
      return "QueryString";
    case AuthKind::Form:
      return "POST";
  }
  std::unreachable();
}

// One request on its way from a claim to a verdict. Stays where it is: claims refer into it.
struct Authenticator::Attempt {
  Attempt(const net::Request& r, const Expectation& e) : request(r), expected(e), query(r.query()) {}

  const net::Request& request;
  const Expectation& expected;
  CanonicalQuery query;
  SignatureVersion version = SignatureVersion::None;
  Sigv4Claim v4;
  Sigv2Claim v2;

  std::string_view access_key_id() const {
    return version == SignatureVersion::V4 ? v4.access_key_id() : v2.access_key_id();
  }
  std::optional<std::string_view> session_token() const {
    return version == SignatureVersion::V4 ? v4.session_token() : v2.session_token();
  }
  AuthError error(AuthErrc errc) const { return auth_error(expected.family, errc); }
  AuthError argument_error(AuthErrc errc, std::string message) const {
    return auth_error(
        expected.family, errc, std::move(message),
        {{"ArgumentName", "Authorization"}, {"ArgumentValue", std::string(request.headers.get("authorization"))}});
  }

  std::optional<AuthError> verify(const Credential& credential, SigningKeys& keys, Authenticated& who) const;

  std::optional<AuthError> read(const AuthOptions& options);
  std::optional<AuthError> read_header(std::string_view header, const AuthOptions& options);
  std::optional<AuthError> read_query(const AuthOptions& options);
};

std::optional<AuthError> Authenticator::Attempt::read_header(std::string_view header, const AuthOptions& options) {
  std::string_view scheme = header.substr(0, header.find(' '));
  if (scheme == kSigv4) {
    version = SignatureVersion::V4;
    if (header.size() == scheme.size()) {
      return expected.is_s3()
                 ? argument_error(AuthErrc::UnsupportedAuthorization,
                                  "Authorization header is invalid -- one and only one ' ' (space) required.")
                 : error(AuthErrc::MalformedHeader);
    }
    return v4.read_header(request, expected);
  }
  if (scheme == kSigv4a) return error(AuthErrc::SigV4aUnsupported);
  if (scheme == "AWS" && expected.is_s3() && header.size() > scheme.size()) {
    if (!options.allow_sigv2) return error(AuthErrc::SigV2Refused);
    version = SignatureVersion::V2;
    return v2.read_header(request);
  }
  return argument_error(AuthErrc::UnsupportedAuthorization, {});
}

std::optional<AuthError> Authenticator::Attempt::read_query(const AuthOptions& options) {
  if (const auto* algorithm = query.find("X-Amz-Algorithm")) {
    if (algorithm->value == kSigv4a) return error(AuthErrc::SigV4aUnsupported);
    if (algorithm->value != kSigv4) {
      return auth_error(expected.family, AuthErrc::MalformedQuery,
                        R"(X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256")");
    }
    version = SignatureVersion::V4;
    return v4.read_query(query, request, expected);
  }
  if (query.find("X-Amz-Signature") || query.find("X-Amz-Credential")) return error(AuthErrc::MalformedQuery);
  if (!options.allow_sigv2) return error(AuthErrc::SigV2Refused);
  version = SignatureVersion::V2;
  return v2.read_query(query, request);
}

std::optional<AuthError> Authenticator::Attempt::read(const AuthOptions& options) {
  const std::string* header = request.headers.find("authorization");
  bool in_query = query.find("X-Amz-Algorithm") || query.find("X-Amz-Signature") || query.find("X-Amz-Credential");
  // `Signature` alone is an ordinary parameter of other services.
  if (expected.is_s3()) in_query = in_query || query.find("Signature") || query.find("AWSAccessKeyId");
  if (header && in_query) return argument_error(AuthErrc::ConflictingAuthorization, {});
  if (header && request.headers.count("authorization") > 1) {
    return argument_error(AuthErrc::ConflictingAuthorization, {});
  }
  if (header) return read_header(*header, options);
  if (in_query) return read_query(options);
  if (!expected.is_s3()) return error(AuthErrc::MissingAuthentication);
  return std::nullopt;
}

Authenticator::Authenticator(CredentialSource& credentials, const Clock& clock, AuthOptions options)
    : credentials_(credentials), clock_(clock), options_(options) {}

// Everything before the secret is needed. Nothing means: find the credential, then finish.
std::optional<AuthResult> Authenticator::begin(Attempt& attempt) {
  if (auto error = attempt.read(options_)) return std::unexpected(std::move(*error));
  const Time now = clock_.now();
  std::optional<AuthError> error;
  switch (attempt.version) {
    case SignatureVersion::None: {
      Authenticated who;
      who.payload = payload_mode_without_hash(attempt.request);
      if (const std::string* hash = attempt.request.headers.find("x-amz-content-sha256")) {
        auto mode = payload_mode_of(*hash);
        if (!mode) return std::unexpected(mode.error());
        // Nobody signed: a hash is still a promise about the bytes, a chain of signatures has nothing to start from.
        if (*mode == PayloadMode::StreamingSigned || *mode == PayloadMode::StreamingSignedTrailer) {
          return std::unexpected(attempt.error(AuthErrc::MissingAuthentication));
        }
        if (*mode != PayloadMode::Unsigned) who.payload = *mode;
        if (*mode == PayloadMode::Literal) {
          for (std::size_t i = 0; i < hash->size(); ++i) {
            char c = (*hash)[i];
            who.payload_sha256[i] = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
          }
        }
      }
      return who;
    }
    case SignatureVersion::V2:
      error = attempt.v2.check_time(now, options_.max_skew);
      break;
    case SignatureVersion::V4:
      error = attempt.v4.check_time(now, options_.max_skew, attempt.expected);
      if (!error) error = attempt.v4.check_signed_headers(attempt.request, attempt.expected);
      break;
  }
  if (error) return std::unexpected(std::move(*error));
  return std::nullopt;
}

AuthError Authenticator::credential_error(const Attempt& attempt, CredentialErrc errc) {
  auto id = std::pair<std::string, std::string>("AWSAccessKeyId", attempt.access_key_id());
  auto token = std::pair<std::string, std::string>("Token-0", attempt.session_token().value_or(""));
  ErrorFamily family = attempt.expected.family;
  switch (errc) {
    case CredentialErrc::Unknown:
      return auth_error(family, AuthErrc::UnknownAccessKey, {}, {std::move(id)});
    case CredentialErrc::BadToken:
      return auth_error(family, AuthErrc::InvalidToken, {}, {std::move(token)});
    case CredentialErrc::Expired:
      return auth_error(family, AuthErrc::ExpiredToken, {}, {std::move(token)});
    case CredentialErrc::Unavailable:
      return auth_error(family, AuthErrc::CredentialsUnavailable);
  }
  std::unreachable();
}

std::optional<AuthError> Authenticator::Attempt::verify(const Credential& credential, SigningKeys& keys,
                                                        Authenticated& who) const {
  if (version == SignatureVersion::V4) return v4.verify(request, query, expected, credential, keys, who);
  return v2.verify(request, query, expected.virtual_bucket, credential, who);
}

AuthResult Authenticator::finish(Attempt& attempt, CredentialResult found) {
  Authenticated who;
  if (!found) {
    (void)attempt.verify(*stand_in_credential(), keys_, who);
    return std::unexpected(credential_error(attempt, found.error()));
  }
  if (auto error = attempt.verify(**found, keys_, who)) return std::unexpected(std::move(*error));
  credentials_.used(**found, attempt.expected.services[0], who.region);
  who.credential = std::move(*found);
  return who;
}

std::optional<AuthResult> Authenticator::try_authenticate(const net::Request& request, const Expectation& expected) {
  Attempt attempt(request, expected);
  if (auto decided = begin(attempt)) return decided;
  auto found = credentials_.try_find(attempt.access_key_id(), attempt.session_token());
  if (!found) return std::nullopt;
  return finish(attempt, std::move(*found));
}

Task<CredentialResult> Authenticator::find_credential(const Attempt& attempt) {
  if (auto at_hand = credentials_.try_find(attempt.access_key_id(), attempt.session_token()))
    co_return std::move(*at_hand);
  std::string id(attempt.access_key_id());
  std::optional<std::string> token(attempt.session_token());
  co_return co_await credentials_.find(std::move(id), std::move(token));
}

Task<AuthResult> Authenticator::authenticate(const net::Request& request, const Expectation& expected) {
  Attempt attempt(request, expected);
  if (auto decided = begin(attempt)) co_return std::move(*decided);
  auto found = co_await find_credential(attempt);
  co_return finish(attempt, std::move(found));
}

Task<std::optional<AuthError>> Authenticator::check_claim(const net::Request& request, const Expectation& expected) {
  Expectation unread = expected;
  unread.body_sha256 = kEmptySha256;  // in place of what is compared later
  Attempt attempt(request, unread);
  if (auto decided = begin(attempt)) co_return *decided ? std::nullopt : std::optional(std::move(decided->error()));
  auto found = co_await find_credential(attempt);
  if (found) co_return std::nullopt;
  co_return finish(attempt, std::move(found)).error();
}

bool Authenticator::needs_body_hash(const net::Request& request, const Expectation& expected) {
  if (expected.is_s3() || !request.has_body() || request.headers.find("x-amz-content-sha256")) return false;
  return request.headers.find("authorization") || CanonicalQuery(request.query()).find("X-Amz-Signature");
}

}  // namespace skerry::auth
