#pragma once
#include <optional>
#include <string>
#include <utility>

#include "digest/digest.h"
#include "s3/records.pb.h"

// The ten members that S3's structures have for one checksum, of which at most one is filled.
namespace skerry::s3 {

// The member of `fields` for that algorithm. Of requests, responses and documents: all spell them alike.
template <class Fields>
auto& checksum_field(Fields& fields, digest::Algorithm algorithm) {
  using enum digest::Algorithm;
  switch (algorithm) {
    case CRC32:
      return fields.checksum_crc32;
    case CRC32C:
      return fields.checksum_crc32c;
    case SHA1:
      return fields.checksum_sha1;
    case SHA256:
      return fields.checksum_sha256;
    case CRC64NVME:
      return fields.checksum_crc64nvme;
    case SHA512:
      return fields.checksum_sha512;
    case MD5:
      return fields.checksum_md5;
    case XXHASH64:
      return fields.checksum_xxhash64;
    case XXHASH3:
      return fields.checksum_xxhash3;
    case XXHASH128:
      return fields.checksum_xxhash128;
  }
  std::unreachable();
}

// A kept checksum as clients see it.
struct ShownChecksum {
  digest::Algorithm algorithm;
  std::string text;  // base64, of a composite followed by -N
  digest::ChecksumType type;
};

// Nothing where the object has none, or one of an algorithm that only a newer version knows.
std::optional<ShownChecksum> shown_checksum(const record::VersionRow& row, const std::string& bytes);

// Fills the checksum's member and ChecksumType.
template <class Fields>
void show_checksum(Fields& fields, const ShownChecksum& checksum) {
  checksum_field(fields, checksum.algorithm) = checksum.text;
  fields.checksum_type = std::string(digest::name(checksum.type));
}

}  // namespace skerry::s3
