#include "s3/front.h"

#include <algorithm>

#include "api/auth_errors.h"
#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/integrity.h"
#include "s3/names.h"
#include "s3/ops/copy_source.h"
#include "s3/ops/find_object.h"
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

std::expected<void, wire::ApiError> check_owner(RequestFacts::Value expected, std::string_view account_id) {
  if (!expected.sent) return {};
  bool account =
      expected.text.size() == 12 && std::ranges::all_of(expected.text, [](char c) { return c >= '0' && c <= '9'; });
  if (!account) {
    return std::unexpected(error(Errc::InvalidBucketOwnerAWSAccountID).with("BucketOwner", std::string(expected.text)));
  }
  if (expected.text != account_id) return std::unexpected(error(Errc::AccessDenied));
  return {};
}

// Whether the request may be signed for another region than its bucket's: who asks where a bucket is cannot know it,
// and asks the first region.
bool asks_where(const wire::Operation& operation, std::string_view region) {
  return operation.name == "GetBucketLocation" && region == "us-east-1";
}

bool without_bucket(const wire::Operation& operation) {
  return operation.name == "ListBuckets" || operation.name == "CreateBucket";
}

bool copies(const wire::Operation& operation) {
  return std::ranges::any_of(operation.permissions,
                             [](const auto& permission) { return permission.resource->name == on::kCopySource; });
}

// Only who signs may say what the answer's headers are to be.
std::expected<void, wire::ApiError> check_anonymous(const wire::Context& context) {
  std::string_view query = context.request.query();
  bool overrides = query.starts_with("response-") || query.find("&response-") != query.npos;
  if (context.operation().name != "GetObject" || !overrides) return {};
  return std::unexpected(
      error(Errc::InvalidRequest, "Request specific response headers cannot be used for anonymous GET requests."));
}

// Condition keys of which only a body can tell.
bool waits_for_body(const wire::Context& context, const FoundBucket* bucket) {
  constexpr std::pair<std::string_view, std::string_view> kKeys[] = {{"CreateBucket", "s3:locationconstraint"},
                                                                     {"CreateBucket", "aws:requesttag/"},
                                                                     {"CreateBucket", "aws:tagkeys"},
                                                                     {"PutObjectTagging", "s3:requestobjecttag"}};
  return std::ranges::any_of(kKeys, [&](const auto& entry) {
    return entry.first == context.operation().name && asks_for(context, bucket, entry.second);
  });
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
  auto admission = std::make_shared<Admission>();
  admission->signing = {who.kind, who.version, who.signed_at};
  admission->now = parts_.clock.now();
  context.found = admission;
  const wire::Operation& operation = context.operation();
  // The form's signature is among its fields: the handler asks when it has read them.
  if (operation.name == "PostObject") co_return Result();
  if (context.principal.kind == wire::Principal::Kind::Anonymous) {
    if (auto good = check_anonymous(context); !good) co_return good;
  }
  const net::Headers presigned = presigned_headers(context.route);
  for (const net::Headers* sent : {&context.request.headers, &presigned}) {
    if (auto good = check_served_headers(*sent); !good) co_return good;
  }
  if (without_bucket(operation)) co_return authorize_without_bucket(context, *admission);

  std::string name(context.route.label("Bucket"));
  if (auto good = check_object_key(context.route.label("Key")); !good) co_return good;
  auto found = co_await find_bucket(context, std::move(name), "x-amz-expected-bucket-owner");
  if (!found) co_return std::unexpected(std::move(found.error()));
  admission->bucket = std::move(*found);
  if (auto good = co_await check_permissions(context, *admission); !good) {
    // HeadBucket says where a bucket is also to those who may not enter it.
    if (operation.name != "HeadBucket") co_return good;
    const std::string& region = admission->bucket.record.region();
    co_return std::unexpected(std::move(good.error()).header("x-amz-bucket-region", region));
  }
  co_return check_region(context, who, admission->bucket);
}

std::expected<void, wire::ApiError> Front::authorize_without_bucket(const wire::Context& context,
                                                                    Admission& admission) const {
  std::string_view name = context.route.label("Bucket");
  bool makes = context.operation().name == "CreateBucket";
  if (makes) {
    if (auto good = check_bucket_name(name); !good) return good;
  }
  admission.undecided = waits_for_body(context, nullptr);
  if (admission.undecided) return {};
  return permit(context, facts_of(context, admission), makes ? on::kBucket : on::kBuckets, {.bucket_name = name});
}

std::expected<void, wire::ApiError> Front::check_region(const wire::Context& context, const auth::Authenticated& who,
                                                        const FoundBucket& bucket) const {
  const std::string& region = bucket.record.region();
  bool good = who.version != auth::SignatureVersion::V4 || options_.any_region || who.region == region ||
              asks_where(context.operation(), who.region);
  if (good) return {};
  auto wrong = api::api_error(auth::wrong_region(who, region));
  return std::unexpected(std::move(wrong).header("x-amz-bucket-region", region));
}

