#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace skerry::digest {

// The checksums that S3 knows, in the order of the model's ChecksumAlgorithm. MD5 serves ETag and Content-MD5 too.
//
// Values are stored in records: never renumber, add at the end.
enum class Algorithm : std::uint8_t {
  CRC32 = 1,
  CRC32C = 2,
  SHA1 = 3,
  SHA256 = 4,
  CRC64NVME = 5,
  SHA512 = 6,
  MD5 = 7,
  XXHASH64 = 8,
  XXHASH3 = 9,  // the 64-bit variant of XXH3
  XXHASH128 = 10,
};

inline constexpr std::array kAlgorithms{Algorithm::CRC32,     Algorithm::CRC32C,   Algorithm::SHA1, Algorithm::SHA256,
                                        Algorithm::CRC64NVME, Algorithm::SHA512,   Algorithm::MD5,  Algorithm::XXHASH64,
                                        Algorithm::XXHASH3,   Algorithm::XXHASH128};

inline constexpr std::size_t kDigestBytesMax = 64;

// How the checksum of an object in parts is made from those of its parts.
enum class ChecksumType : std::uint8_t {
  Composite = 1,   // COMPOSITE: the digest of the parts' digests, written with "-N"
  FullObject = 2,  // FULL_OBJECT: the digest of the bytes
};

std::size_t digest_bytes(Algorithm algorithm);

std::string_view name(Algorithm algorithm);         // "CRC64NVME", as x-amz-checksum-algorithm and XML spell it
std::string_view header_name(Algorithm algorithm);  // "x-amz-checksum-crc64nvme", header and trailer alike
std::string_view name(ChecksumType type);           // "COMPOSITE"

// Any case: clients write x-amz-sdk-checksum-algorithm and x-amz-trailer as they like.
std::optional<Algorithm> find_algorithm(std::string_view name);
std::optional<Algorithm> find_algorithm_of_header(std::string_view header_name);
std::optional<ChecksumType> find_checksum_type(std::string_view name);

// The number that a record holds; nothing for one that a newer version may have written.
std::optional<Algorithm> find_algorithm_of_number(std::uint8_t number);

// Whether a multipart upload may ask for this pair. Only CRCs can be combined without reading the object again, and
// AWS has no composite CRC64NVME; what it does not allow is 400 InvalidRequest.
bool supports(Algorithm algorithm, ChecksumType type);

}  // namespace skerry::digest
