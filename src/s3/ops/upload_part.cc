#include <algorithm>

#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/integrity.h"
#include "s3/ops/multipart.h"
#include "s3/ops/object_headers.h"
#include "s3/ops/store_object.h"

namespace skerry::s3 {
namespace {

std::string_view spoken(digest::Algorithm algorithm) {
  std::string_view header = digest::header_name(algorithm);
  return header.substr(header.rfind('-') + 1);  // the name in lower case
}

// A part's checksum is of the upload's algorithm. Where the object's is made of all bytes, a part may come without.
std::expected<void, wire::ApiError> check_algorithm(const FoundUpload& upload, const ExpectedDigests& expected) {
  if (!upload.record.checksum_chosen()) return {};
  digest::Algorithm algorithm = checksum_of(upload);
  bool optional = !upload.record.checksum().composite();
  if (expected.client_chose() ? expected.kept() == algorithm : optional) return {};
  return std::unexpected(error(
      Errc::InvalidRequest,
      fmt::format("Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
                  spoken(algorithm), expected.client_chose() ? spoken(expected.kept()) : std::string_view("null"))));
}

class UploadPart {
 public:
  UploadPart(MultipartStore& uploads, ContentStore& contents) : uploads_(uploads), contents_(contents) {}

  Task<std::expected<UploadPartOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                   UploadPartRequest request) const {
    FoundBucket& bucket = bucket_of(context);
    auto number = read_part_number(request.part_number);
    if (!number) co_return std::unexpected(number.error());
    auto expected = ExpectedDigests::parse(context.request.headers, context.route.query);
    if (!expected) co_return std::unexpected(expected.error());
    auto length = body_length(context.request, request.body);
    if (!length) co_return std::unexpected(length.error());
    auto upload = co_await uploads_.find(bucket, std::move(request.key), std::move(request.upload_id));
    if (!upload) co_return std::unexpected(upload.error());
    if (auto good = check_algorithm(*upload, *expected); !good) co_return std::unexpected(good.error());

    digest::Algorithm kept = checksum_of(*upload);
    std::vector<digest::Algorithm> algorithms = expected->to_compute(context.signed_sha256);
    if (std::ranges::find(algorithms, kept) == algorithms.end()) algorithms.push_back(kept);
    auto content = co_await contents_.store(bucket, *request.body.source, *length, algorithms);
    if (!content) co_return std::unexpected(store_failure(content.error()));
    if (auto good = expected->verify(content->digests, context.trailers); !good) {
      co_return std::unexpected(good.error());
    }
    if (auto good = verify_signed_sha256(content->digests, context.signed_sha256); !good) {
      co_return std::unexpected(good.error());
    }

    UploadPartOutput out;
    // The client sees the one that it sent, or else the one that is kept.
    digest::Algorithm shown = expected->client_chose() ? expected->kept() : kept;
    checksum_field(out, shown) = digest::find_digest(content->digests, shown)->base64();
    record::UploadedPart record = make_part(*content, kept);
    auto part = co_await uploads_.put_part(bucket, std::move(*upload), *number, std::move(record), std::move(*content));
    if (!part) co_return std::unexpected(part.error());
    out.etag = quoted_etag(*part);
    out.server_side_encryption = kEncryption;
    co_return out;
  }

 private:
  MultipartStore& uploads_;
  ContentStore& contents_;
};

}  // namespace

void bind_upload_part(wire::Registry& registry, MultipartStore& uploads, ContentStore& contents) {
  registry.bind<UploadPartOp>(UploadPart(uploads, contents));
}

}  // namespace skerry::s3
