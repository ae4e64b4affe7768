#include "s3/ops/store_object.h"

#include "s3/errors.h"

namespace skerry::s3 {

std::expected<void, wire::ApiError> check_object_size(std::uint64_t size) {
  if (size <= kOneRequestBytesMax) return {};
  return std::unexpected(error(Errc::EntityTooLarge)
                             .with("ProposedSize", std::to_string(size))
                             .with("MaxSizeAllowed", std::to_string(kOneRequestBytesMax)));
}

NewVersion make_version(StoredContent& content, const ObjectHeaders& headers, digest::Algorithm kept) {
  const digest::Digest* md5 = digest::find_digest(content.digests, digest::Algorithm::MD5);
  const digest::Digest* checksum = digest::find_digest(content.digests, kept);
  CHECK(md5 && checksum, "an object without its digests");
  NewVersion version;
  version.row.set_size(content.size);
  version.row.set_etag_md5(std::string(md5->bytes()));
  version.row.set_storage_class(headers.storage_class);
  version.row.mutable_checksum()->set_algorithm(static_cast<std::uint32_t>(kept));
  version.row.set_place(content.place);
  version.row.set_blob_id(std::move(content.blob_id));
  version.detail.set_checksum(std::string(checksum->bytes()));
  keep_headers(headers, version.detail);
  version.bulk = std::move(content.bulk);
  return version;
}

std::expected<std::uint64_t, wire::ApiError> body_length(const net::Request& request, const wire::BodyIn& body) {
  bool said = request.headers.find("content-length") || request.headers.find("x-amz-decoded-content-length");
  if (!said || !body.length) return std::unexpected(error(Errc::MissingContentLength));
  if (auto good = check_object_size(*body.length); !good) return std::unexpected(good.error());
  return *body.length;
}

}  // namespace skerry::s3
