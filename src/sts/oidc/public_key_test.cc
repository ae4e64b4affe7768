#include "sts/oidc/public_key.h"

#include <gtest/gtest.h>

#include "sts/oidc/jwt.h"
#include "sts/oidc/test_tokens.h"

namespace skerry::sts::oidc {
namespace {

constexpr std::string_view kClaims = R"({"iss":"https://issuer.example","sub":"ann"})";

const TestKey& key_for(std::string_view algorithm) {
  static const TestKey rsa("rsa"), p256("p256", "P-256"), p384("p384", "P-384"), p521("p521", "P-521");
  if (!algorithm.starts_with("ES")) return rsa;
  return algorithm == "ES256" ? p256 : algorithm == "ES384" ? p384 : p521;
}

KeySet keys_of(std::initializer_list<std::string> jwks) { return parse_key_set(key_set(jwks)).value(); }

class EachAlgorithm : public testing::TestWithParam<const char*> {};

TEST_P(EachAlgorithm, VerifiesWhatWasSignedAndNothingElse) {
  const TestKey& key = key_for(GetParam());
  auto token = parse_jwt(key.token(GetParam(), kClaims));
  ASSERT_TRUE(token);
  KeySet keys = keys_of({key.jwk()});
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys[0].id(), key.id());
  EXPECT_TRUE(keys[0].verify(GetParam(), token->signing_input, token->signature));
  EXPECT_FALSE(keys[0].verify(GetParam(), token->signing_input + "x", token->signature));
  EXPECT_FALSE(keys[0].verify(GetParam(), token->signing_input, ""));
  EXPECT_FALSE(keys[0].verify(GetParam(), token->signing_input, std::string(token->signature.size(), '\0')));
  for (std::size_t i = 0; i < token->signature.size(); i += 7) {
    std::string changed = token->signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(keys[0].verify(GetParam(), token->signing_input, changed)) << i;
  }
  EXPECT_FALSE(keys[0].verify(GetParam(), token->signing_input, token->signature + '\0'));
}

TEST_P(EachAlgorithm, IsNotAnotherOne) {
  const TestKey& key = key_for(GetParam());
  auto token = parse_jwt(key.token(GetParam(), kClaims));
  KeySet keys = keys_of({key.jwk()});
  for (const char* other : {"RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "HS256", "none", ""}) {
    if (std::string_view(other) == GetParam()) continue;
    EXPECT_FALSE(keys[0].verify(other, token->signing_input, token->signature)) << other;
  }
}

INSTANTIATE_TEST_SUITE_P(Names, EachAlgorithm,
                         testing::Values("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512"));

TEST(PublicKey, IsForItsAlgorithmOnly) {
  const TestKey& key = key_for("RS256");
  KeySet keys = keys_of({key.jwk(R"(,"alg":"RS256","use":"sig")")});
  EXPECT_TRUE(keys[0].fits("RS256"));
  EXPECT_FALSE(keys[0].fits("RS512"));
  EXPECT_FALSE(keys[0].fits("none"));
  EXPECT_FALSE(keys[0].fits("HS256"));
}

TEST(KeySet, LeavesOutWhatSignsNothing) {
  const TestKey &rsa = key_for("RS256"), &p256 = key_for("ES256"), small("small", "RSA", 1024);
  std::string off_curve = R"({"kty":"EC","crv":"P-256","x":")" + base64url(std::string(32, '\1')) + R"(","y":")" +
                          base64url(std::string(32, '\1')) + "\"}";
  for (const std::string& jwk : {
           rsa.jwk(R"(,"use":"enc")"),
           rsa.jwk(R"(,"kid":"twice")"),
           small.jwk(),
           off_curve,
           std::string(R"({"kty":"oct","k":"c2VjcmV0"})"),
           std::string(R"({"kty":"RSA","e":"AQAB"})"),
           std::string(R"({"kty":"RSA","n":"AQAB","e":"AQ"})"),
           std::string(R"({"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"})"),
           std::string(R"({"kty":"EC","crv":"secp256k1","x":"AQ","y":"AQ"})"),
           std::string("{}"),
           std::string("[]"),
           std::string("null"),
       }) {
    EXPECT_EQ(keys_of({jwk, p256.jwk()}).size(), 1u) << jwk;
  }
  EXPECT_TRUE(keys_of({}).empty());
}

TEST(KeySet, NoneAtAllIsAnError) {
  for (const char* json : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[)", "\xff"}) {
    EXPECT_FALSE(parse_key_set(json)) << json;
  }
  std::string many = "{\"keys\":[{}";
  for (std::size_t i = 0; i < kKeysMax; ++i) many += ",{}";
  EXPECT_FALSE(parse_key_set(many + "]}"));
}

}  // namespace
}  // namespace skerry::sts::oidc
