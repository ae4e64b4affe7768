#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "base/clock.h"
#include "s3/api/types.h"
#include "s3/content_store.h"
#include "s3/multipart_store.h"
#include "s3/ops/acl_reader.h"
#include "s3/ops/bind.h"
#include "s3/ops/checksum_fields.h"
#include "wire/context.h"
#include "wire/registry.h"

// What the operations on uploads share.
namespace skerry::s3 {

// Errors: InvalidArgument, outside 1 to 10,000.
std::expected<std::uint32_t, wire::ApiError> read_part_number(std::int32_t sent);

// The checksum that an upload's parts have; CRC64NVME where the client asked for none.
digest::Algorithm checksum_of(const FoundUpload& upload);

// What becomes of the bytes of a part: its ETag and its checksum, which are among the computed ones.
record::UploadedPart make_part(const StoredContent& content, digest::Algorithm algorithm);

std::string quoted_etag(const record::UploadedPart& part);
Time modified(const record::UploadedPart& part);

// The checksum's member, where it is one that the client asked for.
template <class Fields>
void show_part_checksum(Fields& fields, const FoundUpload& upload, const record::UploadedPart& part) {
  if (!upload.record.checksum_chosen()) return;
  digest::Algorithm algorithm = checksum_of(upload);
  auto value = digest::Digest::from_bytes(algorithm, part.checksum());
  if (value) checksum_field(fields, algorithm) = value->base64();
}

// ChecksumAlgorithm and ChecksumType, as above.
template <class Fields>
void show_checksum_kind(Fields& fields, const record::Upload& upload) {
  auto algorithm = digest::find_algorithm_of_number(static_cast<std::uint8_t>(upload.checksum().algorithm()));
  if (!upload.checksum_chosen() || !algorithm) return;
  using enum digest::ChecksumType;
  fields.checksum_algorithm = std::string(digest::name(*algorithm));
  fields.checksum_type = std::string(digest::name(upload.checksum().composite() ? Composite : FullObject));
}

// Who began the upload.
Initiator initiator_of(const record::Upload& upload, const wire::Context& context);

// One file each; bind_multipart() binds them all.
void bind_create_multipart_upload(wire::Registry& registry, MultipartStore& uploads, AclReader acls);
void bind_upload_part(wire::Registry& registry, MultipartStore& uploads, ContentStore& contents);
void bind_upload_part_copy(wire::Registry& registry, const MultipartParts& parts);
void bind_complete_multipart_upload(wire::Registry& registry, MultipartStore& uploads);
void bind_abort_multipart_upload(wire::Registry& registry, MultipartStore& uploads);
void bind_list_parts(wire::Registry& registry, MultipartStore& uploads);
void bind_list_multipart_uploads(wire::Registry& registry, storage::MetaStore& meta);

}  // namespace skerry::s3
