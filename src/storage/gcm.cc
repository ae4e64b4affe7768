#include "storage/gcm.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "base/check.h"
#include "base/secret.h"

namespace skerry::storage {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype([](EVP_CIPHER_CTX* c) { EVP_CIPHER_CTX_free(c); })>;

// Fetched once: a lookup by name takes the library's locks.
const EVP_CIPHER* aes_256_gcm() {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  CHECK(cipher != nullptr, "OpenSSL has no AES-256-GCM");
  return cipher;
}

EVP_CIPHER_CTX* sealing_context() {
  thread_local const Context context = [] {
    Context made(EVP_CIPHER_CTX_new());
    CHECK(EVP_EncryptInit_ex2(made.get(), aes_256_gcm(), nullptr, nullptr, nullptr) == 1, "AES-256-GCM");
    return made;
  }();
  return context.get();
}

EVP_CIPHER_CTX* opening_context() {
  thread_local const Context context = [] {
    Context made(EVP_CIPHER_CTX_new());
    CHECK(EVP_DecryptInit_ex2(made.get(), aes_256_gcm(), nullptr, nullptr, nullptr) == 1, "AES-256-GCM");
    return made;
  }();
  return context.get();
}

const unsigned char* raw(const char* p) { return reinterpret_cast<const unsigned char*>(p); }
unsigned char* raw(char* p) { return reinterpret_cast<unsigned char*>(p); }

std::array<unsigned char, 12> nonce_bytes(std::uint64_t number) {
  std::array<unsigned char, 12> out{};
  for (int i = 0; i < 8; ++i) out[11 - i] = static_cast<unsigned char>(number >> (8 * i));
  return out;
}

}  // namespace

GcmSealer::GcmSealer(GcmKey key) {
  CHECK(EVP_EncryptInit_ex2(sealing_context(), nullptr, raw(key.data()), nullptr, nullptr) == 1, "load a key");
}

void GcmSealer::seal(std::uint64_t nonce, std::string_view associated, std::span<const std::string_view> pieces,
                     char* out) {
  EVP_CIPHER_CTX* context = sealing_context();
  int written = 0;
  bool ok = EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce_bytes(nonce).data(), nullptr) == 1 &&
            EVP_EncryptUpdate(context, nullptr, &written, raw(associated.data()), static_cast<int>(associated.size()));
  for (std::string_view piece : pieces) {
    if (piece.empty()) continue;
    ok = ok && EVP_EncryptUpdate(context, raw(out), &written, raw(piece.data()), static_cast<int>(piece.size()));
    out += piece.size();
  }
  ok = ok && EVP_EncryptFinal_ex(context, raw(out), &written) &&
       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, out);
  CHECK(ok, "AES-256-GCM refuses to seal");
}

GcmOpener::GcmOpener(GcmKey key) {
  CHECK(EVP_DecryptInit_ex2(opening_context(), nullptr, raw(key.data()), nullptr, nullptr) == 1, "load a key");
}

bool GcmOpener::open(std::uint64_t nonce, std::string_view associated, std::string_view sealed, char* out) {
  if (sealed.size() < kTagBytes) return false;
  EVP_CIPHER_CTX* context = opening_context();
  std::size_t size = sealed.size() - kTagBytes;
  std::array<char, kTagBytes> tag;  // a copy: the interface wants it writable
  sealed.copy(tag.data(), kTagBytes, size);
  int written = 0;
  bool ok = EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce_bytes(nonce).data(), nullptr) == 1 &&
            EVP_DecryptUpdate(context, nullptr, &written, raw(associated.data()), static_cast<int>(associated.size()));
  if (size > 0) {
    ok = ok && EVP_DecryptUpdate(context, raw(out), &written, raw(sealed.data()), static_cast<int>(size));
  }
  ok = ok && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data());
  CHECK(ok, "AES-256-GCM refuses to open");
  if (EVP_DecryptFinal_ex(context, raw(out) + size, &written) == 1) return true;
  wipe({out, size});
  return false;
}

}  // namespace skerry::storage
