#pragma once
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/check.h"

// An identity provider's side, for tests: keys, their set, tokens.
namespace skerry::sts::oidc {

inline std::string base64url(std::string_view bytes) {
  std::string out = base64(bytes);
  out.resize(out.find_last_not_of('=') + 1);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

class TestKey {
 public:
  // `kind`: RSA, or a curve as OpenSSL calls it.
  explicit TestKey(std::string id, const char* kind = "RSA", int bits = 2048) : id_(std::move(id)) {
    rsa_ = std::string_view(kind) == "RSA";
    key_.reset(rsa_ ? EVP_RSA_gen(static_cast<unsigned>(bits)) : EVP_EC_gen(kind), EVP_PKEY_free);
    CHECK(key_ != nullptr, "no key was made");
  }

  const std::string& id() const { return id_; }

  std::string jwk(std::string_view more = {}) const {
    std::string out = "{\"kid\":\"" + id_ + "\",";
    if (rsa_) {
      out += R"("kty":"RSA","n":")" + base64url(number(OSSL_PKEY_PARAM_RSA_N)) + R"(","e":")" +
             base64url(number(OSSL_PKEY_PARAM_RSA_E)) + "\"";
    } else {
      std::size_t size = coordinate_bytes();
      std::string curve = size == 32 ? "P-256" : size == 48 ? "P-384" : "P-521";
      out += R"("kty":"EC","crv":")" + curve + R"(","x":")" + base64url(number(OSSL_PKEY_PARAM_EC_PUB_X, size)) +
             R"(","y":")" + base64url(number(OSSL_PKEY_PARAM_EC_PUB_Y, size)) + "\"";
    }
    return out.append(more) + "}";
  }

  std::string sign(std::string_view algorithm, std::string_view message) const {
    const EVP_MD* digest = algorithm.ends_with("256")   ? EVP_sha256()
                           : algorithm.ends_with("384") ? EVP_sha384()
                                                        : EVP_sha512();
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_PKEY_CTX* settings = nullptr;
    EVP_DigestSignInit(context.get(), &settings, digest, nullptr, key_.get());
    if (algorithm.starts_with("PS")) {
      EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    std::size_t size = 0;
    EVP_DigestSign(context.get(), nullptr, &size, bytes, message.size());
    std::string out(size, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes, message.size());
    out.resize(size);
    return rsa_ ? out : raw(out);
  }

  std::string token(std::string_view algorithm, std::string_view claims) const {
    std::string header = "{\"alg\":\"" + std::string(algorithm) + "\",\"kid\":\"" + id_ + "\"}";
    std::string input = base64url(header) + "." + base64url(claims);
    return input + "." + base64url(sign(algorithm, input));
  }

 private:
  std::size_t coordinate_bytes() const { return static_cast<std::size_t>(EVP_PKEY_get_bits(key_.get()) + 7) / 8; }

  std::string number(const char* name, std::size_t size = 0) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &value);
    if (size == 0) size = static_cast<std::size_t>(BN_num_bytes(value));
    std::string out(size, '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size));
    BN_free(value);
    return out;
  }

  std::string raw(const std::string& der) const {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    std::size_t half = coordinate_bytes();
    std::string out(2 * half, '\0');
    auto* into = reinterpret_cast<unsigned char*>(out.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), into, static_cast<int>(half));
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), into + half, static_cast<int>(half));
    ECDSA_SIG_free(pair);
    return out;
  }

  std::string id_;
  bool rsa_ = false;
  std::shared_ptr<EVP_PKEY> key_;
};

inline std::string key_set(std::initializer_list<std::string> jwks) {
  std::string out = "{\"keys\":[";
  for (const std::string& jwk : jwks) out += jwk + ",";
  if (jwks.size() > 0) out.pop_back();
  return out + "]}";
}

}  // namespace skerry::sts::oidc
