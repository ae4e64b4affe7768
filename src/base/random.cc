#include "base/random.h"

#include <openssl/rand.h>

#include <cstring>

#include "base/check.h"

namespace skerry {

std::uint64_t Random::next_u64() {
  std::uint64_t value;
  fill({reinterpret_cast<char*>(&value), sizeof value});
  return value;
}

std::string Random::bytes(std::size_t n) {
  std::string out(n, '\0');
  fill(out);
  return out;
}

void SystemRandom::fill(std::span<char> out) {
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) == 1,
        "the system has no randomness");
}

// SplitMix64: small, and every seed is as good as another.
std::uint64_t SeededRandom::step() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void SeededRandom::fill(std::span<char> out) {
  while (!out.empty()) {
    std::uint64_t word = step();
    std::size_t n = std::min(out.size(), sizeof word);
    std::memcpy(out.data(), &word, n);
    out = out.subspan(n);
  }
}

std::uint64_t SeededRandom::below(std::uint64_t bound) { return step() % bound; }

bool SeededRandom::chance(double probability) { return static_cast<double>(step() >> 11) * 0x1.0p-53 < probability; }

}  // namespace skerry
