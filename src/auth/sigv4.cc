#include "auth/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "auth/payload_mode.h"
#include "auth/timestamp.h"
#include "base/bytes.h"

namespace skerry::auth {
namespace {

constexpr seconds kExpiresMax = seconds(7 * 24 * 3600);

bool is_scope_date(std::string_view text) {
  return text.size() == 8 && text.find_first_not_of("0123456789") == text.npos;
}

// S3 writes the same complaint with another code and beginning for each carrier.
AuthError s3_malformed(AuthKind kind, std::string_view text, std::string_view credential,
                       std::vector<std::pair<std::string, std::string>> fields = {}) {
  switch (kind) {
    case AuthKind::Query:
      return auth_error(ErrorFamily::S3, AuthErrc::MalformedQuery,
                        fmt::format("Error parsing the X-Amz-Credential parameter; {}", text), std::move(fields));
    case AuthKind::Form:
      fields.insert(fields.begin(), {{"ArgumentName", "X-Amz-Credential"}, {"ArgumentValue", std::string(credential)}});
      return auth_error(ErrorFamily::S3, AuthErrc::MalformedForm, std::string(text), std::move(fields));
    case AuthKind::Header:
    case AuthKind::Anonymous:
      break;
  }
  return auth_error(ErrorFamily::S3, AuthErrc::MalformedHeader,
                    fmt::format("The authorization header is malformed; {}", text), std::move(fields));
}

AuthError malformed_credential(AuthKind kind, std::string_view text, const Expectation& expected) {
  if (!expected.is_s3()) {
    return auth_error(
        expected.family, AuthErrc::MalformedHeader,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
            std::string(text) + "'");
  }
  return s3_malformed(
      kind, R"(the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".)", text);
}

AuthError region_error(AuthKind kind, std::string_view credential, std::string_view got, std::string_view wanted,
                       const Expectation& expected) {
  if (!expected.is_s3()) {
    return auth_error(expected.family, AuthErrc::InvalidScope,
                      fmt::format("Credential should be scoped to a valid region, not '{}'. ", got));
  }
  return s3_malformed(kind, fmt::format("the region '{}' is wrong; expecting '{}'", got, wanted), credential,
                      {{"Region", std::string(wanted)}});
}

std::optional<AuthError> check_scope(std::string_view text, std::string_view terminator, AuthKind kind,
                                     const Expectation& expected, const CredentialScope& out) {
  const SigningScope& scope = out.scope;
  std::string_view service = expected.services.empty() ? std::string_view() : expected.services.front();
  bool served = std::ranges::find(expected.services, scope.service) != expected.services.end();
  bool s3 = expected.is_s3();
  if (s3 && out.access_key_id.empty()) {
    return s3_malformed(kind, "a non-empty Access Key (AKID) must be provided in the credential.", text);
  }
  if (!is_scope_date(scope.date)) {
    if (!s3) return malformed_credential(kind, text, expected);
    return s3_malformed(kind,
                        fmt::format("incorrect date format \"{}\". This date in the credential must be in the format "
                                    "\"yyyyMMdd\".",
                                    scope.date),
                        text);
  }
  if (!expected.region.empty() && scope.region != expected.region) {
    return region_error(kind, text, scope.region, expected.region, expected);
  }
  if (!served) {
    if (!s3) {
      return auth_error(expected.family, AuthErrc::InvalidScope,
                        fmt::format("Credential should be scoped to correct service: '{}'. ", service));
    }
    return s3_malformed(
        kind, fmt::format("incorrect service \"{}\". This endpoint belongs to \"{}\".", scope.service, service), text);
  }
  if (terminator != "aws4_request") {
    if (!s3) {
      return auth_error(expected.family, AuthErrc::InvalidScope,
                        "Credential should be scoped with a valid terminator: 'aws4_request'. ");
    }
    return s3_malformed(
        kind, fmt::format("incorrect terminal \"{}\". This endpoint uses \"aws4_request\".", terminator), text);
  }
  return std::nullopt;
}

// The next `name=value` of an Authorization header; they are divided by commas, with or without blanks.
std::string_view take_component(std::string_view& rest) {
  std::size_t comma = std::min(rest.find(','), rest.size());
  std::string_view component = rest.substr(0, comma);
  rest.remove_prefix(std::min(comma + 1, rest.size()));
  component.remove_prefix(std::min(component.find_first_not_of(' '), component.size()));
  return component.substr(0, component.find_last_not_of(' ') + 1);
}

AuthError missing_component(std::string_view name, std::string_view header, const Expectation& expected) {
  if (expected.is_s3()) {
    return auth_error(ErrorFamily::S3, AuthErrc::MalformedHeader,
                      fmt::format("The authorization header is malformed; missing {}.", name));
  }
  return auth_error(expected.family, AuthErrc::MalformedHeader,
                    fmt::format("Authorization header requires '{}' parameter. Authorization={}", name,
                                header.substr(0, header.find(' '))));
}

std::optional<AuthError> read_expires(std::string_view text, std::optional<seconds>& out) {
  long long value = 0;
  auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool number = end == text.data() + text.size() && !text.empty();
  auto malformed = [](std::string message) {
    return auth_error(ErrorFamily::S3, AuthErrc::MalformedQuery, std::move(message));
  };
  if (!number || errc == std::errc::invalid_argument) return malformed("X-Amz-Expires should be a number");
  bool negative = text.starts_with('-');
  if (negative) return malformed("X-Amz-Expires must be non-negative");
  if (errc == std::errc::result_out_of_range || value > kExpiresMax.count()) {
    return malformed(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
        "604800 "
        "seconds");
  }
  out = seconds(value);
  return std::nullopt;
}

}  // namespace

AuthError wrong_region(const Authenticated& who, std::string_view expected_region) {
  Expectation s3;
  return region_error(who.kind, {}, who.region, expected_region, s3);
}

std::optional<AuthError> read_credential(std::string_view text, AuthKind kind, const Expectation& expected,
                                         CredentialScope& out) {
  if (std::count(text.begin(), text.end(), '/') != 4) return malformed_credential(kind, text, expected);
  std::array<std::string_view, 5> parts;
  std::string_view rest = text;
  for (std::string_view& part : parts) {
    std::size_t slash = std::min(rest.find('/'), rest.size());
    part = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  out = {parts[0], {parts[1], parts[2], parts[3]}};
  return check_scope(text, parts[4], kind, expected, out);
}

std::optional<std::string_view> Sigv4Claim::session_token() const {
  return token_ ? std::optional<std::string_view>(*token_) : std::nullopt;
}

std::optional<AuthError> Sigv4Claim::read_header(const net::Request& request, const Expectation& expected) {
  kind_ = AuthKind::Header;
  std::string_view header = request.headers.get("authorization");
  std::string_view rest = header.substr(kSigv4.size());
  std::string_view credential, signed_headers;
  while (!rest.empty()) {
    std::string_view component = take_component(rest);
    if (component.empty()) continue;
    if (component.starts_with("Credential=")) {
      credential = component.substr(11);
    } else if (component.starts_with("SignedHeaders=")) {
      signed_headers = component.substr(14);
    } else if (component.starts_with("Signature=")) {
      signature_ = component.substr(10);
    } else if (expected.is_s3()) {
      return auth_error(ErrorFamily::S3, AuthErrc::MalformedHeader,
                        fmt::format("The authorization header is malformed; the authorization component \"{}\" is "
                                    "malformed.",
                                    component));
    }
  }
  if (credential.empty()) return missing_component("Credential", header, expected);
  if (signed_headers.empty()) return missing_component("SignedHeaders", header, expected);
  if (signature_.empty()) return missing_component("Signature", header, expected);
  if (auto error = read_credential(credential, kind_, expected, credential_)) return error;
  read_signed_headers(signed_headers);
  if (const std::string* token = request.headers.find("x-amz-security-token")) token_ = *token;
  if (auto error = read_date(request, expected)) return error;
  return read_payload(request, nullptr, expected);
}

std::optional<AuthError> Sigv4Claim::read_date(const net::Request& request, const Expectation& expected) {
  // AWS reads x-amz-date first; Date is for clients that cannot set another header.
  const std::string* amz = request.headers.find("x-amz-date");
  std::string_view text = amz ? std::string_view(*amz) : request.headers.get("date");
  std::optional<Time> time = parse_basic_time(text);
  if (!time) time = parse_http_time(text);
  if (!time) return auth_error(expected.family, AuthErrc::MissingDate);
  signed_at_ = *time;
  timestamp_ = format_basic_time(*time);
  if (timestamp_.starts_with(credential_.scope.date)) return std::nullopt;
  if (!expected.is_s3()) {
    return auth_error(expected.family, AuthErrc::InvalidScope,
                      fmt::format("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
                                  "HTTP: '{}' != '{}', from '{}'.",
                                  credential_.scope.date, timestamp_.substr(0, 8), timestamp_));
  }
  return auth_error(
      ErrorFamily::S3, AuthErrc::MalformedHeader,
      fmt::format("The authorization header is malformed; Invalid credential date \"{}\". This date is not "
                  "the same as X-Amz-Date: \"{}\".",
                  credential_.scope.date, timestamp_.substr(0, 8)));
}

std::optional<AuthError> Sigv4Claim::read_query(const CanonicalQuery& query, const net::Request& request,
                                                const Expectation& expected) {
  kind_ = AuthKind::Query;
  std::string_view previous;
  for (const auto& [name, value] : query) {
    if (name == previous && name.starts_with("X-Amz-")) return auth_error(expected.family, AuthErrc::MalformedQuery);
    previous = name;
  }
  const auto* credential = query.find("X-Amz-Credential");
  const auto* signature = query.find("X-Amz-Signature");
  const auto* date = query.find("X-Amz-Date");
  const auto* signed_headers = query.find("X-Amz-SignedHeaders");
  const auto* expires = query.find("X-Amz-Expires");
  bool complete = credential && signature && date && signed_headers && (expires || !expected.is_s3());
  if (!complete) return auth_error(expected.family, AuthErrc::MalformedQuery);

  signature_ = signature->value;
  credential_text_ = uri_decoded(credential->value, Plus::Literal);
  if (auto error = read_credential(credential_text_, kind_, expected, credential_)) return error;
  std::optional<Time> time = parse_basic_time(date->value);
  if (!time) {
    return auth_error(expected.family, AuthErrc::MalformedQuery,
                      R"(X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'")");
  }
  signed_at_ = *time;
  timestamp_ = date->value;
  if (!timestamp_.starts_with(credential_.scope.date)) {
    return auth_error(expected.family, expected.is_s3() ? AuthErrc::MalformedQuery : AuthErrc::InvalidScope,
                      fmt::format("Invalid credential date \"{}\". This date is not the same as X-Amz-Date: \"{}\".",
                                  credential_.scope.date, timestamp_.substr(0, 8)));
  }
  if (expires) {
    if (auto error = read_expires(expires->value, expires_)) return error;
  }
  read_signed_headers(uri_decoded(signed_headers->value, Plus::Literal));
  token_ = query.value("X-Amz-Security-Token");
  return read_payload(request, &query, expected);
}

void Sigv4Claim::read_signed_headers(std::string_view list) {
  signed_headers_text_ = list;
  for (char& c : signed_headers_text_) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  signed_headers_.reserve(8);
  std::string_view rest = signed_headers_text_;
  while (!rest.empty()) {
    std::size_t end = std::min(rest.find(';'), rest.size());
    if (end > 0) signed_headers_.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!std::ranges::is_sorted(signed_headers_, std::ranges::less_equal())) {
    std::ranges::sort(signed_headers_);
    auto repeated = std::ranges::unique(signed_headers_);
    signed_headers_.erase(repeated.begin(), repeated.end());
  }
}

std::optional<AuthError> Sigv4Claim::read_payload(const net::Request& request, const CanonicalQuery* query,
                                                  const Expectation& expected) {
  if (const std::string* header = request.headers.find("x-amz-content-sha256")) {
    content_sha256_ = *header;
  } else if (const auto* parameter = query ? query->find("X-Amz-Content-Sha256") : nullptr) {
    content_sha256_text_ = uri_decoded(parameter->value, Plus::Literal);
    content_sha256_ = content_sha256_text_;
  }
  if (content_sha256_.empty()) {
    if (!expected.is_s3()) {
      bool known = !request.has_body() || !expected.body_sha256.empty();
      return known ? std::nullopt : std::optional(auth_error(expected.family, AuthErrc::MissingContentSha256));
    }
    if (!query) return auth_error(ErrorFamily::S3, AuthErrc::MissingContentSha256);
    // A presigned URL says nothing about the body; what an SDK puts into it may still be framed.
    payload_ = payload_mode_without_hash(request);
    return std::nullopt;
  }
  auto mode = payload_mode_of(content_sha256_);
  if (!mode) {
    if (expected.is_s3()) return mode.error();
    return auth_error(expected.family, mode.error().errc);
  }
  payload_ = *mode;
  if (payload_ == PayloadMode::Unsigned && is_aws_chunked(request)) {
    // A presigned URL made by an SDK promises UNSIGNED-PAYLOAD before anybody knows how the body will be sent.
    if (query) {
      payload_ = payload_mode_without_hash(request);
    } else {
      return auth_error(expected.family, AuthErrc::ChunkedUnsignedPayload, {},
                        {{"ArgumentName", "Content-Encoding"},
                         {"ArgumentValue", std::string(request.headers.get("content-encoding"))}});
    }
  }
  return std::nullopt;
}

std::optional<AuthError> Sigv4Claim::check_time(Time now, seconds max_skew, const Expectation& expected) const {
  if (kind_ == AuthKind::Query && signed_at_ <= now + max_skew) {
    seconds lifetime = expires_.value_or(max_skew);
    if (now <= signed_at_ + lifetime) return std::nullopt;
    if (!expected.is_s3()) return auth_error(expected.family, AuthErrc::Expired);
    return auth_error(ErrorFamily::S3, AuthErrc::Expired, {},
                      {{"X-Amz-Expires", fmt::format("{}", lifetime.count())},
                       {"Expires", format_extended_time(signed_at_ + lifetime)},
                       {"ServerTime", format_extended_time(now)}});
  }
  bool early = signed_at_ > now + max_skew, late = signed_at_ < now - max_skew;
  if (!early && !late) return std::nullopt;
  if (!expected.is_s3()) {
    auto minutes = std::chrono::duration_cast<std::chrono::minutes>(max_skew).count();
    std::string text =
        late ? fmt::format("Signature expired: {} is now earlier than {} ({} - {} min.)", timestamp_,
                           format_basic_time(now - max_skew), format_basic_time(now), minutes)
             : fmt::format("Signature not yet current: {} is still later than {} ({} + {} min.)", timestamp_,
                           format_basic_time(now + max_skew), format_basic_time(now), minutes);
    return auth_error(expected.family, late ? AuthErrc::TimeTooSkewed : AuthErrc::NotYetValid, std::move(text));
  }
  if (kind_ == AuthKind::Query) {
    return auth_error(ErrorFamily::S3, AuthErrc::NotYetValid, {},
                      {{"X-Amz-Date", timestamp_}, {"ServerTime", format_extended_time(now)}});
  }
  return auth_error(ErrorFamily::S3, AuthErrc::TimeTooSkewed, {},
                    {{"RequestTime", timestamp_},
                     {"ServerTime", format_extended_time(now)},
                     {"MaxAllowedSkewMilliseconds", fmt::format("{}", milliseconds(max_skew).count())}});
}

std::optional<AuthError> Sigv4Claim::check_signed_headers(const net::Request& request,
                                                          const Expectation& expected) const {
  auto is_signed = [&](std::string_view name) { return std::ranges::binary_search(signed_headers_, name); };
  std::vector<std::string_view> missing;
  if (!is_signed("host")) missing.push_back("host");
  for (const auto& [name, value] : request.headers) {
    if (!name.starts_with("x-amz-") || is_signed(name)) continue;
    // Outside S3 a session token may be added after signing: the credential it belongs to is checked all the same.
    if (name == "x-amz-security-token" && !expected.is_s3()) continue;
    if (std::ranges::find(missing, name) == missing.end()) missing.push_back(name);
  }
  if (missing.empty()) return std::nullopt;
  return auth_error(expected.family, AuthErrc::HeadersNotSigned, {},
                    {{"HeadersNotSigned", fmt::format("{}", fmt::join(missing, ", "))}});
}

std::string_view Sigv4Claim::payload_line(const Expectation& expected) const {
  if (!content_sha256_.empty()) return content_sha256_;
  if (expected.is_s3()) return "UNSIGNED-PAYLOAD";
  return expected.body_sha256.empty() ? kEmptySha256 : expected.body_sha256;
}

std::string Sigv4Claim::string_to_sign(std::string_view canonical) const {
  HexDigest256 hash = to_hex(Sha256::of(canonical));
  const SigningScope& scope = credential_.scope;
  std::string out;
  out.reserve(192);
  for (std::string_view piece : {kSigv4, std::string_view("\n"), std::string_view(timestamp_), std::string_view("\n"),
                                 scope.date, std::string_view("/"), scope.region, std::string_view("/"), scope.service,
                                 std::string_view("/aws4_request\n"), view(hash)}) {
    out += piece;
  }
  return out;
}

// Outside S3 some SDKs sign first and put the session token into the URL then.
bool Sigv4Claim::matches_with_token_added_after(const net::Request& request, const CanonicalQuery& query,
                                                const Expectation& expected, const HmacKey& key) const {
  if (expected.is_s3() || kind_ != AuthKind::Query || !token_) return false;
  std::string canonical = canonical_request(request, query, signed_headers_, payload_line(expected), PathStyle::Others,
                                            CanonicalQuery::Token::AddedAfter);
  return equal_constant_time(view(to_hex(key.sign({string_to_sign(canonical)}))), signature_);
}

std::optional<AuthError> Sigv4Claim::verify(const net::Request& request, const CanonicalQuery& query,
                                            const Expectation& expected, const Credential& credential,
                                            SigningKeys& keys, Authenticated& who) const {
  PathStyle style = expected.is_s3() ? PathStyle::S3 : PathStyle::Others;
  std::string canonical = canonical_request(request, query, signed_headers_, payload_line(expected), style);
  std::string to_sign = string_to_sign(canonical);
  const SigningScope& scope = credential_.scope;
  auto key = keys.get(credential.access_key_id, credential.secret, scope);
  HexDigest256 signature = to_hex(key->sign({to_sign}));
  bool matches = equal_constant_time(view(signature), signature_) ||
                 matches_with_token_added_after(request, query, expected, *key);
  if (!matches) {
    if (!expected.is_s3()) return auth_error(expected.family, AuthErrc::SignatureMismatch);
    return auth_error(ErrorFamily::S3, AuthErrc::SignatureMismatch, {},
                      {{"AWSAccessKeyId", credential.access_key_id},
                       {"StringToSign", to_sign},
                       {"SignatureProvided", std::string(signature_)},
                       {"StringToSignBytes", spaced_hex(to_sign)},
                       {"CanonicalRequest", canonical},
                       {"CanonicalRequestBytes", spaced_hex(canonical)}});
  }
  who.family = expected.family;
  who.kind = kind_;
  who.version = SignatureVersion::V4;
  who.signed_at = signed_at_;
  who.region = scope.region;
  who.service = scope.service;
  who.payload = payload_;
  if (payload_ == PayloadMode::Literal) std::ranges::copy(content_sha256_, who.payload_sha256.begin());
  for (char& c : who.payload_sha256) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  who.signature = signature;
  who.signing_key = std::move(key);
  return std::nullopt;
}

}  // namespace skerry::auth
