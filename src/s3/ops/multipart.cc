#include "s3/ops/multipart.h"

#include "s3/errors.h"
#include "s3/part_table.h"

namespace skerry::s3 {

std::expected<std::uint32_t, wire::ApiError> read_part_number(std::int32_t sent) {
  if (sent >= 1 && static_cast<std::uint32_t>(sent) <= kPartNumberMax) return static_cast<std::uint32_t>(sent);
  return std::unexpected(invalid_argument("Part number must be an integer between 1 and 10000, inclusive", "partNumber",
                                          std::to_string(sent)));
}

digest::Algorithm checksum_of(const FoundUpload& upload) {
  auto number = static_cast<std::uint8_t>(upload.record.checksum().algorithm());
  return digest::find_algorithm_of_number(number).value_or(digest::Algorithm::CRC64NVME);
}

record::UploadedPart make_part(const StoredContent& content, digest::Algorithm algorithm) {
  const digest::Digest* md5 = digest::find_digest(content.digests, digest::Algorithm::MD5);
  const digest::Digest* checksum = digest::find_digest(content.digests, algorithm);
  CHECK(md5 && checksum, "a part without its digests");
  record::UploadedPart part;
  part.set_etag_md5(std::string(md5->bytes()));
  part.set_checksum(std::string(checksum->bytes()));
  part.set_checksum_algorithm(static_cast<std::uint32_t>(algorithm));
  return part;
}

std::string quoted_etag(const record::UploadedPart& part) {
  auto md5 = digest::Digest::from_bytes(digest::Algorithm::MD5, part.etag_md5());
  return md5 ? '"' + md5->hex() + '"' : std::string();
}

Time modified(const record::UploadedPart& part) {
  return Time{std::chrono::floor<seconds>(microseconds(part.modified_us()))};
}

Initiator initiator_of(const record::Upload& upload, const wire::Context& context) {
  return {.id = upload.initiator_arn().empty() ? context.principal.canonical_id : upload.initiator_arn(),
          .display_name = std::nullopt};
}

void bind_multipart(wire::Registry& registry, const MultipartParts& parts) {
  bind_create_multipart_upload(registry, parts.uploads, AclReader(parts.meta, parts.buckets));
  bind_upload_part(registry, parts.uploads, parts.contents);
  bind_upload_part_copy(registry, parts);
  bind_complete_multipart_upload(registry, parts.uploads);
  bind_abort_multipart_upload(registry, parts.uploads);
  bind_list_parts(registry, parts.uploads);
  bind_list_multipart_uploads(registry, parts.meta);
}

}  // namespace skerry::s3
