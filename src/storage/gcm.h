#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace skerry::storage {

inline constexpr std::size_t kTagBytes = 16;
using GcmKey = std::span<const char, 32>;

// AES-256-GCM with one key loaded into this thread's context: building a context costs as much as sealing 4 KiB.
//
// The nonce is a number: whoever uses a key for more than one message numbers the messages.
// Life: a local variable. At most one GcmSealer and one GcmOpener exist on a thread at a time.
// Threads: the one that made it.
class GcmSealer {
 public:
  explicit GcmSealer(GcmKey key);
  GcmSealer(const GcmSealer&) = delete;
  GcmSealer& operator=(const GcmSealer&) = delete;

  // Seals the pieces, as if joined, into `out`: their sizes' sum and the tag.
  void seal(std::uint64_t nonce, std::string_view associated, std::span<const std::string_view> pieces, char* out);
};

class GcmOpener {
 public:
  explicit GcmOpener(GcmKey key);
  GcmOpener(const GcmOpener&) = delete;
  GcmOpener& operator=(const GcmOpener&) = delete;

  // Opens `sealed` (the tag at its end) into `out`, which may be where the sealed bytes are. False: these are not the
  // bytes that were sealed under this nonce and associated data; `out` has been wiped.
  [[nodiscard]] bool open(std::uint64_t nonce, std::string_view associated, std::string_view sealed, char* out);
};

}  // namespace skerry::storage
