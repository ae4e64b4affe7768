#pragma once
#include <cstdint>
#include <string_view>

namespace skerry::digest {

// The three CRCs of S3: bit-reflected, all ones at the start, inverted at the end.
//
// `crc` is the finished CRC of the bytes before, 0 when there are none, so that crc32(crc32(0, a), b) == crc32(0, a +
// b). Carry-less multiplication is used where the processor has it, tables elsewhere; both give the same.
std::uint32_t crc32(std::uint32_t crc, std::string_view bytes);
std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes);
std::uint64_t crc64nvme(std::uint64_t crc, std::string_view bytes);

// The CRC of a + b from the CRC of each and the length of b, without their bytes: in about a microsecond for any
// length.
std::uint32_t crc32_combine(std::uint32_t a, std::uint32_t b, std::uint64_t b_bytes);
std::uint32_t crc32c_combine(std::uint32_t a, std::uint32_t b, std::uint64_t b_bytes);
std::uint64_t crc64nvme_combine(std::uint64_t a, std::uint64_t b, std::uint64_t b_bytes);

}  // namespace skerry::digest
