#include "digest/algorithm.h"

#include <utility>

#include "base/check.h"

namespace skerry::digest {
namespace {

struct Facts {
  Algorithm algorithm;
  std::size_t bytes;
  std::string_view name;
  std::string_view header;
};

// Indexed by the enumerator minus one.
constexpr std::array<Facts, kAlgorithms.size()> kFacts{{
    {Algorithm::CRC32, 4, "CRC32", "x-amz-checksum-crc32"},
    {Algorithm::CRC32C, 4, "CRC32C", "x-amz-checksum-crc32c"},
    {Algorithm::SHA1, 20, "SHA1", "x-amz-checksum-sha1"},
    {Algorithm::SHA256, 32, "SHA256", "x-amz-checksum-sha256"},
    {Algorithm::CRC64NVME, 8, "CRC64NVME", "x-amz-checksum-crc64nvme"},
    {Algorithm::SHA512, 64, "SHA512", "x-amz-checksum-sha512"},
    {Algorithm::MD5, 16, "MD5", "x-amz-checksum-md5"},
    {Algorithm::XXHASH64, 8, "XXHASH64", "x-amz-checksum-xxhash64"},
    {Algorithm::XXHASH3, 8, "XXHASH3", "x-amz-checksum-xxhash3"},
    {Algorithm::XXHASH128, 16, "XXHASH128", "x-amz-checksum-xxhash128"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kFacts.size(); ++i) {
    if (kFacts[i].algorithm != kAlgorithms[i] || static_cast<std::size_t>(kAlgorithms[i]) != i + 1) return false;
  }
  return true;
}
static_assert(in_order());

const Facts& facts(Algorithm algorithm) {
  std::size_t index = static_cast<std::size_t>(algorithm) - 1;
  CHECK(index < kFacts.size(), "not an algorithm: {}", index + 1);
  return kFacts[index];
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// By hand, because the C library's depends on the locale.
bool equal_any_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace

std::size_t digest_bytes(Algorithm algorithm) { return facts(algorithm).bytes; }
std::string_view name(Algorithm algorithm) { return facts(algorithm).name; }
std::string_view header_name(Algorithm algorithm) { return facts(algorithm).header; }

std::string_view name(ChecksumType type) { return type == ChecksumType::Composite ? "COMPOSITE" : "FULL_OBJECT"; }

std::optional<Algorithm> find_algorithm(std::string_view name) {
  for (const Facts& each : kFacts) {
    if (equal_any_case(each.name, name)) return each.algorithm;
  }
  return std::nullopt;
}

std::optional<Algorithm> find_algorithm_of_header(std::string_view header_name) {
  for (const Facts& each : kFacts) {
    if (equal_any_case(each.header, header_name)) return each.algorithm;
  }
  return std::nullopt;
}

std::optional<ChecksumType> find_checksum_type(std::string_view text) {
  for (ChecksumType type : {ChecksumType::Composite, ChecksumType::FullObject}) {
    if (equal_any_case(name(type), text)) return type;
  }
  return std::nullopt;
}

std::optional<Algorithm> find_algorithm_of_number(std::uint8_t number) {
  if (number < 1 || number > kAlgorithms.size()) return std::nullopt;
  return static_cast<Algorithm>(number);
}

bool supports(Algorithm algorithm, ChecksumType type) {
  switch (algorithm) {
    case Algorithm::CRC64NVME:
      return type == ChecksumType::FullObject;
    case Algorithm::CRC32:
    case Algorithm::CRC32C:
      return true;
    case Algorithm::SHA1:
    case Algorithm::SHA256:
    case Algorithm::SHA512:
    case Algorithm::MD5:
    case Algorithm::XXHASH64:
    case Algorithm::XXHASH3:
    case Algorithm::XXHASH128:
      return type == ChecksumType::Composite;
  }
  std::unreachable();
}

}  // namespace skerry::digest
