// The plain SHA256_* calls are deprecated in OpenSSL 3, not removed. They are used because they allocate nothing and
// their state may be copied, which is what makes precomputed pads cheap.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "auth/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <cstring>
#include <memory>
#include <new>

namespace skerry::auth {
namespace {

static_assert(sizeof(SHA256_CTX) == 112 && alignof(SHA256_CTX) <= 8);
static_assert(std::is_trivially_copyable_v<SHA256_CTX>);

SHA256_CTX* context(std::array<std::byte, 112>& state) {
  return std::launder(reinterpret_cast<SHA256_CTX*>(state.data()));
}

}  // namespace

HexDigest256 to_hex(const Digest256& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  HexDigest256 out;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    out[2 * i] = kDigits[static_cast<unsigned char>(digest[i]) >> 4];
    out[2 * i + 1] = kDigits[static_cast<unsigned char>(digest[i]) & 15];
  }
  return out;
}

Sha256::Sha256() { SHA256_Init(new (state_.data()) SHA256_CTX); }

void Sha256::update(std::string_view bytes) { SHA256_Update(context(state_), bytes.data(), bytes.size()); }

Digest256 Sha256::finish() {
  Digest256 out;
  SHA256_Final(reinterpret_cast<unsigned char*>(out.data()), context(state_));
  return out;
}

Digest256 Sha256::of(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

HmacKey::HmacKey(std::string_view key) {
  std::array<char, 64> block{};
  if (key.size() > block.size()) {
    Digest256 shortened = Sha256::of(key);
    std::memcpy(block.data(), shortened.data(), shortened.size());
  } else {
    std::memcpy(block.data(), key.data(), key.size());
  }
  for (char& c : block) c = static_cast<char>(c ^ 0x36);
  inner_.update({block.data(), block.size()});
  for (char& c : block) c = static_cast<char>(c ^ 0x36 ^ 0x5c);
  outer_.update({block.data(), block.size()});
  OPENSSL_cleanse(block.data(), block.size());
}

HmacKey::~HmacKey() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

Digest256 HmacKey::sign(std::initializer_list<std::string_view> pieces) const {
  Sha256 hash = inner_;
  for (std::string_view piece : pieces) hash.update(piece);
  Digest256 middle = hash.finish();
  hash = outer_;
  hash.update(view(middle));
  return hash.finish();
}

std::string hmac_sha1(std::string_view key, std::string_view message) {
  std::string out(20, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
       message.size(), reinterpret_cast<unsigned char*>(out.data()), &size);
  return out;
}

}  // namespace skerry::auth