Task<std::expected<FoundBucket, wire::ApiError>> Front::find_bucket(const wire::Context& context, std::string name,
                                                                    std::string_view owner_header) const {
  auto found = co_await find_guarded(parts_.buckets, std::move(name));
  if (!found) co_return found;
  const RequestFacts facts = facts_of(context, admission_of(context));
  if (auto good = check_owner(facts.find(owner_header), found->record.account_id()); !good) {
    co_return std::unexpected(std::move(good.error()));
  }
  co_return found;
}

Task<std::expected<void, wire::ApiError>> Front::check_permissions(const wire::Context& context,
                                                                   Admission& admission) const {
  const RequestFacts facts = facts_of(context, admission);
  const Thing target = target_of(context);
  Thing source;
  CopySource named;
  std::string source_version;
  if (copies(context.operation())) {
    auto parsed = parse_copy_source(facts.find("x-amz-copy-source").text);
    if (!parsed) co_return std::unexpected(std::move(parsed.error()));
    named = std::move(*parsed);
    std::string name = named.bucket;
    auto found = co_await find_bucket(context, std::move(name), "x-amz-source-expected-bucket-owner");
    if (!found) co_return std::unexpected(std::move(found.error()));
    admission.source = std::move(*found);
    if (named.version) source_version = named.version->text();
    source = {.bucket = &*admission.source,
              .bucket_name = admission.source->name,
              .key = named.key,
              .version_id = source_version};
  }
  admission.undecided = waits_for_body(context, &admission.bucket);
  if (admission.undecided) co_return Result();

  for (const wire::Permission& permission : context.operation().permissions) {
    // A list is in the body, whose handler asks for each thing in it.
    if (permission.resource->name == on::kListedObject || !facts.needs(permission)) continue;
    Thing thing = permission.resource->name == on::kCopySource ? source : target;
    std::optional<record::VersionDetail> detail;
    if (wants_tags(context, permission, thing)) {
      auto loaded = co_await load_detail(thing);
      if (!loaded) co_return std::unexpected(std::move(loaded.error()));
      detail = std::move(*loaded);
      if (detail) thing.detail = &*detail;
    }
    Verdict verdict = judge(context, facts, permission, thing);
    if (verdict.acl_may_allow) {
      auto loaded = co_await load_detail(thing);
      if (!loaded) co_return std::unexpected(std::move(loaded.error()));
      // There is no list of what is not there.
      if (!*loaded) co_return std::unexpected(as_told(context, *thing.bucket, no_such_key(thing.key)));
      detail = std::move(*loaded);
      thing.detail = &*detail;
      verdict = judge(context, facts, permission, thing);
    }
    if (!verdict.allowed) co_return std::unexpected(denied(context, permission, thing, verdict));
  }
  co_return Result();
}

Task<std::expected<std::optional<record::VersionDetail>, wire::ApiError>> Front::load_detail(Thing thing) const {
  using Loaded = std::optional<record::VersionDetail>;
  std::optional<VersionId> id;
  if (thing.versioned()) {
    id = VersionId::parse(thing.version_id);
    if (!id) co_return Loaded();  // which its handler refuses
  }
  const std::string key(thing.key);
  auto found = co_await load_object(parts_.index, *thing.bucket, key, id, "GET");
  if (found) co_return Loaded(std::move(found->detail));
  for (Errc missing : {Errc::NoSuchKey, Errc::NoSuchVersion, Errc::MethodNotAllowed, Errc::InvalidArgument}) {
    if (found.error().is(info(missing))) co_return Loaded();
  }
  co_return std::unexpected(std::move(found.error()));
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
  return expected->verify_text(body, trailers);
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

Task<std::expected<FoundBucket, wire::ApiError>> find_guarded(BucketRegistry& buckets, std::string name) {
  if (auto good = check_bucket_name(name); !good) co_return std::unexpected(std::move(good.error()));
  auto found = co_await buckets.find(std::move(name));
  if (!found) co_return found;
  // Elsewhere there is nothing public that could be blocked.
  if (!found->access->policy_is_public && !found->access->acls_enabled()) co_return found;
  auto blocked = co_await buckets.public_access_block(*found);
  if (!blocked) co_return std::unexpected(std::move(blocked.error()));
  found->blocked = std::move(*blocked);
  co_return found;
}

FoundBucket& bucket_of(wire::Context& context) { return admission_of(context).bucket; }

FoundBucket& source_of(wire::Context& context) {
  Admission& admission = admission_of(context);
  CHECK(admission.source.has_value(), "{} copies nothing", context.operation().name);
  return *admission.source;
}

}  // namespace skerry::s3
