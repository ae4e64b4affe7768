#include "digest/crc.h"

#include <gtest/gtest.h>

#include <bit>

#include "base/random.h"
#include "digest/crc_kernels.h"

namespace skerry::digest {
namespace {

std::string ascending(std::size_t n) {
  std::string bytes(n, '\0');
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<char>(i);
  return bytes;
}

TEST(Crc, CheckValues) {
  EXPECT_EQ(crc32(0, "123456789"), 0xcbf43926u);
  EXPECT_EQ(crc32c(0, "123456789"), 0xe3069283u);
  EXPECT_EQ(crc64nvme(0, "123456789"), 0xae8b14860a799888u);
  EXPECT_EQ(crc32(0, ""), 0u);
  EXPECT_EQ(crc32c(0, ""), 0u);
  EXPECT_EQ(crc64nvme(0, ""), 0u);
}

TEST(Crc, Rfc3720ExamplesOfCrc32c) {
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(0, std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c(0, ascending(32)), 0x46dd794eu);
}

TEST(Crc, NvmeSpecificationExamplesOfCrc64) {
  std::string up = ascending(4096), down(up.rbegin(), up.rend());
  EXPECT_EQ(crc64nvme(0, std::string(4096, '\0')), 0x6482d367eb22b64eu);
  EXPECT_EQ(crc64nvme(0, std::string(4096, '\xff')), 0xc0ddba7302eca3acu);
  EXPECT_EQ(crc64nvme(0, up), 0x3e729f5f6750449cu);
  EXPECT_EQ(crc64nvme(0, down), 0x9a2df64b8e9e517eu);
}

// Bit by bit from the definition, sharing nothing with the kernels but the polynomial.
template <class Crc>
CrcWord<Crc> bitwise(CrcWord<Crc> state, std::string_view bytes) {
  for (char c : bytes) {
    state ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) state = (state >> 1) ^ ((state & 1) ? Crc::kPolynomial : 0);
  }
  return state;
}

template <class Crc>
void expect_kernels_agree(std::span<const CrcKernel<Crc>> kernels) {
  SeededRandom random(20240601);
  std::string bytes = random.bytes(20'000);
  ASSERT_STREQ(kernels.back().name, "portable");
  for (const CrcKernel<Crc>& kernel : kernels) {
    if (!kernel.runs_here) continue;
    for (int round = 0; round < 4000; ++round) {
      // All short lengths, where the kernels change over, then any.
      std::size_t length = round < 1200 ? static_cast<std::size_t>(round) : random.below(16'000);
      std::string_view piece = std::string_view(bytes).substr(random.below(65), length);
      auto state = static_cast<CrcWord<Crc>>(random.next_u64());
      ASSERT_EQ(kernel.update(state, piece), bitwise<Crc>(state, piece))
          << kernel.name << " length " << length << " state " << state;
    }
  }
}

TEST(CrcKernels, AgreeWithTheDefinition) {
  expect_kernels_agree(crc32_kernels());
  expect_kernels_agree(crc32c_kernels());
  expect_kernels_agree(crc64nvme_kernels());
}

TEST(CrcKernels, ThisMachineRunsMoreThanThePortableOne) {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("pclmul")) GTEST_SKIP() << "a processor without PCLMULQDQ";
  int running = 0;
  for (const auto& kernel : crc32_kernels()) running += kernel.runs_here;
  EXPECT_GE(running, 2);
#else
  GTEST_SKIP() << "only the portable kernel is compiled in";
#endif
}

TEST(Crc, CombinesAsIfTheBytesWereRead) {
  SeededRandom random(7);
  std::string bytes = random.bytes(70'000);
  std::string_view all = bytes;
  for (int round = 0; round < 300; ++round) {
    std::size_t length = random.below(all.size() + 1);
    std::string_view whole = all.substr(0, length);
    std::size_t cut = random.below(length + 1);
    std::string_view a = whole.substr(0, cut), b = whole.substr(cut);
    ASSERT_EQ(crc32_combine(crc32(0, a), crc32(0, b), b.size()), crc32(0, whole));
    ASSERT_EQ(crc32c_combine(crc32c(0, a), crc32c(0, b), b.size()), crc32c(0, whole));
    ASSERT_EQ(crc64nvme_combine(crc64nvme(0, a), crc64nvme(0, b), b.size()), crc64nvme(0, whole));
    ASSERT_EQ(crc64nvme(crc64nvme(0, a), b), crc64nvme(0, whole));
  }
}

TEST(Crc, CombinesLengthsThatNobodyCanRead) {
  // x^(8n) for n = 2^40 + 3 in one step or in several must be the same.
  std::uint64_t n = (std::uint64_t{1} << 40) + 3;
  std::uint64_t a = 0x0123456789abcdef, b = 0xfedcba9876543210;
  std::uint64_t in_one = crc64nvme_combine(a, b, n);
  std::uint64_t in_two = crc64nvme_combine(crc64nvme_combine(a, 0, n - 1000), b, 1000);
  EXPECT_EQ(in_one, in_two);
  EXPECT_NE(in_one, crc64nvme_combine(a, b, n + 1));
  std::uint32_t max32 = crc32_combine(1, 2, ~std::uint64_t{0});
  EXPECT_EQ(max32, crc32_combine(crc32_combine(1, 0, ~std::uint64_t{0} - 5), 2, 5));
}

}  // namespace
}  // namespace skerry::digest
