#include "digest/multipart.h"

#include <charconv>

#include "base/bytes.h"
#include "base/check.h"
#include "digest/crc.h"
#include "digest/hasher.h"

namespace skerry::digest {
namespace {

constexpr std::uint32_t kPartsMax = 10'000;

void check_algorithm(const Digest& digest, Algorithm algorithm) {
  CHECK(digest.algorithm() == algorithm, "a part has {} in an object of {}", name(digest.algorithm()), name(algorithm));
}

template <class Combine>
std::uint32_t fold32(std::span<const PartDigest> parts, Combine combine) {
  std::uint32_t crc = 0;
  for (const PartDigest& part : parts) crc = combine(crc, load_be32(part.digest.bytes().data()), part.size_bytes);
  return crc;
}

std::uint64_t fold64(std::span<const PartDigest> parts) {
  std::uint64_t crc = 0;
  for (const PartDigest& part : parts) {
    crc = crc64nvme_combine(crc, load_be64(part.digest.bytes().data()), part.size_bytes);
  }
  return crc;
}

}  // namespace

std::string CompositeChecksum::text() const { return fmt::format("{}-{}", digest.base64(), parts); }

CompositeChecksum composite_of_parts(Algorithm algorithm, std::span<const Digest> parts) {
  Hasher hasher(algorithm);
  for (const Digest& part : parts) {
    check_algorithm(part, algorithm);
    hasher.update(part.bytes());
  }
  return {hasher.final(), static_cast<std::uint32_t>(parts.size())};
}

Digest full_object_of_parts(Algorithm algorithm, std::span<const PartDigest> parts) {
  for (const PartDigest& part : parts) check_algorithm(part.digest, algorithm);
  std::string bytes;
  switch (algorithm) {
    case Algorithm::CRC32:
      append_be32(bytes, fold32(parts, crc32_combine));
      break;
    case Algorithm::CRC32C:
      append_be32(bytes, fold32(parts, crc32c_combine));
      break;
    case Algorithm::CRC64NVME:
      append_be64(bytes, fold64(parts));
      break;
    default:
      CHECK(false, "{} cannot be combined", name(algorithm));
  }
  return Digest(algorithm, bytes);
}

std::string multipart_etag(std::span<const Digest> part_md5s) {
  CompositeChecksum composite = composite_of_parts(Algorithm::MD5, part_md5s);
  return fmt::format("{}-{}", composite.digest.hex(), composite.parts);
}

std::expected<CompositeChecksum, ChecksumErrc> parse_composite(Algorithm algorithm, std::string_view text) {
  std::size_t dash = text.find('-');  // not in base64's alphabet
  if (dash == text.npos) return std::unexpected(ChecksumErrc::BadCount);
  std::string_view count = text.substr(dash + 1);
  std::uint32_t parts = 0;
  auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), parts);
  if (error != std::errc{} || end != count.data() + count.size()) return std::unexpected(ChecksumErrc::BadCount);
  if (parts < 1 || parts > kPartsMax || count[0] == '0') return std::unexpected(ChecksumErrc::BadCount);
  auto digest = parse_checksum(algorithm, text.substr(0, dash));
  if (!digest) return std::unexpected(digest.error());
  return CompositeChecksum{*digest, parts};
}

}  // namespace skerry::digest
