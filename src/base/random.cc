#include "base/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstring>

#include "base/check.h"

namespace skerry {
namespace {

// A call of RAND_bytes costs two microseconds, however little it is asked for, and a request wants some ids and salts.
constexpr std::size_t kSmallBytes = 64;

std::atomic<unsigned> forks = 0;

void ask_openssl(std::span<char> out) {
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) == 1,
        "the system has no randomness");
}

// Random bytes at hand, each given out once and wiped then. Not shared with a forked child, which would repeat them.
class Supply {
 public:
  ~Supply() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  void take(std::span<char> out) {
    unsigned now = forks.load(std::memory_order_relaxed);
    if (out.size() > left_ || forks_ != now) {
      ask_openssl(bytes_);
      left_ = bytes_.size();
      forks_ = now;
    }
    left_ -= out.size();
    std::memcpy(out.data(), bytes_.data() + left_, out.size());
    OPENSSL_cleanse(bytes_.data() + left_, out.size());
  }

 private:
  std::array<char, 2048> bytes_;
  std::size_t left_ = 0;
  unsigned forks_ = 0;
};

}  // namespace

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
  if (out.size() > kSmallBytes) return ask_openssl(out);
  static const int watched = pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1); });
  CHECK(watched == 0, "pthread_atfork: {}", watched);
  thread_local Supply supply;
  supply.take(out);
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
