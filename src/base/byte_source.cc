#include "base/byte_source.h"

#include <algorithm>
#include <cstring>
#include <memory>

namespace skerry {

Task<std::expected<std::size_t, ReadError>> read_full(ByteSource& source, std::span<char> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    auto got = co_await source.read(into.subspan(filled));
    if (!got) co_return got;
    if (*got == 0) break;
    filled += *got;
  }
  co_return filled;
}

Task<std::expected<std::string, ReadError>> read_all(ByteSource& source, std::size_t limit) {
  // One byte more than the limit, to tell a body of just that size from a larger one.
  std::string out;
  std::size_t filled = 0;
  std::size_t step = std::min<std::size_t>(limit + 1, source.size().value_or(4096) + 1);
  while (filled <= limit) {
    out.resize(std::min(filled + std::max<std::size_t>(step, filled), limit + 1));
    auto got = co_await source.read(std::span(out).subspan(filled));
    if (!got) co_return std::unexpected(got.error());
    if (*got == 0) {
      out.resize(filled);
      co_return out;
    }
    filled += *got;
    if (filled < out.size()) continue;
  }
  co_return std::unexpected(ReadError{ReadErrc::TooLarge, "more than the limit"});
}

Task<std::expected<void, ReadError>> read_through(ByteSource& source, std::size_t limit) {
  constexpr std::size_t kChunk = 64 << 10;
  auto chunk = std::make_unique_for_overwrite<char[]>(kChunk);
  for (std::size_t total = 0; total <= limit;) {
    auto got = co_await source.read({chunk.get(), kChunk});
    if (!got) co_return std::unexpected(got.error());
    if (*got == 0) co_return std::expected<void, ReadError>();
    total += *got;
  }
  co_return std::unexpected(ReadError{ReadErrc::TooLarge, "more than the limit"});
}

Task<std::expected<std::size_t, ReadError>> StringSource::read(std::span<char> into) {
  std::size_t n = std::min(into.size(), bytes_.size() - position_);
  std::memcpy(into.data(), bytes_.data() + position_, n);
  position_ += n;
  co_return n;
}

}  // namespace skerry
