#pragma once
#include <expected>
#include <span>
#include <string>

#include "digest/algorithm.h"

namespace skerry::digest {

// Why a checksum that a client sent is not one. S3 answers both alike (400 InvalidRequest, for Content-MD5
// InvalidDigest); they differ for our log.
enum class ChecksumErrc {
  BadBase64,
  WrongLength,  // for its algorithm
  BadCount,     // of a composite: the number after the dash
};

// The value of one algorithm: its bytes as the wire has them, numbers (CRC, XXHASH) with the highest byte first.
//
// Life: a value, without allocation. Threads: as a value.
class Digest {
 public:
  Digest(Algorithm algorithm, std::string_view bytes);  // CHECKs the length: for bytes of our own

  // For bytes from a record: nothing when the length is wrong.
  static std::expected<Digest, ChecksumErrc> from_bytes(Algorithm algorithm, std::string_view bytes);

  Algorithm algorithm() const { return algorithm_; }
  std::string_view bytes() const { return {bytes_.data(), digest_bytes(algorithm_)}; }
  std::string base64() const;  // the form of x-amz-checksum-* and Content-MD5
  std::string hex() const;     // lower case, the form of an ETag and of x-amz-content-sha256

  // Of different algorithms: never equal. Not in constant time: checksums are no secrets.
  bool operator==(const Digest&) const = default;

 private:
  Algorithm algorithm_;
  std::array<char, kDigestBytesMax> bytes_{};  // zero past the length, so that comparison is by member
};

// As clients send it: strict base64 (padding right, no blanks) of exactly the algorithm's length.
std::expected<Digest, ChecksumErrc> parse_checksum(Algorithm algorithm, std::string_view base64);

// The one of `digests` with that algorithm; null if there is none.
const Digest* find_digest(std::span<const Digest> digests, Algorithm algorithm);

}  // namespace skerry::digest
