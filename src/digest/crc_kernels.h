#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

namespace skerry::digest {

// The arithmetic under crc.h, private to it, its tests and its benchmark.
//
// A polynomial over GF(2) of degree below W lies in a W-bit word with the coefficient of x^0 in the highest bit
// ("reflected", as the CRCs of S3 read their bytes). A state is the remainder of what was read, before the inversion.
// A policy names one CRC: `Word`, and kPolynomial, its polynomial without x^W.
struct Crc32 {
  using Word = std::uint32_t;
  static constexpr Word kPolynomial = 0xedb88320;
};
struct Crc32c {
  using Word = std::uint32_t;
  static constexpr Word kPolynomial = 0x82f63b78;
};
struct Crc64Nvme {
  using Word = std::uint64_t;
  static constexpr Word kPolynomial = 0x9a6c9329ac4bc9b5;
};

template <class Crc>
using CrcWord = typename Crc::Word;

template <class Crc>
constexpr CrcWord<Crc> times_x(CrcWord<Crc> a) {
  return (a >> 1) ^ ((a & 1) ? Crc::kPolynomial : 0);
}

// a * b mod P
template <class Crc>
constexpr CrcWord<Crc> multiply(CrcWord<Crc> a, CrcWord<Crc> b) {
  constexpr int kTop = std::numeric_limits<CrcWord<Crc>>::digits - 1;
  CrcWord<Crc> product = 0;
  for (int i = kTop; i >= 0; --i) {  // b is b*x^(kTop - i) here
    if ((a >> i) & 1) product ^= b;
    b = times_x<Crc>(b);
  }
  return product;
}

// x^(8 * 2^k) mod P for k = 0..63: one step is enough for each bit of a length in bytes.
template <class Crc>
inline constexpr auto kByteShifts = [] {
  std::array<CrcWord<Crc>, 64> shifts{};
  CrcWord<Crc> power = CrcWord<Crc>{1} << (std::numeric_limits<CrcWord<Crc>>::digits - 1);
  for (int i = 0; i < 8; ++i) power = times_x<Crc>(power);
  for (CrcWord<Crc>& shift : shifts) {
    shift = power;
    power = multiply<Crc>(power, power);
  }
  return shifts;
}();

// a * x^(8 * bytes) mod P: the state `a` after that many zero bytes.
template <class Crc>
constexpr CrcWord<Crc> shift_bytes(CrcWord<Crc> a, std::uint64_t bytes) {
  for (; bytes != 0; bytes &= bytes - 1) a = multiply<Crc>(a, kByteShifts<Crc>[std::countr_zero(bytes)]);
  return a;
}

// kSlices<Crc>[k][b]: what byte b adds to the state when k more bytes have followed it.
template <class Crc>
inline constexpr auto kSlices = [] {
  std::array<std::array<CrcWord<Crc>, 256>, 8> tables{};
  for (std::size_t b = 0; b < 256; ++b) {
    CrcWord<Crc> state = static_cast<CrcWord<Crc>>(b);
    for (int i = 0; i < 8; ++i) state = times_x<Crc>(state);
    tables[0][b] = state;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t b = 0; b < 256; ++b) {
      CrcWord<Crc> before = tables[k - 1][b];
      tables[k][b] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}();

// The state after `bytes`, eight at a time by tables. Runs anywhere.
template <class Crc>
CrcWord<Crc> update_portable(CrcWord<Crc> state, std::string_view bytes) {
  const auto& tables = kSlices<Crc>;
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; p += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    word ^= state;
    state = 0;
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) state ^= tables[static_cast<std::size_t>(7 - i)][(word >> (8 * i)) & 0xff];
  }
  for (; left > 0; ++p, --left) state = (state >> 8) ^ tables[0][(state ^ static_cast<unsigned char>(*p)) & 0xff];
  return state;
}

template <class Crc>
using CrcUpdate = CrcWord<Crc> (*)(CrcWord<Crc> state, std::string_view bytes);

// One way to compute, and whether this processor can.
template <class Crc>
struct CrcKernel {
  const char* name;
  bool runs_here;
  CrcUpdate<Crc> update;
};

// Every way that was compiled in, the fastest first; the last one is portable.
std::span<const CrcKernel<Crc32>> crc32_kernels();
std::span<const CrcKernel<Crc32c>> crc32c_kernels();
std::span<const CrcKernel<Crc64Nvme>> crc64nvme_kernels();

}  // namespace skerry::digest
