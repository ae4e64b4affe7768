#include "s3/front.h"

#include <algorithm>

#include "api/auth_errors.h"
#include "digest/hasher.h"
#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/integrity.h"
#include "s3/names.h"
#include "wire/text.h"

namespace skerry::s3 {
namespace {

// Headers of what is not served yet. Taking them and doing nothing would be a promise broken in silence.
constexpr std::string_view kUnservedHeaders[] = {
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-context",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-server-side-encryption-customer-key-md5",
    "x-amz-copy-source-server-side-encryption-customer-algorithm",
    "x-amz-copy-source-server-side-encryption-customer-key",
    "x-amz-copy-source-server-side-encryption-customer-key-md5",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-object-lock-legal-hold",
    "x-amz-bucket-object-lock-enabled",
    "x-amz-bypass-governance-retention",
    "x-amz-request-payer",
    "x-amz-mfa",
    "x-amz-write-offset-bytes",
    "x-amz-rename-source",
    "x-amz-bucket-namespace",
};

std::expected<void, wire::ApiError> check_expected_owner(const net::Headers& headers, std::string_view account_id) {
  const std::string* expected = headers.find("x-amz-expected-bucket-owner");
  if (!expected) return {};
  bool account = expected->size() == 12 && std::ranges::all_of(*expected, [](char c) { return c >= '0' && c <= '9'; });
  if (!account) {
    return std::unexpected(error(Errc::InvalidBucketOwnerAWSAccountID).with("BucketOwner", *expected));
  }
  if (*expected != account_id) return std::unexpected(error(Errc::AccessDenied));
  return {};
}

// Until policies come: an account's root may do everything in its own buckets, and nobody else anything.
std::expected<void, wire::ApiError> check_owner(const wire::Context& context, const FoundBucket& bucket) {
  if (context.principal.account_id == bucket.record.account_id()) return {};
  return std::unexpected(error(Errc::AccessDenied));
}

// Whether the request may be signed for another region than its bucket's: who asks where a bucket is cannot know it,
// and asks the first region.
bool asks_where(const wire::Operation& operation, std::string_view region) {
  return operation.name == "GetBucketLocation" && region == "us-east-1";
}

bool without_bucket(const wire::Operation& operation) {
  // The form's signature is among its fields: PostObject looks for its bucket itself.
  return operation.name == "ListBuckets" || operation.name == "CreateBucket" || operation.name == "PostObject";
}

// Only who signs may say what the answer's headers are to be.
wire::ApiError anonymous_error(const wire::Context& context) {
  std::string_view query = context.request.query();
  bool overrides = query.starts_with("response-") || query.find("&response-") != query.npos;
  if (context.operation().name != "GetObject" || !overrides) return error(Errc::AccessDenied);
  return error(Errc::InvalidRequest, "Request specific response headers cannot be used for anonymous GET requests.");
}

// The headers that an SDK has moved into the query, presigning: handlers take them from there too.
net::Headers presigned_headers(const wire::Route& route) {
  net::Headers out;
  for (const auto& [name, value] : route.query) {
    if (name.starts_with("x-amz-")) out.add(name, value);
  }
  return out;
}

net::Headers only_md5(const net::Headers& headers) {
  net::Headers out;
  if (const std::string* md5 = headers.find("content-md5")) out.add("content-md5", *md5);
  return out;
}

}  // namespace

const wire::Service& Front::service() const { return *GetObjectOp::descriptor().service; }

Task<std::expected<void, wire::ApiError>> Front::authorize(wire::Context& context, const auth::Authenticated& who) {
  using Result = std::expected<void, wire::ApiError>;
  const net::Headers& headers = context.request.headers;
  if (context.operation().name == "PostObject") co_return Result();
  if (context.principal.kind == wire::Principal::Kind::Anonymous) co_return std::unexpected(anonymous_error(context));
  const net::Headers presigned = presigned_headers(context.route);
  for (const net::Headers* sent : {&headers, &presigned}) {
    if (auto good = check_served_headers(*sent); !good) co_return good;
  }
  if (without_bucket(context.operation())) co_return Result();

  std::string name(context.route.label("Bucket"));
  if (auto good = check_bucket_name(name); !good) co_return good;
  if (auto good = check_object_key(context.route.label("Key")); !good) co_return good;
  auto found = co_await buckets_.find(std::move(name));
  if (!found) co_return std::unexpected(found.error());
  const std::string& region = found->record.region();
  if (auto good = check_owner(context, *found); !good) {
    // HeadBucket says where a bucket is also to those who may not enter it.
    if (context.operation().name != "HeadBucket") co_return good;
    co_return std::unexpected(std::move(good.error()).header("x-amz-bucket-region", region));
  }
  for (const net::Headers* sent : {&headers, &presigned}) {
    if (auto good = check_expected_owner(*sent, found->record.account_id()); !good) co_return good;
  }
  if (who.version == auth::SignatureVersion::V4 && !options_.any_region && who.region != region &&
      !asks_where(context.operation(), who.region)) {
    auto wrong = api::api_error(auth::wrong_region(who, region));
    co_return std::unexpected(std::move(wrong).header("x-amz-bucket-region", region));
  }
  context.found = std::make_shared<FoundBucket>(std::move(*found));
  co_return Result();
}

std::expected<void, wire::ApiError> Front::check_body(const wire::Context& context, std::string_view body,
                                                      const net::Headers& trailers) {
  const net::Headers& headers = context.request.headers;
  // There a checksum is the object's, not the document's: the handler holds it against what it makes.
  bool of_object = context.operation().name == "CompleteMultipartUpload";
  auto expected =
      of_object ? ExpectedDigests::parse(only_md5(headers)) : ExpectedDigests::parse(headers, context.route.query);
  if (!expected) return std::unexpected(expected.error());
  if (context.operation().checksum_required && !expected->vouched_for()) {
    return std::unexpected(
        error(Errc::InvalidRequest, "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"));
  }
  if (!expected->vouched_for()) return {};
  std::vector<digest::Digest> digests;
  for (digest::Algorithm algorithm : expected->to_compute()) digests.push_back(digest::digest_of(algorithm, body));
  return expected->verify(digests, &trailers);
}

std::expected<void, wire::ApiError> check_served_headers(const net::Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!name.starts_with("x-amz-")) continue;
    if (name == "x-amz-server-side-encryption" && value != "AES256") {
      if (value == "aws:kms" || value == "aws:kms:dsse") return std::unexpected(not_implemented_header(name));
      return std::unexpected(
          error(Errc::InvalidEncryptionAlgorithmError).with("ArgumentName", name).with("ArgumentValue", value));
    }
    if (name == "x-amz-request-payer" && value == "requester") return std::unexpected(not_implemented_header(name));
    bool false_flag = value == "false" && (name.ends_with("-enabled") || name.ends_with("-retention"));
    if (!false_flag && std::ranges::find(kUnservedHeaders, name) != std::end(kUnservedHeaders)) {
      return std::unexpected(not_implemented_header(name));
    }
  }
  return {};
}

FoundBucket& bucket_of(wire::Context& context) {
  CHECK(context.found != nullptr, "{} was not authorised", context.operation().name);
  return *static_cast<FoundBucket*>(context.found.get());
}

Task<std::expected<FoundBucket, wire::ApiError>> find_readable_bucket(BucketRegistry& buckets,
                                                                      const wire::Context& context, std::string name) {
  if (auto good = check_bucket_name(name); !good) co_return std::unexpected(good.error());
  auto found = co_await buckets.find(std::move(name));
  if (!found) co_return std::unexpected(found.error());
  if (auto good = check_owner(context, *found); !good) co_return std::unexpected(good.error());
  co_return found;
}

}  // namespace skerry::s3
