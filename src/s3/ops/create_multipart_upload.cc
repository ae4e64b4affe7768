#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/multipart.h"
#include "s3/ops/object_headers.h"

namespace skerry::s3 {
namespace {

using digest::Algorithm;

std::expected<Algorithm, wire::ApiError> read_algorithm(const std::string& sent) {
  if (auto algorithm = digest::find_algorithm(sent)) return *algorithm;
  return std::unexpected(error(Errc::InvalidRequest,
                               "Checksum algorithm provided is unsupported. Please try again with any of the valid "
                               "types: [CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, "
                               "XXHASH64]"));
}

// Which checksum the parts and the object get. A client that asks for nothing gets what AWS computes by itself.
std::expected<void, wire::ApiError> choose_checksum(const CreateMultipartUploadRequest& request,
                                                    record::Upload& upload) {
  record::ChecksumKind& kind = *upload.mutable_checksum();
  if (!request.checksum_algorithm) {
    if (request.checksum_type) {
      return std::unexpected(
          error(Errc::InvalidRequest,
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."));
    }
    kind.set_algorithm(static_cast<std::uint32_t>(Algorithm::CRC64NVME));
    return {};
  }
  auto algorithm = read_algorithm(*request.checksum_algorithm);
  if (!algorithm) return std::unexpected(algorithm.error());
  using enum digest::ChecksumType;
  digest::ChecksumType type = digest::supports(*algorithm, Composite) ? Composite : FullObject;
  if (request.checksum_type) {
    auto asked = digest::find_checksum_type(*request.checksum_type);
    if (!asked) return std::unexpected(error(Errc::InvalidRequest, "Value for x-amz-checksum-type header is invalid."));
    type = *asked;
  }
  if (!digest::supports(*algorithm, type)) {
    std::string_view header = digest::header_name(*algorithm);
    std::string_view spoken = header.substr(header.rfind('-') + 1);  // the name in lower case
    return std::unexpected(
        error(Errc::InvalidRequest, fmt::format("The {} checksum type cannot be used with the {} checksum algorithm.",
                                                digest::name(type), spoken)));
  }
  kind.set_algorithm(static_cast<std::uint32_t>(*algorithm));
  kind.set_composite(type == Composite);
  upload.set_checksum_chosen(true);
  return {};
}

class CreateMultipartUpload {
 public:
  CreateMultipartUpload(MultipartStore& uploads, AclReader acls) : uploads_(uploads), acls_(acls) {}

  Task<std::expected<CreateMultipartUploadOutput, wire::ApiError>> operator()(
      wire::Context& context, CreateMultipartUploadRequest request) const {
    auto headers = read_object_headers(request);
    if (!headers) co_return std::unexpected(headers.error());
    NewUpload wanted;
    if (auto good = choose_checksum(request, wanted.record); !good) co_return std::unexpected(good.error());
    SentAcl sent = sent_acl(request);
    auto acl = co_await acls_.of_new_object(context.principal, bucket_of(context), request.key, std::move(sent));
    if (!acl) co_return std::unexpected(acl.error());
    if (*acl) *wanted.detail.mutable_acl() = std::move(**acl);
    wanted.record.set_storage_class(headers->storage_class);
    wanted.record.set_initiator_arn(context.principal.arn);
    keep_headers(*headers, wanted.detail);
    std::string key = request.key;
    auto upload = co_await uploads_.create(bucket_of(context), std::move(key), std::move(wanted));
    if (!upload) co_return std::unexpected(upload.error());

    CreateMultipartUploadOutput out;
    out.bucket = std::move(request.bucket);
    out.key = std::move(request.key);
    out.upload_id = upload->id.text();
    out.server_side_encryption = kEncryption;
    show_checksum_kind(out, upload->record);
    co_return out;
  }

 private:
  MultipartStore& uploads_;
  AclReader acls_;
};

}  // namespace

void bind_create_multipart_upload(wire::Registry& registry, MultipartStore& uploads, AclReader acls) {
  registry.bind<CreateMultipartUploadOp>(CreateMultipartUpload(uploads, acls));
}

}  // namespace skerry::s3
