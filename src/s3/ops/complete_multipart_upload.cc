#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/multipart.h"
#include "s3/ops/object_headers.h"
#include "s3/ops/write_conditions.h"
#include "s3/part_table.h"

namespace skerry::s3 {
namespace {

// The one checksum among the members for them. Errors: InvalidRequest, when there are two.
template <class Fields>
std::expected<std::optional<WrittenChecksum>, wire::ApiError> read_checksum(Fields& fields) {
  std::optional<WrittenChecksum> found;
  for (digest::Algorithm algorithm : digest::kAlgorithms) {
    auto& member = checksum_field(fields, algorithm);
    if (!member) continue;
    if (found) {
      return std::unexpected(error(
          Errc::InvalidRequest, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."));
    }
    found = WrittenChecksum{algorithm, std::move(*member)};
  }
  return found;
}

std::string without_quotes(std::string etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag.substr(1, etag.size() - 2);
  return etag;
}

std::expected<WantedPart, wire::ApiError> read_part(CompletedPart& sent) {
  if (!sent.part_number || !sent.etag) return std::unexpected(error(Errc::MalformedXML));
  if (*sent.part_number < 1) {
    return std::unexpected(
        invalid_argument("PartNumber must be >= 1", "PartNumber", std::to_string(*sent.part_number)));
  }
  auto checksum = read_checksum(sent);
  if (!checksum) return std::unexpected(checksum.error());
  return WantedPart{static_cast<std::uint32_t>(*sent.part_number), without_quotes(std::move(*sent.etag)),
                    std::move(*checksum)};
}

std::expected<WantedCompletion, wire::ApiError> read_wanted(CompleteMultipartUploadRequest& request) {
  WantedCompletion wanted;
  if (!request.multipart_upload || !request.multipart_upload->parts) {
    return std::unexpected(error(Errc::MalformedXML));
  }
  for (CompletedPart& sent : *request.multipart_upload->parts) {
    auto part = read_part(sent);
    if (!part) return std::unexpected(part.error());
    wanted.parts.push_back(std::move(*part));
  }
  auto checksum = read_checksum(request);
  if (!checksum) return std::unexpected(checksum.error());
  wanted.checksum = std::move(*checksum);
  if (request.checksum_type) {
    wanted.type = digest::find_checksum_type(*request.checksum_type);
    if (!wanted.type) {
      return std::unexpected(error(Errc::InvalidRequest, "Value for x-amz-checksum-type header is invalid."));
    }
  }
  if (request.mpu_object_size) {
    if (*request.mpu_object_size < 0) {
      return std::unexpected(error(
          Errc::InvalidRequest,
          fmt::format("Value for x-amz-mp-object-size header is less than zero: '{}'", *request.mpu_object_size)));
    }
    wanted.size = static_cast<std::uint64_t>(*request.mpu_object_size);
  }
  return wanted;
}

// Where the object is now, as the client reached us.
std::string location_of(const net::Request& request) {
  return fmt::format("{}://{}{}", request.peer.secure ? "https" : "http", request.host, request.path());
}

class CompleteMultipartUpload {
 public:
  explicit CompleteMultipartUpload(MultipartStore& uploads) : uploads_(uploads) {}

  Task<std::expected<CompleteMultipartUploadOutput, wire::ApiError>> operator()(
      wire::Context& context, CompleteMultipartUploadRequest request) const {
    auto condition = read_write_condition(context.request.headers, request.if_match, request.if_none_match);
    if (!condition) co_return std::unexpected(condition.error());
    auto wanted = read_wanted(request);
    if (!wanted) co_return std::unexpected(wanted.error());
    std::string key = request.key;
    auto completed = co_await uploads_.complete(bucket_of(context), std::move(key), std::move(request.upload_id),
                                                std::move(*wanted), std::move(*condition));
    if (!completed) co_return std::unexpected(completed.error());

    const record::VersionRow& row = completed->installed.row;
    CompleteMultipartUploadOutput out;
    out.location = location_of(context.request);
    out.bucket = std::move(request.bucket);
    out.key = std::move(request.key);
    out.etag = quoted_etag(row);
    if (auto shown = shown_checksum(row, completed->checksum)) show_checksum(out, *shown);
    out.server_side_encryption = kEncryption;
    if (completed->installed.versioned) out.version_id = VersionId::of(row).text();
    co_return out;
  }

 private:
  MultipartStore& uploads_;
};

}  // namespace

void bind_complete_multipart_upload(wire::Registry& registry, MultipartStore& uploads) {
  registry.bind_late<CompleteMultipartUploadOp>(CompleteMultipartUpload(uploads));
}

}  // namespace skerry::s3
