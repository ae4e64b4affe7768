#include "digest/crc_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace skerry::digest {
namespace {

#if defined(__x86_64__)

// Folding: 128 bits of message at distance D before others may be replaced by anything congruent to them times x^D
// mod P, added to those others. Sixteen bytes cost two carry-less multiplications, and accumulators side by side hide
// their latency; what is left at the end is a 16-byte message that the tables finish.
//
// Of 16 bytes, the low half comes first and so has the higher powers: low * x^(D+64) + high * x^D. A product of two
// reflected words comes out one place too high (63 + 63 = 126, not 127), hence the exponents less one.
template <class Crc>
constexpr std::uint64_t power_of_x(int exponent) {
  constexpr int kBits = std::numeric_limits<CrcWord<Crc>>::digits;
  CrcWord<Crc> power = CrcWord<Crc>{1} << (kBits - 1);
  for (int i = 0; i < exponent; ++i) power = times_x<Crc>(power);
  return std::uint64_t{power} << (64 - kBits);
}

template <class Crc, int kDistanceBits>
struct Fold {
  static constexpr long long kLow = static_cast<long long>(power_of_x<Crc>(kDistanceBits + 63));
  static constexpr long long kHigh = static_cast<long long>(power_of_x<Crc>(kDistanceBits - 1));
};

#define SKERRY_CLMUL __attribute__((target("pclmul,sse4.1")))
#define SKERRY_VPCLMUL __attribute__((target("vpclmulqdq,avx2,pclmul")))

// Below this the tables are as fast.
constexpr std::size_t kFoldBytesMin = 64;

SKERRY_CLMUL inline __m128i load(const char* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }

SKERRY_CLMUL inline __m128i fold(__m128i acc, __m128i constants, __m128i next) {
  __m128i low = _mm_clmulepi64_si128(acc, constants, 0x00);
  __m128i high = _mm_clmulepi64_si128(acc, constants, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

// Folds what follows `acc` into it and finishes with the tables.
template <class Crc>
SKERRY_CLMUL CrcWord<Crc> finish_folding(__m128i acc, const char* p, const char* end) {
  const __m128i by16 = _mm_set_epi64x(Fold<Crc, 128>::kHigh, Fold<Crc, 128>::kLow);
  for (; end - p >= 16; p += 16) acc = fold(acc, by16, load(p));
  alignas(16) char last[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(last), acc);
  CrcWord<Crc> state = update_portable<Crc>(0, {last, sizeof last});
  return update_portable<Crc>(state, {p, static_cast<std::size_t>(end - p)});
}

template <class Crc>
SKERRY_CLMUL CrcWord<Crc> update_clmul(CrcWord<Crc> state, std::string_view bytes) {
  constexpr int kLanes = 8;
  constexpr std::ptrdiff_t kStride = kLanes * 16;
  if (bytes.size() < kFoldBytesMin) return update_portable<Crc>(state, bytes);
  const char* p = bytes.data();
  const char* end = p + bytes.size();
  const __m128i initial = _mm_cvtsi64_si128(static_cast<long long>(std::uint64_t{state}));
  if (end - p < 2 * kStride) return finish_folding<Crc>(_mm_xor_si128(load(p), initial), p + 16, end);

  __m128i acc[kLanes];
  for (int i = 0; i < kLanes; ++i) acc[i] = load(p + 16 * i);
  acc[0] = _mm_xor_si128(acc[0], initial);
  const __m128i by_stride = _mm_set_epi64x(Fold<Crc, kStride * 8>::kHigh, Fold<Crc, kStride * 8>::kLow);
  for (p += kStride; end - p >= kStride; p += kStride) {
#pragma GCC unroll 8
    for (int i = 0; i < kLanes; ++i) acc[i] = fold(acc[i], by_stride, load(p + 16 * i));
  }
  const __m128i by16 = _mm_set_epi64x(Fold<Crc, 128>::kHigh, Fold<Crc, 128>::kLow);
  for (int i = 1; i < kLanes; ++i) acc[i] = fold(acc[i - 1], by16, acc[i]);
  return finish_folding<Crc>(acc[kLanes - 1], p, end);
}

SKERRY_VPCLMUL inline __m256i load_wide(const char* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

// The same with two 128-bit words in a register.
template <class Crc>
SKERRY_VPCLMUL CrcWord<Crc> update_vpclmul(CrcWord<Crc> state, std::string_view bytes) {
  constexpr int kLanes = 8;
  constexpr std::ptrdiff_t kStride = kLanes * 32;
  if (bytes.size() < 2 * kStride) return update_clmul<Crc>(state, bytes);
  const char* p = bytes.data();
  const char* end = p + bytes.size();

  __m256i acc[kLanes];
  for (int i = 0; i < kLanes; ++i) acc[i] = load_wide(p + 32 * i);
  acc[0] = _mm256_xor_si256(acc[0], _mm256_set_epi64x(0, 0, 0, static_cast<long long>(std::uint64_t{state})));
  using ByStride = Fold<Crc, kStride * 8>;
  const __m256i by_stride = _mm256_set_epi64x(ByStride::kHigh, ByStride::kLow, ByStride::kHigh, ByStride::kLow);
  for (p += kStride; end - p >= kStride; p += kStride) {
#pragma GCC unroll 8
    for (int i = 0; i < kLanes; ++i) {
      __m256i low = _mm256_clmulepi64_epi128(acc[i], by_stride, 0x00);
      __m256i high = _mm256_clmulepi64_epi128(acc[i], by_stride, 0x11);
      acc[i] = _mm256_xor_si256(_mm256_xor_si256(low, high), load_wide(p + 32 * i));
    }
  }
  const __m128i by16 = _mm_set_epi64x(Fold<Crc, 128>::kHigh, Fold<Crc, 128>::kLow);
  __m128i sum = _mm_setzero_si128();
  for (int i = 0; i < kLanes; ++i) {
    sum = fold(sum, by16, _mm256_castsi256_si128(acc[i]));
    sum = fold(sum, by16, _mm256_extracti128_si256(acc[i], 1));
  }
  return finish_folding<Crc>(sum, p, end);
}

#endif  // __x86_64__

template <class Crc>
std::span<const CrcKernel<Crc>> kernels() {
  static const CrcKernel<Crc> kKernels[] = {
#if defined(__x86_64__)
      {"vpclmul", __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx2"), &update_vpclmul<Crc>},
      {"clmul", __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"), &update_clmul<Crc>},
#endif
      {"portable", true, &update_portable<Crc>},
  };
  return kKernels;
}

}  // namespace

std::span<const CrcKernel<Crc32>> crc32_kernels() { return kernels<Crc32>(); }
std::span<const CrcKernel<Crc32c>> crc32c_kernels() { return kernels<Crc32c>(); }
std::span<const CrcKernel<Crc64Nvme>> crc64nvme_kernels() { return kernels<Crc64Nvme>(); }

}  // namespace skerry::digest
