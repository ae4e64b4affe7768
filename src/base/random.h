#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace skerry {

// Random bytes. Injected, so that a test's seed repeats a run.
//
// Threads: SystemRandom any; SeededRandom one.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<char> out) = 0;

  std::uint64_t next_u64();
  std::string bytes(std::size_t n);
};

// The operating system's generator, fit for keys and ids.
class SystemRandom final : public Random {
 public:
  void fill(std::span<char> out) override;
};

// Repeats from its seed. Never for keys outside tests.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<char> out) override;
  std::uint64_t below(std::uint64_t bound);  // 0 <= result < bound; bound > 0
  bool chance(double probability);

 private:
  std::uint64_t step();
  std::uint64_t state_;
};

}  // namespace skerry
