#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/meta_store.h"

namespace skerry::storage {

using Epoch = std::uint32_t;  // a server's life, or a stretch of it (epochs.h)

// Names a blob for ever; never reused. Says who made it and which partition holds its reference, so that garbage can
// be told from a blob in use without a scan of everything.
struct BlobId {
  static constexpr std::size_t kBytes = 4 + 8 + 16;

  Epoch epoch = 0;
  Partition owner{};
  std::array<char, 16> unique{};  // random: keys are derived from it

  std::string bytes() const;  // kBytes long: epoch, owner, unique, big-endian
  static std::optional<BlobId> from_bytes(std::string_view bytes);
  std::string text() const;  // lower-case hex of bytes(): fit for a file name
  friend auto operator<=>(const BlobId&, const BlobId&) = default;
};

}  // namespace skerry::storage
