#pragma once
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace skerry::auth {

using Digest256 = std::array<char, 32>;
using HexDigest256 = std::array<char, 64>;  // lower case, as signatures are written

inline std::string_view view(const Digest256& digest) { return {digest.data(), digest.size()}; }
inline std::string_view view(const HexDigest256& digest) { return {digest.data(), digest.size()}; }
HexDigest256 to_hex(const Digest256& digest);

// SHA-256 without allocation: a signature takes a handful of hashes of a few hundred bytes, and OpenSSL's EVP layer
// costs as much as these do. For long bodies it is as fast as EVP.
//
// Threads: one. A copy goes on from the same state.
class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  Digest256 finish();  // once; then the object is spent

  static Digest256 of(std::string_view bytes);

 private:
  alignas(8) std::array<std::byte, 112> state_;  // a SHA256_CTX
};

// A key of HMAC-SHA256 with its two pads hashed already: a signature then costs the message and one block.
//
// Threads: any; constant after construction.
class HmacKey {
 public:
  explicit HmacKey(std::string_view key);
  ~HmacKey();  // wipes
  HmacKey(const HmacKey&) = default;
  HmacKey& operator=(const HmacKey&) = default;

  // Of the pieces, one after another.
  Digest256 sign(std::initializer_list<std::string_view> pieces) const;

 private:
  Sha256 inner_;
  Sha256 outer_;
};

// The 20 bytes of HMAC-SHA1, for signature version 2.
std::string hmac_sha1(std::string_view key, std::string_view message);

}  // namespace skerry::auth
