#include <fmt/format.h>

#include "api/auth_errors.h"
#include "api/caller.h"
#include "auth/post_form.h"
#include "auth/post_policy.h"
#include "auth/post_signature.h"
#include "iam/principal.h"
#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/integrity.h"
#include "s3/ops/checksum_fields.h"
#include "s3/ops/object_headers.h"
#include "s3/ops/objects.h"
#include "s3/ops/posted_fields.h"
#include "s3/ops/store_object.h"

namespace skerry::s3 {
namespace {

std::string object_location(const wire::Context& context, const std::string& bucket, std::string_view key) {
  std::string_view scheme = context.request.peer.secure ? "https" : "http";
  std::string out = fmt::format("{}://{}/", scheme, context.request.host);
  if (!context.route.virtual_host) out.append(bucket).append("/");
  return out.append(percent_encode_key(key));
}

class PostObject {
 public:
  explicit PostObject(const ObjectParts& parts) : parts_(parts) {}

  // The front lets forms through: nothing is known of the caller until the fields have been read, and nothing is
  // stored before the caller may.
  Task<std::expected<PostObjectOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                   PostObjectRequest request) const {
    auto boundary = auth::form_boundary(context.request.headers.get("content-type"));
    if (!boundary) co_return std::unexpected(api::api_error(boundary.error()));
    auth::PostForm form(*request.body.source, std::move(*boundary));
    auto fields = co_await form.read_fields();
    if (!fields) co_return std::unexpected(form_error(form, fields.error()));
    if (form.filename()) fields->expand_filename(*form.filename());
    auto policy = co_await authorize(context, *fields, request.bucket);
    if (!policy) co_return std::unexpected(policy.error());

    auto posted = read_posted_fields(*fields);
    if (!posted) co_return std::unexpected(posted.error());
    if (auto good = permit_post(context, *policy, *posted); !good) co_return std::unexpected(std::move(good.error()));
    const AclReader acls(parts_.meta, parts_.buckets);
    auto acl = co_await acls.of_new_object(context.principal, policy->bucket, posted->key, std::move(posted->acl));
    if (!acl) co_return std::unexpected(acl.error());
    auto content = co_await store(form, *policy, posted->digests, context.request.length);
    if (!content) co_return std::unexpected(content.error());
    NewVersion version = make_version(*content, posted->headers, posted->digests.kept());
    if (*acl) *version.detail.mutable_acl() = std::move(**acl);
    WriteCondition none;
    std::string key = posted->key;
    auto installed = co_await parts_.index.install(policy->bucket, std::move(key), std::move(version), std::move(none));
    if (!installed) co_return std::unexpected(installed.error());
    content->in_flight.settle();
    co_return answer(context, request.bucket, *posted, *installed);
  }

 private:
  // Who may store what where.
  struct Permit {
    FoundBucket bucket;
    auth::PostPolicy policy;
  };

  Task<std::expected<Permit, wire::ApiError>> authorize(wire::Context& context, const auth::FormFields& fields,
                                                        std::string bucket_name) const {
    if (auto missing = auth::require_form_field(fields, "key")) co_return std::unexpected(api::api_error(*missing));
    const std::string* document = fields.find("policy");
    // Without a policy there is nothing that anybody could have signed.
    if (!document) co_return std::unexpected(error(Errc::AccessDenied));
    constexpr std::string_view kServices[] = {"s3"};
    auth::Expectation expected{.services = kServices};
    auto who = co_await auth::authenticate_form(parts_.authenticator, fields, expected);
    if (!who) co_return std::unexpected(api::api_error(who.error()));
    if (!who->credential) co_return std::unexpected(error(Errc::AccessDenied));
    auto policy = auth::PostPolicy::parse(*document);
    if (!policy) co_return std::unexpected(api::api_error(policy.error()));
    if (auto violated = policy->check(fields, bucket_name, parts_.clock.now())) {
      co_return std::unexpected(api::api_error(*violated));
    }
    auto bucket = co_await find_guarded(parts_.buckets, std::move(bucket_name));
    if (!bucket) co_return std::unexpected(bucket.error());
    bool region_matters = who->version == auth::SignatureVersion::V4 && !parts_.any_region;
    if (region_matters && who->region != bucket->record.region()) {
      co_return std::unexpected(api::api_error(auth::wrong_region(*who, bucket->record.region())));
    }
    context.principal = api::principal_of(*who);
    admission_of(context).signing = {who->kind, who->version, who->signed_at};
    co_return Permit{std::move(*bucket), std::move(*policy)};
  }

