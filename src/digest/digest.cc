#include "digest/digest.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"

namespace skerry::digest {

Digest::Digest(Algorithm algorithm, std::string_view bytes) : algorithm_(algorithm) {
  CHECK(bytes.size() == digest_bytes(algorithm), "{} bytes are no {}", bytes.size(), name(algorithm));
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

std::expected<Digest, ChecksumErrc> Digest::from_bytes(Algorithm algorithm, std::string_view bytes) {
  if (bytes.size() != digest_bytes(algorithm)) return std::unexpected(ChecksumErrc::WrongLength);
  return Digest(algorithm, bytes);
}

std::string Digest::base64() const { return skerry::base64(bytes()); }
std::string Digest::hex() const { return skerry::hex(bytes()); }

std::expected<Digest, ChecksumErrc> parse_checksum(Algorithm algorithm, std::string_view base64) {
  // Asked first, so that a header of many kilobytes is not decoded.
  if (base64.size() > (kDigestBytesMax + 2) / 3 * 4) return std::unexpected(ChecksumErrc::WrongLength);
  std::optional<std::string> bytes = unbase64(base64);
  if (!bytes) return std::unexpected(ChecksumErrc::BadBase64);
  return Digest::from_bytes(algorithm, *bytes);
}

const Digest* find_digest(std::span<const Digest> digests, Algorithm algorithm) {
  for (const Digest& digest : digests) {
    if (digest.algorithm() == algorithm) return &digest;
  }
  return nullptr;
}

}  // namespace skerry::digest
