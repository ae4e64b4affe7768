#pragma once
#include "base/byte_source.h"
#include "digest/hasher.h"

namespace skerry::digest {

// Hashes what is read through it, on the reader's thread.
//
// Life: of one body; `inner` outlives it. Threads: one executor's.
class HashingSource final : public ByteSource {
 public:
  HashingSource(ByteSource& inner, Algorithm algorithm) : inner_(inner), hasher_(algorithm) {}

  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override {
    auto got = co_await inner_.read(into);
    if (got) hasher_.update({into.data(), *got});
    co_return got;
  }
  std::optional<std::uint64_t> size() const override { return inner_.size(); }

  // Of all that was read; once, and nothing is read after it.
  Digest final() { return hasher_.final(); }

 private:
  ByteSource& inner_;
  Hasher hasher_;
};

}  // namespace skerry::digest
