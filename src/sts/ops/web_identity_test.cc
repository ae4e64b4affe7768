#include <gmock/gmock.h>

#include "sts/oidc/test_tokens.h"
#include "sts/ops/sts_fixture.h"

namespace skerry::sts {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class WebIdentityOperationTest : public StsTest {
 protected:
  void SetUp() override {
    StsTest::SetUp();
    iam::record::OidcProvider provider;
    provider.set_url("issuer.example");
    provider.add_client_ids("app");
    std::string row = iam::rows::oidc_provider(account_.account_id, "issuer.example");
    server_.change(account_.account_id, [&](iam::Change& change) { change.put(row, provider.SerializeAsString()); });
    fetcher_.documents["/keys.json"] = oidc::key_set({key_.jwk()});
    arn_ = put_role("web", statement(provider_principal(), R"("sts:AssumeRoleWithWebIdentity")",
                                     R"({"StringEquals":{"issuer.example:sub":"ann","issuer.example:aud":"app"}})"));
  }

  std::string provider_principal() const {
    return fmt::format(R"({{"Federated":"arn:aws:iam::{}:oidc-provider/issuer.example"}})", account_.account_id);
  }
  std::int64_t now() const { return std::chrono::floor<seconds>(sim_.now()).time_since_epoch().count(); }
  std::string claims(std::string_view more = "", std::string_view subject = "ann") const {
    return fmt::format(R"({{"iss":"https://issuer.example","aud":"app","sub":"{}","iat":{},"exp":{}{}}})", subject,
                       now(), now() + 300, more);
  }
  Given<AssumeRoleWithWebIdentityResponse> assume(const std::string& token, std::string role = {}) {
    AssumeRoleWithWebIdentityRequest request{
        .role_arn = role.empty() ? arn_ : role, .role_session_name = "tests", .web_identity_token = token};
    return call(assume_role_with_web_identity, nullptr, std::move(request));
  }

  oidc::TestKey key_{"one"}, other_key_{"one"};
  std::string arn_;
};

TEST_F(WebIdentityOperationTest, AProviderVouchesForARoleSession) {
  auto made = assume(key_.token("RS256", claims()));
  ASSERT_EQ(made.error, "");
  EXPECT_EQ(made->subject_from_web_identity_token, "ann");
  EXPECT_EQ(made->audience, "app");
  EXPECT_EQ(made->provider, "https://issuer.example");
  EXPECT_EQ(made->assumed_role_user->assumed_role_id, role_id("web") + ":tests");
  auto session = *who(*made->credentials);
  EXPECT_EQ(session->arn, made->assumed_role_user->arn);
  EXPECT_EQ(session->federated_provider, "arn:aws:iam::" + account_.account_id + ":oidc-provider/issuer.example");
}

TEST_F(WebIdentityOperationTest, TheTrustPolicyDecides) {
  const std::string refused = "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";
  EXPECT_EQ(assume(key_.token("RS256", claims("", "bob"))).error, refused);
  EXPECT_EQ(assume(key_.token("RS256", claims()), arn_ + "2").error, refused);
  std::string for_users = put_role("users", statement(R"({"AWS":"*"})", R"("sts:*")"));
  EXPECT_EQ(assume(key_.token("RS256", claims()), for_users).error, refused);
  std::string only_assume = put_role("assume", statement(provider_principal(), R"("sts:AssumeRole")"));
  EXPECT_EQ(assume(key_.token("RS256", claims()), only_assume).error, refused);
}

TEST_F(WebIdentityOperationTest, ATokenMayAskForTagsAndASourceIdentity) {
  const std::string more =
      R"(,"https://aws.amazon.com/source_identity":"ann@corp","https://aws.amazon.com/tags":
         {"principal_tags":{"Team":["blue"]},"transitive_tag_keys":["Team"]})";
  EXPECT_THAT(assume(key_.token("RS256", claims(more))).error, StartsWith("AccessDenied: "));
  std::string tagging = put_role(
      "tagging",
      statement(provider_principal(), R"(["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"])"));
  auto made = assume(key_.token("RS256", claims(more)), tagging);
  ASSERT_EQ(made.error, "");
  EXPECT_EQ(made->source_identity, "ann@corp");
  EXPECT_EQ((*who(*made->credentials))->tags.at("team"), "blue");
}

TEST_F(WebIdentityOperationTest, RefusesEveryTokenThatIsNotGood) {
  auto with = [&](std::string_view iss, std::string_view aud, std::int64_t iat, std::int64_t exp) {
    return fmt::format(R"({{"iss":"{}","aud":"{}","sub":"ann","iat":{},"exp":{}}})", iss, aud, iat, exp);
  };
  const std::string good = "https://issuer.example";
  std::string unsigned_token = oidc::base64url(R"({"alg":"none"})") + "." + oidc::base64url(claims()) + ".";
  std::string hmac = oidc::base64url(R"({"alg":"HS256","kid":"one"})") + "." + oidc::base64url(claims()) + ".c2ln";
  std::string expired = fmt::format(
      "ExpiredTokenException: Token expired: current date/time {} must be before the expiration date/time {}", now(),
      now() - 1);
  const std::pair<std::string, std::string> cases[] = {
      {"a.b.c", "InvalidIdentityToken: The ID Token provided is not a valid JWT."},
      {key_.token("RS256", R"({"iss":"https://issuer.example","aud":"app","iat":1,"exp":2})"),
       "InvalidIdentityToken: Missing a required claim: sub"},
      {key_.token("RS256", with("https://other.example", "app", now(), now() + 9)),
       "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://other.example"},
      {key_.token("RS256", with("http://issuer.example", "app", now(), now() + 9)), "InvalidIdentityToken: "},
      {key_.token("RS256", with(good, "other", now(), now() + 9)), "InvalidIdentityToken: Incorrect token audience"},
      {key_.token("RS256", with(good, "app", now() - 9, now() - 1)), expired},
      {key_.token("RS256", with(good, "app", now() + 999, now() + 1999)), "InvalidIdentityToken: "},
      {other_key_.token("RS256", claims()),
       "InvalidIdentityToken: The web identity token provided could not be validated"},
      {oidc::TestKey("two").token("RS256", claims()),
       "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider,"},
      {unsigned_token, "InvalidIdentityToken: "},
      {hmac, "InvalidIdentityToken: "},
  };
  for (const auto& [token, message] : cases) EXPECT_THAT(assume(token).error, StartsWith(message));
}

TEST_F(WebIdentityOperationTest, SaysThatAProviderDoesNotAnswer) {
  fetcher_.documents.clear();
  EXPECT_THAT(assume(key_.token("RS256", claims())).error, StartsWith("IDPCommunicationError: "));
}

TEST_F(WebIdentityOperationTest, KnowsOnlyOpenIdConnect) {
  AssumeRoleWithWebIdentityRequest request{.role_arn = arn_,
                                           .role_session_name = "tests",
                                           .web_identity_token = key_.token("RS256", claims()),
                                           .provider_id = "www.amazon.com"};
  EXPECT_THAT(call(assume_role_with_web_identity, nullptr, std::move(request)).error, HasSubstr("NotImplemented"));
}

}  // namespace
}  // namespace skerry::sts
