#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

// What benchmark objects hold: bytes that do not compress, the same in every object of a size but for the last 16,
// which are the object's number. So an answer with another object's bytes is found by its tail, every hash is of other
// bytes, and the client holds only one body.
class Pattern {
 public:
  static constexpr std::size_t kTailBytes = 16;

  explicit Pattern(std::size_t size) : size_(size), common_(size - std::min(size, kTailBytes), '\0') {
    std::uint64_t state = 0x9e3779b97f4a7c15;
    for (char& byte : common_) {
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      byte = static_cast<char>(state >> 32);
    }
  }

  std::size_t size() const { return size_; }
  std::string_view common() const { return common_; }
  std::string tail(std::uint64_t number) const {
    return fmt::format("{:016x}", number).substr(kTailBytes - std::min(size_, kTailBytes));
  }

  // Whether `piece` is what stands at `offset` of object `number`. Without `thorough` only the tail is looked at.
  bool matches(std::uint64_t number, std::size_t offset, std::string_view piece, bool thorough) const {
    if (offset + piece.size() > size_) return false;
    std::size_t before_tail = offset < common_.size() ? std::min(piece.size(), common_.size() - offset) : 0;
    bool compare = thorough && before_tail > 0;
    if (compare && piece.substr(0, before_tail) != std::string_view(common_).substr(offset, before_tail)) return false;
    if (before_tail == piece.size()) return true;
    std::size_t into_tail = offset + before_tail - common_.size();
    return piece.substr(before_tail) == tail(number).substr(into_tail, piece.size() - before_tail);
  }

 private:
  const std::size_t size_;
  std::string common_;
};

}  // namespace bench
