// How fast each checksum is on this machine, beside OpenSSL's own loop in the same run, and where the lanes of one
// stream begin to pay.
//
//   ninja -C build/release digest_bench && build/release/src/digest/digest_bench
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <vector>

#include "base/clock.h"
#include "base/loop_executor.h"
#include "base/random.h"
#include "digest/crc_kernels.h"
#include "digest/hasher.h"
#include "digest/lanes.h"

namespace skerry::digest {
namespace {

constexpr std::size_t kBufferBytes = 256 << 10;  // stays in the second-level cache, as bytes fresh from a socket do
constexpr microseconds kBudget = milliseconds(150);

// GB/s of the best of five runs of `pass`, which reads `bytes` bytes.
template <class Pass>
double gigabytes_a_second(std::size_t bytes, Pass pass) {
  SystemClock clock;
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    microseconds begin = clock.steady(), now = begin;
    std::size_t passes = 0;
    for (; now - begin < kBudget / 5; now = clock.steady(), ++passes) pass();
    best = std::max(best, static_cast<double>(passes * bytes) / 1e3 / static_cast<double>((now - begin).count()));
  }
  return best;
}

const char* evp_name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::MD5:
      return "MD5";
    case Algorithm::SHA1:
      return "SHA1";
    case Algorithm::SHA256:
      return "SHA256";
    case Algorithm::SHA512:
      return "SHA512";
    default:
      return nullptr;
  }
}

void print_algorithms(std::string_view bytes) {
  fmt::print("{:<12} {:>10} {:>10} {:>12}\n", "algorithm", "GB/s", "EVP GB/s", "4 KiB GB/s");
  for (Algorithm algorithm : kAlgorithms) {
    Hasher hasher(algorithm);
    double ours = gigabytes_a_second(bytes.size(), [&] { hasher.update(bytes); });
    double small = gigabytes_a_second(4096, [&] { digest_of(algorithm, bytes.substr(0, 4096)); });
    std::string theirs = "-";
    if (const char* evp = evp_name(algorithm)) {
      EVP_MD* md = EVP_MD_fetch(nullptr, evp, nullptr);
      EVP_MD_CTX* context = EVP_MD_CTX_new();
      EVP_DigestInit_ex(context, md, nullptr);
      auto pass = [&] { EVP_DigestUpdate(context, bytes.data(), bytes.size()); };
      theirs = fmt::format("{:.2f}", gigabytes_a_second(bytes.size(), pass));
      EVP_MD_CTX_free(context);
      EVP_MD_free(md);
    }
    fmt::print("{:<12} {:>10.2f} {:>10} {:>12.2f}\n", name(algorithm), ours, theirs, small);
  }
}

template <class Crc>
void print_kernels(const char* crc, std::span<const CrcKernel<Crc>> kernels, std::string_view bytes) {
  for (const CrcKernel<Crc>& kernel : kernels) {
    if (!kernel.runs_here) continue;
    CrcWord<Crc> state = 0;
    double speed = gigabytes_a_second(bytes.size(), [&] { state = kernel.update(state, bytes); });
    fmt::print("{:<12} {:>10.2f}   {}\n", crc, speed, kernel.name);
  }
}

Task<bool> put(Workers& workers, std::span<const Algorithm> algorithms, SharedBytes chunk, std::size_t chunks,
               std::size_t inline_bytes) {
  HashLanes::Limits limits{.inline_bytes = inline_bytes};
  HashLanes lanes(workers, algorithms, chunk.bytes.size() * chunks, limits);
  for (std::size_t i = 0; i < chunks; ++i) {
    lanes.update(chunk);
    co_await lanes.ready();
  }
  std::vector<Digest> digests = co_await lanes.finish();
  co_return digests.size() == algorithms.size();
}

// Microseconds a stream takes from its first byte to its digests, alone on the machine.
void print_lanes(std::shared_ptr<const std::string> bytes) {
  const Algorithm algorithms[] = {Algorithm::MD5, Algorithm::SHA256, Algorithm::CRC64NVME};
  WorkerPool workers(2, "bench");
  LoopExecutor loop;
  fmt::print("\nMD5 + SHA256 + CRC64NVME of one stream, microseconds\n{:<12} {:>10} {:>10}\n", "KiB", "inline",
             "lanes");
  for (std::size_t kib : {4, 16, 32, 64, 128, 256, 1024, 16384}) {
    std::size_t chunk_bytes = std::min<std::size_t>(kib << 10, 64 << 10), chunks = (kib << 10) / chunk_bytes;
    SharedBytes chunk(std::string_view(*bytes).substr(0, chunk_bytes), bytes);
    auto micros = [&](std::size_t inline_bytes) {
      double speed = gigabytes_a_second(kib << 10, [&] {
        Task<bool> task = put(workers, algorithms, chunk, chunks, inline_bytes);
        loop.run(std::move(task));
      });
      return static_cast<double>(kib << 10) / 1e3 / speed;
    };
    double here = micros(~std::size_t{0}), lanes = micros(0);
    fmt::print("{:<12} {:>10.0f} {:>10.0f}\n", kib, here, lanes);
  }
}

}  // namespace

void run_bench() {
  SystemRandom random;
  auto bytes = std::make_shared<const std::string>(random.bytes(kBufferBytes));
  print_algorithms(*bytes);
  fmt::print("\n");
  print_kernels("CRC32", crc32_kernels(), *bytes);
  print_kernels("CRC32C", crc32c_kernels(), *bytes);
  print_kernels("CRC64NVME", crc64nvme_kernels(), *bytes);
  print_lanes(bytes);
}

}  // namespace skerry::digest

int main() { skerry::digest::run_bench(); }
