#include "digest/crc.h"

#include "digest/crc_kernels.h"

namespace skerry::digest {
namespace {

template <class Crc>
CrcUpdate<Crc> fastest(std::span<const CrcKernel<Crc>> kernels) {
  for (const CrcKernel<Crc>& kernel : kernels) {
    if (kernel.runs_here) return kernel.update;
  }
  return &update_portable<Crc>;
}

}  // namespace

std::uint32_t crc32(std::uint32_t crc, std::string_view bytes) {
  static const CrcUpdate<Crc32> update = fastest(crc32_kernels());
  return ~update(~crc, bytes);
}

std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) {
  static const CrcUpdate<Crc32c> update = fastest(crc32c_kernels());
  return ~update(~crc, bytes);
}

std::uint64_t crc64nvme(std::uint64_t crc, std::string_view bytes) {
  static const CrcUpdate<Crc64Nvme> update = fastest(crc64nvme_kernels());
  return ~update(~crc, bytes);
}

// The ones at the start and the inversion at the end cancel out here: both are the same word, and b's CRC has both.
std::uint32_t crc32_combine(std::uint32_t a, std::uint32_t b, std::uint64_t b_bytes) {
  return shift_bytes<Crc32>(a, b_bytes) ^ b;
}

std::uint32_t crc32c_combine(std::uint32_t a, std::uint32_t b, std::uint64_t b_bytes) {
  return shift_bytes<Crc32c>(a, b_bytes) ^ b;
}

std::uint64_t crc64nvme_combine(std::uint64_t a, std::uint64_t b, std::uint64_t b_bytes) {
  return shift_bytes<Crc64Nvme>(a, b_bytes) ^ b;
}

}  // namespace skerry::digest
