#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/integrity.h"
#include "s3/ops/checksum_fields.h"
#include "s3/ops/find_object.h"
#include "s3/ops/object_headers.h"
#include "s3/ops/objects.h"
#include "s3/ops/store_object.h"
#include "s3/ops/write_conditions.h"

namespace skerry::s3 {
namespace {

class PutObject {
 public:
  PutObject(ObjectIndex& index, ContentStore& contents, AclReader acls)
      : index_(index), contents_(contents), acls_(acls) {}

  Task<std::expected<PutObjectOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                  PutObjectRequest request) const {
    FoundBucket& bucket = bucket_of(context);
    auto condition = read_write_condition(context.request.headers, request.if_match, request.if_none_match);
    if (!condition) co_return std::unexpected(condition.error());
    auto headers = read_object_headers(request);
    if (!headers) co_return std::unexpected(headers.error());
    SentAcl sent = sent_acl(request);
    auto acl = co_await acls_.of_new_object(context.principal, bucket, request.key, std::move(sent));
    if (!acl) co_return std::unexpected(acl.error());
    auto expected = ExpectedDigests::parse(context.request.headers, context.route.query);
    if (!expected) co_return std::unexpected(expected.error());
    auto length = body_length(context.request, request.body);
    if (!length) co_return std::unexpected(length.error());

    std::vector<digest::Algorithm> algorithms = expected->to_compute(context.signed_sha256);
    auto content = co_await contents_.store(bucket, *request.body.source, *length, algorithms);
    if (!content) co_return std::unexpected(store_failure(content.error()));
    if (auto good = expected->verify(content->digests, context.trailers); !good) {
      co_return std::unexpected(good.error());
    }
    if (auto good = verify_signed_sha256(content->digests, context.signed_sha256); !good) {
      co_return std::unexpected(good.error());
    }

    NewVersion version = make_version(*content, *headers, expected->kept());
    if (*acl) *version.detail.mutable_acl() = std::move(**acl);
    std::string checksum = version.detail.checksum();
    auto installed = co_await index_.install(bucket, std::move(request.key), std::move(version), std::move(*condition));
    if (!installed) co_return std::unexpected(installed.error());
    content->in_flight.settle();

    PutObjectOutput out;
    out.etag = quoted_etag(installed->row);
    if (auto shown = shown_checksum(installed->row, checksum)) show_checksum(out, *shown);
    out.server_side_encryption = kEncryption;
    if (installed->versioned) out.version_id = VersionId::of(installed->row).text();
    co_return out;
  }

 private:
  ObjectIndex& index_;
  ContentStore& contents_;
  AclReader acls_;
};

}  // namespace

void bind_put_object(wire::Registry& registry, ObjectIndex& index, ContentStore& contents, AclReader acls) {
  registry.bind<PutObjectOp>(PutObject(index, contents, acls));
}

}  // namespace skerry::s3
