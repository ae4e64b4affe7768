#include <fmt/format.h>

#include "iam/service/service_fixture.h"

namespace skerry::iam {
namespace {

using testing::HasSubstr;

class OidcProvidersTest : public ServiceTest {
 protected:
  std::string arn(std::string_view url) {
    return fmt::format("arn:aws:iam::{}:oidc-provider/{}", account_.account_id, url);
  }
  std::string of(std::string_view url) { return "&OpenIDConnectProviderArn=" + arn(url); }
};

TEST_F(OidcProvidersTest, AProviderIsMadeShownChangedAndDeleted) {
  const std::string thumbprint(40, 'a');
  auto made = call(
      "CreateOpenIDConnectProvider&Url=https://id.example/realm&ClientIDList.member.1=app"
      "&Tags.member.1.Key=a&Tags.member.1.Value=b&ThumbprintList.member.1=" +
      thumbprint);
  EXPECT_EQ(made.text("OpenIDConnectProviderArn"), arn("id.example/realm"));
  auto got = call("GetOpenIDConnectProvider" + of("id.example/realm"));
  EXPECT_EQ(got.text("Url"), "id.example/realm") << "without its scheme";
  EXPECT_EQ(got.text("ClientIDList"), "<member>app</member>");
  EXPECT_EQ(got.text("ThumbprintList"), "<member>" + thumbprint + "</member>");
  EXPECT_EQ(call("ListOpenIDConnectProviders").text("Arn"), arn("id.example/realm"));

  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(call("AddClientIDToOpenIDConnectProvider&ClientID=web" + of("id.example/realm")).status, 200);
  }
  EXPECT_EQ(call("RemoveClientIDFromOpenIDConnectProvider&ClientID=app" + of("id.example/realm")).status, 200);
  EXPECT_EQ(call("RemoveClientIDFromOpenIDConnectProvider&ClientID=none" + of("id.example/realm")).status, 200);
  const std::string other(40, 'b');
  EXPECT_EQ(
      call("UpdateOpenIDConnectProviderThumbprint&ThumbprintList.member.1=" + other + of("id.example/realm")).status,
      200);
  got = call("GetOpenIDConnectProvider" + of("id.example/realm"));
  EXPECT_EQ(got.text("ClientIDList"), "<member>web</member>");
  EXPECT_EQ(got.text("ThumbprintList"), "<member>" + other + "</member>");

  EXPECT_EQ(call("TagOpenIDConnectProvider&Tags.member.1.Key=c&Tags.member.1.Value=d" + of("id.example/realm")).status,
            200);
  EXPECT_EQ(call("UntagOpenIDConnectProvider&TagKeys.member.1=a" + of("id.example/realm")).status, 200);
  auto tags = call("ListOpenIDConnectProviderTags" + of("id.example/realm"));
  EXPECT_EQ(tags.text("Tags"), "<member><Key>c</Key><Value>d</Value></member>");

  EXPECT_EQ(call("DeleteOpenIDConnectProvider" + of("id.example/realm")).status, 200);
  EXPECT_EQ(call("ListOpenIDConnectProviders").count("Arn"), 0U);
  auto gone = call("GetOpenIDConnectProvider" + of("id.example/realm"));
  EXPECT_EQ(gone.code, "NoSuchEntity");
  EXPECT_THAT(gone.body, HasSubstr("OpenIDConnect Provider not found for arn " + arn("id.example/realm")));
}

TEST_F(OidcProvidersTest, AUrlNamesOneProvider) {
  EXPECT_EQ(call("CreateOpenIDConnectProvider&Url=https://id.example").status, 200);
  auto again = call("CreateOpenIDConnectProvider&Url=https://id.example");
  EXPECT_EQ(again.code, "EntityAlreadyExists");
  EXPECT_THAT(again.body, HasSubstr("Provider with url https://id.example already exists."));
  EXPECT_EQ(call("CreateOpenIDConnectProvider&Url=https://id.example/").status, 200) << "is another";
  EXPECT_EQ(call("ListOpenIDConnectProviders").count("Arn"), 2U);
}

TEST_F(OidcProvidersTest, WhatIsNoProviderIsRefused) {
  for (const char* url : {"http://id.example", "id.example", "https://", "https:///realm", "https://id.example/%3Fq=1",
                          "https://me@id.example"}) {
    auto refused = call(std::string("CreateOpenIDConnectProvider&Url=") + url);
    EXPECT_EQ(refused.code, "ValidationError") << url;
    EXPECT_THAT(refused.body, HasSubstr("Invalid Open ID Connect Provider URL")) << url;
  }
  std::string six;
  for (int i = 1; i <= 6; ++i) six += fmt::format("&ThumbprintList.member.{}={}", i, std::string(40, 'a'));
  EXPECT_EQ(call("CreateOpenIDConnectProvider&Url=https://id.example" + six).code, "InvalidInput");
  EXPECT_EQ(call("CreateOpenIDConnectProvider&Url=https://id.example&ThumbprintList.member.1=short").code,
            "ValidationError");
  EXPECT_EQ(
      call("CreateOpenIDConnectProvider&Url=https://id.example&ThumbprintList.member.1=" + std::string(40, 'x')).code,
      "InvalidInput");
  std::string many;
  for (int i = 1; i <= 101; ++i) many += fmt::format("&ClientIDList.member.{0}=app-{0}", i);
  EXPECT_EQ(call("CreateOpenIDConnectProvider&Url=https://id.example" + many).code, "LimitExceeded");
  EXPECT_EQ(call("ListOpenIDConnectProviders").count("Arn"), 0U);
  EXPECT_EQ(call("GetOpenIDConnectProvider&OpenIDConnectProviderArn=arn:aws:iam::999999999999:oidc-provider/x").code,
            "NoSuchEntity");
  EXPECT_EQ(call("GetOpenIDConnectProvider&OpenIDConnectProviderArn=arn:aws:iam::aws:policy/ReadOnlyAccess").code,
            "InvalidInput");
}

}  // namespace
}  // namespace skerry::iam
