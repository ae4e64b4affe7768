#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/checksum_fields.h"
#include "s3/ops/copy_reading.h"
#include "s3/ops/copy_source.h"
#include "s3/ops/object_headers.h"
#include "s3/ops/objects.h"
#include "s3/ops/store_object.h"
#include "s3/ops/write_conditions.h"
#include "s3/tags.h"

namespace skerry::s3 {
namespace {

// A copy onto itself has to change something that only a write can change.
std::expected<void, wire::ApiError> check_not_onto_itself(const CopyObjectRequest& request, const CopySource& source) {
  bool changes = source.version || request.metadata_directive == "REPLACE" || request.storage_class ||
                 request.website_redirect_location || request.server_side_encryption || request.checksum_algorithm;
  if (changes || source.bucket != request.bucket || source.key != request.key) return {};
  return std::unexpected(
      error(Errc::InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes."));
}

std::expected<void, wire::ApiError> check_source_size(const record::VersionRow& row) {
  if (row.size() <= kOneRequestBytesMax) return {};
  return std::unexpected(error(Errc::InvalidRequest,
                               "The specified copy source is larger than the maximum allowable size for a copy "
                               "source: " +
                                   std::to_string(kOneRequestBytesMax)));
}

// What the copy's headers are: the source's, or the request's. Storage class and redirect are the request's always.
ObjectHeaders headers_of_copy(const CopyObjectRequest& request, ObjectHeaders sent,
                              const record::VersionDetail& source) {
  if (request.metadata_directive != "REPLACE") {
    std::string redirect = sent.system.website_redirect_location();
    sent.system = source.headers();
    sent.system.set_website_redirect_location(std::move(redirect));
    sent.user_metadata = {source.user_metadata().begin(), source.user_metadata().end()};
  }
  if (request.tagging_directive != "REPLACE") sent.tags.assign(source.tags().begin(), source.tags().end());
  return sent;
}

// The checksum that the copy keeps: the one asked for, else the source's kind, of all bytes.
std::expected<digest::Algorithm, wire::ApiError> kept_checksum(const CopyObjectRequest& request,
                                                               const record::VersionRow& source) {
  if (request.checksum_algorithm) {
    if (auto asked = digest::find_algorithm(*request.checksum_algorithm)) return *asked;
    return std::unexpected(error(Errc::InvalidRequest, "Value for x-amz-checksum-algorithm header is invalid."));
  }
  auto kept = digest::find_algorithm_of_number(static_cast<std::uint8_t>(source.checksum().algorithm()));
  return kept.value_or(digest::Algorithm::CRC64NVME);
}

// The bytes were authenticated as they were read; this is the last word on whether they are those once sent.
std::expected<void, wire::ApiError> verify_copy(const StoredContent& copy, const ObjectView& source) {
  auto kept = source.checksum();
  if (!kept || kept->type != digest::ChecksumType::FullObject) return {};
  const digest::Digest* computed = digest::find_digest(copy.digests, kept->algorithm);
  if (!computed || computed->base64() == kept->text) return {};
  return std::unexpected(corrupt("the source of a copy"));
}

// Who copies the source's tags, where it has some, reads and writes tags.
std::expected<void, wire::ApiError> permit_tags(const wire::Context& context, const CopyObjectRequest& request,
                                                const CopySource& source, const record::VersionDetail& detail) {
  if (request.tagging_directive == "REPLACE" || detail.tags().empty()) return {};
  const std::pair<std::string_view, std::string_view> more[] = {{"copied-tags", {}}};
  const std::vector<record::Tag> tags(detail.tags().begin(), detail.tags().end());
  const Admission& admission = admission_of(context);
  RequestFacts facts = facts_of(context, admission);
  facts.more = more;
  facts.tags = &tags;
  const std::string version = source.version ? source.version->text() : std::string();
  const Thing from{.bucket = &*admission.source,
                   .bucket_name = admission.source->name,
                   .key = source.key,
                   .version_id = version,
                   .detail = &detail};
  if (auto good = permit_more(context, facts, on::kCopySource, from); !good) return good;
  return permit_more(context, facts, on::kObject, target_of(context));
}

class CopyObject {
 public:
  CopyObject(ObjectReader reader, ObjectIndex& index, ContentStore& contents, AclReader acls)
      : reader_(reader), index_(index), contents_(contents), acls_(acls) {}

  Task<std::expected<CopyObjectOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                   CopyObjectRequest request) const {
    auto source = parse_copy_source(request.copy_source);
    if (!source) co_return std::unexpected(source.error());
    auto condition = read_write_condition(context.request.headers, request.if_match, request.if_none_match);
    if (!condition) co_return std::unexpected(condition.error());
    auto sent = read_object_headers(request);
    if (!sent) co_return std::unexpected(sent.error());
    if (auto good = check_not_onto_itself(request, *source); !good) co_return std::unexpected(good.error());
    // The source's list stays with the source.
    FoundBucket& bucket = bucket_of(context);
    SentAcl said = sent_acl(request);
    auto acl = co_await acls_.of_new_object(context.principal, bucket, request.key, std::move(said));
    if (!acl) co_return std::unexpected(acl.error());
    const FoundBucket& source_bucket = source_of(context);

    ObjectQuery query{.key = source->key,
                      .version = source->version,
                      .conditions = copy_conditions(request),
                      .method = "GET",
                      .condition_prefix = kCopyConditionPrefix};
    auto opened = co_await reader_.open(source_bucket, query);
    if (!opened) {
      co_return std::unexpected(source_error(as_told(context, source_bucket, std::move(opened.error()))));
    }
    if (auto good = permit_tags(context, request, *source, opened->view.detail); !good) {
      co_return std::unexpected(std::move(good.error()));
    }
    if (auto good = check_source_size(opened->view.row()); !good) co_return std::unexpected(good.error());
    auto kept = kept_checksum(request, opened->view.row());
    if (!kept) co_return std::unexpected(kept.error());

    auto content = co_await store_copy(bucket, *opened, *kept);
    if (!content) co_return std::unexpected(content.error());
    ObjectHeaders headers = headers_of_copy(request, std::move(*sent), opened->view.detail);
    NewVersion version = make_version(*content, headers, *kept);
    if (*acl) *version.detail.mutable_acl() = std::move(**acl);
    std::string checksum = version.detail.checksum();
    auto installed = co_await index_.install(bucket, std::move(request.key), std::move(version), std::move(*condition));
    if (!installed) co_return std::unexpected(installed.error());
    content->in_flight.settle();

    CopyObjectOutput out = describe(*installed, checksum);
    out.copy_source_version_id = shown_version_id(source_bucket, opened->view.row());
    co_return out;
  }

 private:
  Task<std::expected<StoredContent, wire::ApiError>> store_copy(const FoundBucket& bucket, ObjectReader::Opened& source,
                                                                digest::Algorithm kept) const {
    std::unique_ptr<ByteSource> bytes;
    if (auto* text = std::get_if<std::string>(&source.content)) {
      bytes = std::make_unique<StringSource>(std::move(*text));
    } else {
      bytes = std::move(std::get<std::unique_ptr<ByteSource>>(source.content));
    }
    std::vector<digest::Algorithm> algorithms{digest::Algorithm::MD5};
    if (kept != digest::Algorithm::MD5) algorithms.push_back(kept);
    auto content = co_await contents_.store(bucket, *bytes, source.view.row().size(), algorithms);
    if (!content) co_return std::unexpected(store_failure(content.error()));
    if (auto good = verify_copy(*content, source.view); !good) co_return std::unexpected(good.error());
    co_return std::move(*content);
  }

  static CopyObjectOutput describe(const Installed& installed, const std::string& checksum) {
    CopyObjectOutput out;
    CopyObjectResult& result = out.copy_object_result.emplace();
    result.etag = quoted_etag(installed.row);
    result.last_modified = Time(seconds(modified_seconds(installed.row)));
    if (auto shown = shown_checksum(installed.row, checksum)) show_checksum(result, *shown);
    out.server_side_encryption = kEncryption;
    if (installed.versioned) out.version_id = VersionId::of(installed.row).text();
    return out;
  }

  ObjectReader reader_;
  ObjectIndex& index_;
  ContentStore& contents_;
  AclReader acls_;
};

}  // namespace

void bind_copy_object(wire::Registry& registry, ObjectReader reader, ObjectIndex& index, ContentStore& contents,
                      AclReader acls) {
  registry.bind_late<CopyObjectOp>(CopyObject(reader, index, contents, acls));
}

}  // namespace skerry::s3
