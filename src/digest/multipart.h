#pragma once
#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "digest/digest.h"

namespace skerry::digest {

// What S3 makes of the digests of an upload's parts, without reading the parts again. Parts are in the object's order.

struct PartDigest {
  Digest digest;
  std::uint64_t size_bytes;
};

// COMPOSITE: the digest of the parts' digests laid end to end, and how many there were.
struct CompositeChecksum {
  Digest digest;
  std::uint32_t parts;

  std::string text() const;  // "base64-N", as headers and XML have it
  bool operator==(const CompositeChecksum&) const = default;
};

// All digests are of `algorithm` (CHECK).
CompositeChecksum composite_of_parts(Algorithm algorithm, std::span<const Digest> parts);

// FULL_OBJECT: the checksum of all bytes. `algorithm` is a CRC, and all digests are of it (CHECK).
Digest full_object_of_parts(Algorithm algorithm, std::span<const PartDigest> parts);

// The ETag of a multipart object: hex(MD5 of the parts' MD5s)-N, without the quotes.
std::string multipart_etag(std::span<const Digest> part_md5s);

// "base64-N" as a client sends it; N is 1 to 10,000 in plain digits.
std::expected<CompositeChecksum, ChecksumErrc> parse_composite(Algorithm algorithm, std::string_view text);

}  // namespace skerry::digest
