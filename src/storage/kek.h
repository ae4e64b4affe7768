#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace skerry::storage {

// Names a key-encryption key in every record that was sealed under it. Random; 0 is the master key.
enum class KekId : std::uint64_t { Master = 0 };

inline constexpr std::size_t kKeyBytes = 32;

// A derived key, wiped when it goes.
class DerivedKey {
 public:
  DerivedKey() = default;
  DerivedKey(const DerivedKey&) = default;
  DerivedKey& operator=(const DerivedKey&) = default;
  ~DerivedKey() { wipe(bytes_); }

  std::span<const char, kKeyBytes> bytes() const { return bytes_; }
  std::span<char, kKeyBytes> writable() { return bytes_; }

 private:
  std::array<char, kKeyBytes> bytes_{};
};

// A key-encryption key at hand. It seals nothing itself: every blob and every row has a key derived from it, by
// HKDF-SHA256 (RFC 5869, no salt), whose first half is done once, here.
//
// Threads: any.
class Kek {
 public:
  Kek(KekId id, const Secret& key);  // kKeyBytes long

  KekId id() const { return id_; }
  // `info` says what the key is for; no two purposes may share one. At most 64 bytes. About 0.4 µs.
  DerivedKey derive(std::string_view info) const;

 private:
  KekId id_;
  DerivedKey extracted_;
};

}  // namespace skerry::storage
