#include "sts/oidc/web_identity.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sts/oidc/test_tokens.h"

namespace skerry::sts::oidc {
namespace {

constexpr Time kNow = Time(seconds(1'000'000));

Jwt token_of(std::string_view claims) {
  return parse_jwt(base64url(R"({"alg":"RS256"})") + "." + base64url(claims) + ".").value();
}

std::string claims_with(std::string_view more) {
  return fmt::format(R"({{"iss":"https://issuer.example/r","sub":"ann","exp":1000100,"iat":999900{}}})", more);
}

TEST(WebIdentity, SaysWhomTheTokenIsAbout) {
  auto identity = read_identity(token_of(claims_with(
      R"(,"aud":["x","app"],"amr":["pwd","otp"],"https://aws.amazon.com/source_identity":"ann@corp",
          "https://aws.amazon.com/tags":{"principal_tags":{"team":["blue"],"Cost":"7"},"transitive_tag_keys":["team"]})")));
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->issuer, "https://issuer.example/r");
  EXPECT_EQ(identity->provider, "issuer.example/r");
  EXPECT_EQ(identity->subject, "ann");
  EXPECT_EQ(identity->methods, (std::vector<std::string>{"pwd", "otp"}));
  EXPECT_EQ(identity->source_identity, "ann@corp");
  using Tags = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(identity->tags, (Tags{{"team", "blue"}, {"Cost", "7"}}));
  EXPECT_EQ(identity->transitive_tag_keys, std::vector<std::string>{"team"});
  std::string ids[] = {"app"};
  EXPECT_EQ(match_audience(*identity, ids), "app");
  std::string others[] = {"other"};
  EXPECT_EQ(match_audience(*identity, others).error().errc, TokenErrc::WrongAudience);
  EXPECT_FALSE(match_audience(*identity, {}));
}

TEST(WebIdentity, IsForItsAuthorisedParty) {
  auto identity = read_identity(token_of(claims_with(R"(,"aud":"account","azp":"app")")));
  ASSERT_TRUE(identity);
  std::string aud[] = {"account"}, azp[] = {"app"};
  EXPECT_FALSE(match_audience(*identity, aud));
  EXPECT_EQ(match_audience(*identity, azp), "app");
  EXPECT_EQ(identity->other_audiences, std::vector<std::string>{"account"});
}

TEST(WebIdentity, LacksNothingThatItNeeds) {
  const std::pair<const char*, const char*> claims[] = {
      {"iss", R"("https://i.example")"}, {"aud", R"("app")"}, {"sub", R"("ann")"}, {"exp", "1"}, {"iat", "1"}};
  for (const auto& [missing, ignored] : claims) {
    std::string text;
    for (const auto& [name, value] : claims) {
      if (std::string_view(name) != missing) text += fmt::format("{}\"{}\":{}", text.empty() ? "{" : ",", name, value);
    }
    auto error = read_identity(token_of(text + "}")).error();
    EXPECT_EQ(error.errc, TokenErrc::MissingClaim);
    EXPECT_EQ(error.claim, missing);
  }
}

TEST(WebIdentity, HasClaimsOfTheRightForm) {
  for (const char* claims : {
           R"({"iss":"http://i.example","aud":"app","sub":"ann","exp":1,"iat":1})",
           R"({"iss":7,"aud":"app","sub":"ann","exp":1,"iat":1})",
           R"({"iss":"https://i.example","aud":[],"sub":"ann","exp":1,"iat":1})",
           R"({"iss":"https://i.example","aud":[1],"sub":"ann","exp":1,"iat":1})",
           R"({"iss":"https://i.example","aud":"app","sub":"","exp":1,"iat":1})",
           R"({"iss":"https://i.example","aud":"app","sub":"ann","exp":"1","iat":1})",
           R"({"iss":"https://i.example","aud":"app","sub":"ann","exp":1,"iat":null})",
           R"({"iss":"https://i.example","aud":"app","azp":[],"sub":"ann","exp":1,"iat":1})",
       }) {
    EXPECT_EQ(read_identity(token_of(claims)).error().errc, TokenErrc::BadClaim) << claims;
  }
  for (const char* tags :
       {"[]", R"({"principal_tags":[]})", R"({"principal_tags":{"a":1}})", R"({"principal_tags":{"a":["b","c"]}})",
        R"({"principal_tags":{"a":[]}})", R"({"principal_tags":{"a":"b","a":"c"}})", R"({"transitive_tag_keys":"a"})",
        R"({"transitive_tag_keys":[1]})"}) {
    auto token = token_of(claims_with(fmt::format(R"(,"aud":"app","https://aws.amazon.com/tags":{})", tags)));
    EXPECT_EQ(read_identity(token).error().errc, TokenErrc::BadClaim) << tags;
  }
}

TEST(WebIdentity, HasItsTime) {
  auto check = [](std::string_view more, Time now) -> std::optional<TokenErrc> {
    Jwt token = token_of(claims_with(fmt::format(R"(,"aud":"app"{})", more)));
    auto checked = check_times(token, read_identity(token).value(), now);
    if (checked) return std::nullopt;
    return checked.error().errc;
  };
  EXPECT_EQ(check("", kNow), std::nullopt);
  EXPECT_EQ(check("", Time(seconds(1'000'100)) - microseconds(1)), std::nullopt);
  EXPECT_EQ(check("", Time(seconds(1'000'100))), TokenErrc::Expired);
  EXPECT_EQ(check("", Time(seconds(999'900 - 300))), std::nullopt);
  EXPECT_EQ(check("", Time(seconds(999'900 - 301))), TokenErrc::NotYetValid);
  EXPECT_EQ(check(R"(,"nbf":1000300)", kNow), std::nullopt);
  EXPECT_EQ(check(R"(,"nbf":1000301)", kNow), TokenErrc::NotYetValid);
  EXPECT_EQ(check(R"(,"nbf":"soon")", kNow), TokenErrc::BadClaim);
}

}  // namespace
}  // namespace skerry::sts::oidc