  // Fields stand for the headers of a PutObject.
  static std::expected<void, wire::ApiError> permit_post(const wire::Context& context, const Permit& permit,
                                                         const PostedFields& posted) {
    const wire::Parameters no_query;
    const Admission& admission = admission_of(context);
    RequestFacts facts{.operation = context.operation().name,
                       .headers = posted.fields,
                       .query = no_query,
                       .peer = context.request.peer,
                       .signing = admission.signing,
                       .now = admission.now,
                       .tags = &posted.headers.tags};
    const std::pair<std::string_view, std::string_view> tagging[] = {{"x-amz-tagging", {}}};
    if (!posted.headers.tags.empty()) facts.more = tagging;
    return s3::permit(context, facts, on::kObject,
                      {.bucket = &permit.bucket, .bucket_name = permit.bucket.name, .key = posted.key});
  }

  // `proposed`: the whole form's length, where the client has said it.
  Task<std::expected<StoredContent, wire::ApiError>> store(auth::PostForm& form, const Permit& permit,
                                                           const ExpectedDigests& digests,
                                                           std::optional<std::uint64_t> proposed) const {
    std::vector<digest::Algorithm> algorithms = digests.to_compute();
    // A file far past what the policy allows is not stored to its end only to say by how much.
    constexpr std::uint64_t kPast = 1 << 20;
    std::uint64_t allowed = permit.policy.size_max_bytes();
    std::uint64_t limit = allowed < kOneRequestBytesMax - kPast ? allowed + kPast : kOneRequestBytesMax;
    auto content = co_await parts_.contents.store_unsized(permit.bucket, form, limit, algorithms);
    if (!content) {
      if (form.failure()) co_return std::unexpected(api::api_error(*form.failure()));
      const ReadError* failed = std::get_if<ReadError>(&content.error());
      if (failed && failed->errc == ReadErrc::TooLarge && limit < kOneRequestBytesMax) {
        co_return std::unexpected(api::api_error(*permit.policy.check_size(std::max(proposed.value_or(0), limit + 1))));
      }
      co_return std::unexpected(store_failure(content.error()));
    }
    if (auto refused = permit.policy.check_size(content->size)) co_return std::unexpected(api::api_error(*refused));
    if (auto good = digests.verify(content->digests, nullptr); !good) co_return std::unexpected(good.error());
    co_return std::move(*content);
  }

  static wire::ApiError form_error(const auth::PostForm& form, const ReadError& failed) {
    return form.failure() ? api::api_error(*form.failure()) : read_error(failed);
  }

  static PostObjectOutput answer(const wire::Context& context, const std::string& bucket, const PostedFields& posted,
                                 const Installed& installed) {
    PostObjectOutput out;
    std::string tag = quoted_etag(installed.row);
    out.etag_header = tag;
    out.server_side_encryption = kEncryption;
    if (installed.versioned) out.version_id = VersionId::of(installed.row).text();
    if (!posted.redirect.empty()) {
      out.status_code = 303;
      out.location_header = redirect_location(posted.redirect, bucket, posted.key, tag);
      return out;
    }
    out.status_code = posted.status;
    out.location_header = object_location(context, bucket, posted.key);
    if (posted.status == 201) {
      out.response = PostResponse{.location = out.location_header, .bucket = bucket, .key = posted.key, .etag = tag};
    }
    return out;
  }

  const ObjectParts parts_;
};

}  // namespace

void bind_post_object(wire::Registry& registry, const ObjectParts& parts) {
  registry.bind<PostObjectOp>(PostObject(parts));
}

}  // namespace skerry::s3
