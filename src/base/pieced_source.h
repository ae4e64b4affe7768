#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.h"

namespace skerry {

// Gives bytes in pieces of the sizes that it is told, over and over, and waits now and then, as a socket does. For
// tests of whatever reads a body.
class PiecedSource final : public ByteSource {
 public:
  PiecedSource(std::string bytes, std::vector<std::size_t> pieces)
      : bytes_(std::move(bytes)), pieces_(std::move(pieces)) {}
  PiecedSource(std::string bytes, std::size_t piece) : PiecedSource(std::move(bytes), std::vector{piece}) {}

  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override {
    // Under a sanitizer whoever goes on without a wait goes deeper into the stack.
    if (++reads_ % 16 == 0) co_await yield();
    std::size_t count = bytes_.copy(into.data(), std::min(into.size(), pieces_[reads_ % pieces_.size()]), position_);
    position_ += count;
    co_return count;
  }
  std::optional<std::uint64_t> size() const override { return std::nullopt; }
  std::size_t left() const { return bytes_.size() - position_; }

 private:
  const std::string bytes_;
  const std::vector<std::size_t> pieces_;
  std::size_t position_ = 0, reads_ = 0;
};

}  // namespace skerry
