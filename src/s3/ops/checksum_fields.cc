#include "s3/ops/checksum_fields.h"

#include "digest/multipart.h"

namespace skerry::s3 {

std::optional<ShownChecksum> shown_checksum(const record::VersionRow& row, const std::string& bytes) {
  auto number = static_cast<std::uint8_t>(row.checksum().algorithm());
  auto algorithm = digest::find_algorithm_of_number(number);
  if (!algorithm) return std::nullopt;
  auto value = digest::Digest::from_bytes(*algorithm, bytes);
  if (!value) return std::nullopt;
  if (!row.checksum().composite()) {
    return ShownChecksum{*algorithm, value->base64(), digest::ChecksumType::FullObject};
  }
  digest::CompositeChecksum composite{*value, row.etag_parts()};
  return ShownChecksum{*algorithm, composite.text(), digest::ChecksumType::Composite};
}

}  // namespace skerry::s3
