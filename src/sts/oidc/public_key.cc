#include "sts/oidc/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>

#include "base/bytes.h"
#include "sts/oidc/jwt.h"
#include "wire/tree.h"

namespace skerry::sts::oidc {
namespace {

using wire::Node;
using wire::Tree;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Number = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

constexpr std::size_t kRsaBitsMin = 2048, kRsaBitsMax = 8192;

struct Algorithm {
  std::string_view name;
  const EVP_MD* (*digest)();
  bool pss;
  std::size_t coordinate_bytes;  // of a curve's; 0: RSA
};
constexpr Algorithm kAlgorithms[] = {
    {"RS256", EVP_sha256, false, 0},  {"RS384", EVP_sha384, false, 0},  {"RS512", EVP_sha512, false, 0},
    {"PS256", EVP_sha256, true, 0},   {"ES256", EVP_sha256, false, 32}, {"ES384", EVP_sha384, false, 48},
    {"ES512", EVP_sha512, false, 66},
};

const Algorithm* find_algorithm(std::string_view name) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.name == name) return &algorithm;
  }
  return nullptr;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Number number_of(std::string_view big_endian) {
  return Number(BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

std::shared_ptr<EVP_PKEY> make_key(const char* type, OSSL_PARAM_BLD* builder) {
  Params params(OSSL_PARAM_BLD_to_param(builder));
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

std::shared_ptr<EVP_PKEY> rsa_key(std::string_view modulus, std::string_view exponent) {
  // Larger ones would let whoever chooses the key choose how long a signature takes.
  if (modulus.size() > kRsaBitsMax / 8 || exponent.size() > 8) return nullptr;
  Number n = number_of(modulus), e = number_of(exponent);
  if (static_cast<std::size_t>(BN_num_bits(n.get())) < kRsaBitsMin || !BN_is_odd(e.get()) || BN_is_one(e.get())) {
    return nullptr;
  }
  ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return make_key("RSA", builder.get());
}

// Null, too, for a point that does not lie on the curve.
std::shared_ptr<EVP_PKEY> curve_key(const char* group, std::string_view x, std::string_view y) {
  std::string point = "\x04";
  point.append(x).append(y);
  ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return make_key("EC", builder.get());
}

// The two numbers of a signature, one after the other in a JWT, as OpenSSL has them.
std::string der_signature(std::string_view pair) {
  Signature signature(ECDSA_SIG_new());
  std::size_t half = pair.size() / 2;
  ECDSA_SIG_set0(signature.get(), number_of(pair.substr(0, half)).release(), number_of(pair.substr(half)).release());
  std::string out(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)), '\0');
  auto* end = reinterpret_cast<unsigned char*>(out.data());
  i2d_ECDSA_SIG(signature.get(), &end);
  return out;
}

}  // namespace

bool PublicKey::fits(std::string_view name) const {
  const Algorithm* algorithm = find_algorithm(name);
  if (!algorithm || (!algorithm_.empty() && algorithm_ != name)) return false;
  switch (type_) {
    case Type::Rsa:
      return algorithm->coordinate_bytes == 0;
    case Type::P256:
      return algorithm->coordinate_bytes == 32;
    case Type::P384:
      return algorithm->coordinate_bytes == 48;
    case Type::P521:
      return algorithm->coordinate_bytes == 66;
  }
  std::unreachable();
}

bool PublicKey::verify(std::string_view name, std::string_view message, std::string_view signature) const {
  if (!fits(name)) return false;
  const Algorithm& algorithm = *find_algorithm(name);
  std::string der;
  if (algorithm.coordinate_bytes > 0) {
    if (signature.size() != 2 * algorithm.coordinate_bytes) return false;
    der = der_signature(signature);
    signature = der;
  }
  DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  if (EVP_DigestVerifyInit(context.get(), &settings, algorithm.digest(), nullptr, key_.get()) != 1) return false;
  if (algorithm.pss && (EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) != 1 ||
                        EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
}

class KeySetReader {
 public:
  explicit KeySetReader(const Tree& tree) : tree_(tree) {}

  std::optional<PublicKey> read(const Node& jwk) const {
    if (jwk.type != Node::Type::Object || has_doubled_names(tree_, jwk)) return std::nullopt;
    std::string_view use = text(jwk, "use");
    if (!use.empty() && use != "sig") return std::nullopt;
    std::string_view type = text(jwk, "kty");
    if (type == "RSA") return made(jwk, PublicKey::Type::Rsa, rsa_key(bytes(jwk, "n"), bytes(jwk, "e")));
    if (type != "EC") return std::nullopt;
    std::string_view curve = text(jwk, "crv");
    for (const auto& [name, group, kind, size] : kCurves) {
      if (name != curve) continue;
      std::string x = bytes(jwk, "x"), y = bytes(jwk, "y");
      if (x.size() != size || y.size() != size) return std::nullopt;
      return made(jwk, kind, curve_key(group, x, y));
    }
    return std::nullopt;
  }

 private:
  struct Curve {
    std::string_view name;
    const char* group;
    PublicKey::Type type;
    std::size_t coordinate_bytes;
  };
  static constexpr Curve kCurves[] = {{"P-256", "prime256v1", PublicKey::Type::P256, 32},
                                      {"P-384", "secp384r1", PublicKey::Type::P384, 48},
                                      {"P-521", "secp521r1", PublicKey::Type::P521, 66}};

  std::string_view text(const Node& jwk, std::string_view name) const {
    const Node* found = find_of_type(tree_, jwk, name, Node::Type::String);
    return found ? found->text : std::string_view();
  }
  std::string bytes(const Node& jwk, std::string_view name) const {
    return unbase64url(text(jwk, name)).value_or(std::string());
  }
  std::optional<PublicKey> made(const Node& jwk, PublicKey::Type type, std::shared_ptr<EVP_PKEY> key) const {
    if (!key) return std::nullopt;
    return PublicKey(std::string(text(jwk, "kid")), std::string(text(jwk, "alg")), type, std::move(key));
  }

  const Tree& tree_;
};

std::expected<KeySet, std::string> parse_key_set(std::string json) {
  auto tree = Tree::from_json(std::move(json));
  if (!tree) return std::unexpected("the key set is no JSON: " + tree.error());
  if (tree->root().type != Node::Type::Object) return std::unexpected("the key set is no object");
  const Node* list = find_of_type(*tree, tree->root(), "keys", Node::Type::Array);
  if (!list) return std::unexpected("the key set has no array of keys");
  KeySet keys;
  KeySetReader reader(*tree);
  std::size_t count = 0;
  for (const Node* jwk = tree->child(*list); jwk; jwk = tree->next(*jwk)) {
    if (++count > kKeysMax) return std::unexpected("the key set has too many keys");
    if (auto key = reader.read(*jwk)) keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace skerry::sts::oidc
