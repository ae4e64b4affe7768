#include "sts/oidc/jwt.h"

#include <gtest/gtest.h>

#include "sts/oidc/test_tokens.h"

namespace skerry::sts::oidc {
namespace {

std::string token_of(std::string_view header, std::string_view claims, std::string_view signature = "sig") {
  return base64url(header) + "." + base64url(claims) + "." + base64url(signature);
}

TEST(Jwt, IsTakenApart) {
  std::string text =
      token_of(R"({"alg":"RS256","kid":"k","typ":"JWT"})", R"({"sub":"ann","aud":["a","b"],"exp":12.9})");
  auto token = parse_jwt(text);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->algorithm, "RS256");
  EXPECT_EQ(token->key_id, "k");
  EXPECT_EQ(token->signature, "sig");
  EXPECT_EQ(token->signing_input, text.substr(0, text.rfind('.')));
  EXPECT_EQ(token->text("sub"), "ann");
  EXPECT_EQ(token->texts("sub"), std::vector<std::string_view>{"ann"});
  EXPECT_EQ(token->texts("aud"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(token->seconds("exp"), 12);
  EXPECT_FALSE(token->text("aud") || token->texts("exp") || token->seconds("sub") || token->text("none"));
}

TEST(Jwt, WhatIsNoneIsNone) {
  const std::string header = R"({"alg":"RS256"})", claims = R"({"sub":"ann"})";
  const std::string good = token_of(header, claims);
  ASSERT_TRUE(parse_jwt(good));
  for (const std::string& text : {
           std::string(""),
           std::string("."),
           std::string(".."),
           std::string("a.b.c"),
           good.substr(0, good.rfind('.')),
           good + ".",
           good + "=",
           good + " ",
           " " + good,
           "+" + good,
           token_of("", claims),
           token_of(header, ""),
           token_of("[]", claims),
           token_of(header, "[]"),
           token_of(header, "null"),
           token_of("{}", claims),
           token_of(R"({"alg":256})", claims),
           token_of(R"({"alg":"RS256","kid":1})", claims),
           token_of(R"({"alg":"RS256","crit":["exp"]})", claims),
           token_of(R"({"alg":"RS256","alg":"none"})", claims),
           token_of(header, R"({"sub":"ann","sub":"bob"})"),
           token_of(header, R"({"sub":"ann"} x)"),
           token_of(header, "{\"sub\":\"\xff\"}"),
       }) {
    EXPECT_FALSE(parse_jwt(text)) << text;
  }
}

TEST(Jwt, DatesAreDates) {
  for (const char* date : {"-1", "1e300", "\"12\"", "true", "253402300800"}) {
    auto token = parse_jwt(token_of(R"({"alg":"RS256"})", std::string("{\"exp\":") + date + "}"));
    ASSERT_TRUE(token) << date;
    EXPECT_FALSE(token->seconds("exp")) << date;
  }
}

}  // namespace
}  // namespace skerry::sts::oidc
