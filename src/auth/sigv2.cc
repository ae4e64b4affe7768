#include "auth/sigv2.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "auth/payload_mode.h"
#include "auth/timestamp.h"
#include "base/bytes.h"

namespace skerry::auth {
namespace {

// The parameters that are part of a resource's name. What AWS documents, and what botocore and older SDKs sign besides.
constexpr std::string_view kSubresources[] = {"accelerate",
                                              "acl",
                                              "analytics",
                                              "cors",
                                              "defaultObjectAcl",
                                              "delete",
                                              "encryption",
                                              "inventory",
                                              "lifecycle",
                                              "location",
                                              "logging",
                                              "metrics",
                                              "notification",
                                              "object-lock",
                                              "partNumber",
                                              "policy",
                                              "replication",
                                              "requestPayment",
                                              "response-cache-control",
                                              "response-content-disposition",
                                              "response-content-encoding",
                                              "response-content-language",
                                              "response-content-type",
                                              "response-expires",
                                              "restore",
                                              "select",
                                              "select-type",
                                              "storageClass",
                                              "tagging",
                                              "torrent",
                                              "uploadId",
                                              "uploads",
                                              "versionId",
                                              "versioning",
                                              "versions",
                                              "website"};
static_assert(std::ranges::is_sorted(kSubresources));

void append_subresources(std::string& out, const net::Request& request, const CanonicalQuery& query) {
  char mark = '?';
  std::string_view raw = request.query();
  for (const auto& [name, value] : query) {
    if (!std::ranges::binary_search(kSubresources, name)) continue;
    out += mark;
    out += name;
    mark = '&';
    // `?acl` is signed without an equals sign, `?acl=` with one: only the query as sent can tell.
    std::string with_equals = std::string(name) + '=';
    bool equals = raw.starts_with(with_equals) || raw.find('&' + with_equals) != raw.npos;
    if (equals) {
      out += '=';
      out += uri_decoded(value, Plus::Literal);
    }
  }
}

// x-amz-* fields, each name once, sorted. In a URL they may be parameters: that is how SDKs presign headers, which are
// then sent as well.
void append_amz_headers(std::string& out, const net::Request& request, const CanonicalQuery& query, AuthKind kind) {
  std::map<std::string, std::string, std::less<>> fields;
  auto add = [&](std::string_view name, std::string_view value) {
    std::string& all = fields[std::string(name)];
    if (!all.empty()) all += ',';
    all += value;
  };
  for (const auto& [name, value] : request.headers) {
    if (name.starts_with("x-amz-")) add(name, value);
  }
  if (kind == AuthKind::Query) {
    for (const auto& [name, value] : query) {
      if (name.starts_with("x-amz-") && !request.headers.find(name)) add(name, uri_decoded(value, Plus::Literal));
    }
  }
  for (const auto& [name, value] : fields) {
    out += name;
    out += ':';
    out += value;
    out += '\n';
  }
}

}  // namespace

std::string sigv2_string_to_sign(const net::Request& request, const CanonicalQuery& query, std::string_view date,
                                 std::string_view resource, AuthKind kind) {
  std::string out = request.method;
  for (std::string_view name : {"content-md5", "content-type"}) {
    out += '\n';
    const std::string* value = request.headers.find(name);
    if (value) {
      out += *value;
    } else if (kind == AuthKind::Query) {
      out += query.value(name).value_or("");
    }
  }
  out += '\n';
  out += date;
  out += '\n';
  append_amz_headers(out, request, query, kind);
  out += resource;
  append_subresources(out, request, query);
  return out;
}

std::optional<std::string_view> Sigv2Claim::session_token() const {
  return token_ ? std::optional<std::string_view>(*token_) : std::nullopt;
}

std::optional<AuthError> Sigv2Claim::read_header(const net::Request& request) {
  kind_ = AuthKind::Header;
  std::string_view header = request.headers.get("authorization");
  std::string_view pair = header.substr(4);  // past "AWS "
  std::size_t colon = pair.find(':');
  if (colon == pair.npos || colon == 0 || colon + 1 == pair.size()) {
    return auth_error(ErrorFamily::S3, AuthErrc::UnsupportedAuthorization,
                      "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature",
                      {{"ArgumentName", "Authorization"}, {"ArgumentValue", std::string(header)}});
  }
  access_key_id_ = pair.substr(0, colon);
  signature_ = pair.substr(colon + 1);
  if (const std::string* token = request.headers.find("x-amz-security-token")) token_ = *token;
  const std::string* amz = request.headers.find("x-amz-date");
  if (!amz) date_ = request.headers.get("date");
  request_time_ = amz ? *amz : date_;
  std::optional<Time> time = parse_http_time(request_time_);
  if (!time) time = parse_basic_time(request_time_);
  if (!time) return auth_error(ErrorFamily::S3, AuthErrc::MissingDate);
  signed_at_ = *time;
  return std::nullopt;
}

std::optional<AuthError> Sigv2Claim::read_query(const CanonicalQuery& query, const net::Request& request) {
  kind_ = AuthKind::Query;
  auto id = query.value("AWSAccessKeyId"), signature = query.value("Signature"), expires = query.value("Expires");
  if (!id || !signature || !expires || query.count("Signature") > 1 || query.count("Expires") > 1) {
    return auth_error(ErrorFamily::S3, AuthErrc::MissingAuthentication,
                      "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
  }
  access_key_id_ = *id;
  signature_ = *signature;
  date_ = *expires;
  std::int64_t at = 0;
  auto [end, errc] = std::from_chars(date_.data(), date_.data() + date_.size(), at);
  // The bound keeps microseconds within 64 bits; it is in the year 9999.
  if (errc != std::errc() || end != date_.data() + date_.size() || at < 0 || at > 253402300799) {
    return auth_error(ErrorFamily::S3, AuthErrc::MissingAuthentication,
                      fmt::format("Invalid date (should be seconds since epoch): {}", date_));
  }
  signed_at_ = Time(seconds(at));
  token_ = query.value("x-amz-security-token");
  if (const std::string* token = request.headers.find("x-amz-security-token"); token && !token_) token_ = *token;
  return std::nullopt;
}

std::optional<AuthError> Sigv2Claim::check_time(Time now, seconds max_skew) const {
  if (kind_ == AuthKind::Query) {
    if (now <= signed_at_) return std::nullopt;
    return auth_error(ErrorFamily::S3, AuthErrc::Expired, {},
                      {{"Expires", format_extended_time(signed_at_)}, {"ServerTime", format_extended_time(now)}});
  }
  if (signed_at_ <= now + max_skew && signed_at_ >= now - max_skew) return std::nullopt;
  return auth_error(ErrorFamily::S3, AuthErrc::TimeTooSkewed, {},
                    {{"RequestTime", request_time_},
                     {"ServerTime", format_extended_time(now)},
                     {"MaxAllowedSkewMilliseconds", fmt::format("{}", milliseconds(max_skew).count())}});
}

std::optional<AuthError> Sigv2Claim::verify(const net::Request& request, const CanonicalQuery& query,
                                            std::string_view virtual_bucket, const Credential& credential,
                                            Authenticated& who) const {
  std::string resource;
  if (!virtual_bucket.empty()) resource = '/' + std::string(virtual_bucket);
  resource += request.path();
  auto matches = [&](const std::string& text) {
    return equal_constant_time(base64(hmac_sha1(credential.secret, text)), signature_);
  };
  std::string to_sign = sigv2_string_to_sign(request, query, date_, resource, kind_);
  bool good = matches(to_sign);
  if (!good && resource.find('/', 1) == resource.npos) {
    // botocore asks for /bucket and signs /bucket/.
    good = matches(sigv2_string_to_sign(request, query, date_, resource + '/', kind_));
  }
  if (!good) {
    return auth_error(ErrorFamily::S3, AuthErrc::SignatureMismatch, {},
                      {{"AWSAccessKeyId", credential.access_key_id},
                       {"StringToSign", to_sign},
                       {"SignatureProvided", signature_},
                       {"StringToSignBytes", spaced_hex(to_sign)}});
  }
  who.kind = kind_;
  who.version = SignatureVersion::V2;
  if (kind_ == AuthKind::Header) who.signed_at = signed_at_;
  who.payload = payload_mode_without_hash(request);
  return std::nullopt;
}

}  // namespace skerry::auth
