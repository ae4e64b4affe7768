#include "digest/hasher.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#define XXH_STATIC_LINKING_ONLY  // the states' sizes, so that they lie inside ours
#include <xxhash.h>

#include <utility>
#include <variant>

#include "base/bytes.h"
#include "base/check.h"
#include "digest/crc.h"

namespace skerry::digest {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// "-fips" asks for any implementation, also where the system's policy prefers FIPS ones: S3 has no ETag without MD5,
// and none of these digests is here for secrecy.
EVP_MD* fetch(const char* name) {
  EVP_MD* md = EVP_MD_fetch(nullptr, name, "-fips");
  CHECK(md != nullptr, "OpenSSL has no {}: error {:#x}", name, ERR_peek_last_error());
  return md;
}

// Fetched once: a lookup by name in every init costs as much as hashing a kilobyte. Never freed, so that detached
// work may hash while the process exits.
const EVP_MD* message_digest(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::MD5: {
      static const EVP_MD* const md = fetch("MD5");
      return md;
    }
    case Algorithm::SHA1: {
      static const EVP_MD* const md = fetch("SHA1");
      return md;
    }
    case Algorithm::SHA256: {
      static const EVP_MD* const md = fetch("SHA256");
      return md;
    }
    case Algorithm::SHA512: {
      static const EVP_MD* const md = fetch("SHA512");
      return md;
    }
    default:
      std::unreachable();
  }
}

Context start(Algorithm algorithm) {
  Context context(EVP_MD_CTX_new());
  CHECK(context && EVP_DigestInit_ex2(context.get(), message_digest(algorithm), nullptr) == 1, "cannot start {}",
        name(algorithm));
  return context;
}

Digest of_u32(Algorithm algorithm, std::uint32_t value) {
  std::string bytes;
  append_be32(bytes, value);
  return Digest(algorithm, bytes);
}

Digest of_u64(Algorithm algorithm, std::uint64_t value) {
  std::string bytes;
  append_be64(bytes, value);
  return Digest(algorithm, bytes);
}

Digest of_u128(Algorithm algorithm, XXH128_hash_t value) {
  std::string bytes;
  append_be64(bytes, value.high64);
  append_be64(bytes, value.low64);
  return Digest(algorithm, bytes);
}

bool is_crc(Algorithm algorithm) {
  return algorithm == Algorithm::CRC32 || algorithm == Algorithm::CRC32C || algorithm == Algorithm::CRC64NVME;
}

}  // namespace

struct Hasher::State {
  std::variant<Context, XXH64_state_t, XXH3_state_t> of;
};

Hasher::Hasher(Algorithm algorithm) : algorithm_(algorithm) {
  if (is_crc(algorithm)) return;
  state_ = std::make_unique<State>();
  switch (algorithm) {
    case Algorithm::XXHASH64:
      XXH64_reset(&state_->of.emplace<XXH64_state_t>(), 0);
      break;
    case Algorithm::XXHASH3:
      XXH3_64bits_reset(&state_->of.emplace<XXH3_state_t>());
      break;
    case Algorithm::XXHASH128:
      XXH3_128bits_reset(&state_->of.emplace<XXH3_state_t>());
      break;
    default:
      state_->of = start(algorithm);
  }
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(std::string_view bytes) {
  if (bytes.empty()) return;  // some of these libraries do not take a null pointer
  switch (algorithm_) {
    case Algorithm::CRC32:
      crc_ = crc32(static_cast<std::uint32_t>(crc_), bytes);
      return;
    case Algorithm::CRC32C:
      crc_ = crc32c(static_cast<std::uint32_t>(crc_), bytes);
      return;
    case Algorithm::CRC64NVME:
      crc_ = crc64nvme(crc_, bytes);
      return;
    case Algorithm::XXHASH64:
      XXH64_update(&std::get<XXH64_state_t>(state_->of), bytes.data(), bytes.size());
      return;
    case Algorithm::XXHASH3:
      XXH3_64bits_update(&std::get<XXH3_state_t>(state_->of), bytes.data(), bytes.size());
      return;
    case Algorithm::XXHASH128:
      XXH3_128bits_update(&std::get<XXH3_state_t>(state_->of), bytes.data(), bytes.size());
      return;
    case Algorithm::SHA1:
    case Algorithm::SHA256:
    case Algorithm::SHA512:
    case Algorithm::MD5:
      CHECK(EVP_DigestUpdate(std::get<Context>(state_->of).get(), bytes.data(), bytes.size()) == 1, "cannot hash");
      return;
  }
  std::unreachable();
}

Digest Hasher::final() {
  switch (algorithm_) {
    case Algorithm::CRC32:
    case Algorithm::CRC32C:
      return of_u32(algorithm_, static_cast<std::uint32_t>(crc_));
    case Algorithm::CRC64NVME:
      return of_u64(algorithm_, crc_);
    case Algorithm::XXHASH64:
      return of_u64(algorithm_, XXH64_digest(&std::get<XXH64_state_t>(state_->of)));
    case Algorithm::XXHASH3:
      return of_u64(algorithm_, XXH3_64bits_digest(&std::get<XXH3_state_t>(state_->of)));
    case Algorithm::XXHASH128:
      return of_u128(algorithm_, XXH3_128bits_digest(&std::get<XXH3_state_t>(state_->of)));
    case Algorithm::SHA1:
    case Algorithm::SHA256:
    case Algorithm::SHA512:
    case Algorithm::MD5:
      break;
  }
  char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(std::get<Context>(state_->of).get(), reinterpret_cast<unsigned char*>(bytes), &size) == 1,
        "cannot finish {}", name(algorithm_));
  return Digest(algorithm_, {bytes, size});
}

Digest digest_of(Algorithm algorithm, std::string_view bytes) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.final();
}

}  // namespace skerry::digest
