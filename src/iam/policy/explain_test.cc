#include "iam/policy/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "iam/policy/generate.h"
#include "iam/policy/parse.h"
#include "iam/policy/public_access.h"

// What stands behind `skerry policy`: words for documents, warnings, documents from words, and decisions.
namespace skerry::iam::policy {
namespace {

using testing::HasSubstr;

constexpr std::string_view kKnown[] = {"s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"};

std::string document(const std::string& statements, const std::string& version = "2012-10-17") {
  return "{\"Version\":\"" + version + "\",\"Statement\":[" + statements + "]}";
}
Document read(const std::string& statements, Kind kind = Kind::Bucket, const std::string& version = "2012-10-17") {
  auto parsed = parse(document(statements, version), kind);
  EXPECT_TRUE(parsed) << parsed.error().message << " " << parsed.error().place << " in " << statements;
  return std::move(*parsed);
}
std::vector<std::string> warned(const Document& document) {
  std::vector<std::string> out;
  for (const Warning& warning : warnings(document, kKnown)) out.push_back(warning.place + ": " + warning.text);
  return out;
}

TEST(Explain, SaysWhoMayDoWhatOnWhatAndWhen) {
  Document parsed = read(R"({"Sid":"Read","Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],
    "Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],
    "Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.1"]}}},
    {"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"NotAction":"s3:GetObject","NotResource":"arn:aws:s3:::b/x"})");
  EXPECT_EQ(explain(parsed),
            "Statement[0] (Read): allows everyone, also without an account\n"
            "  to do s3:GetObject, s3:ListBucket\n"
            "  on arn:aws:s3:::b, arn:aws:s3:::b/*\n"
            "  if aws:SourceIp IpAddress 10.0.0.0/8 or 192.0.2.1\n"
            "Statement[1]: denies everyone but 111122223333\n"
            "  to do everything but s3:GetObject\n"
            "  on everything but arn:aws:s3:::b/x\n");
  EXPECT_THAT(explain(read(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})", Kind::Managed)),
              HasSubstr("allows whoever has this policy"));
}

TEST(Warnings, ActionsThatNobodyKnows) {
  auto of = [](const std::string& action) {
    return warned(read(R"({"Effect":"Allow","Action":")" + action + R"(","Resource":"*"})", Kind::Managed));
  };
  for (const char* good :
       {"s3:GetObject", "s3:getobject", "s3:Get*", "s3:*", "*", "s3:?etObject", "ec2:RunInstances"}) {
    EXPECT_TRUE(of(good).empty()) << good;
  }
  EXPECT_THAT(of("s3:GetObjet"),
              testing::ElementsAre("Statement[0].Action: s3:GetObjet is no action that Skerry knows; "
                                   "did you mean s3:GetObject?"));
  EXPECT_THAT(of("s3:Objects*"),
              testing::ElementsAre("Statement[0].Action: s3:Objects* is no action that Skerry knows"));
  EXPECT_EQ(of("S3:LstBucket").size(), 1u);
}

TEST(Warnings, OldVersionsHaveNoVariables) {
  std::string statement = R"({"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject",
    "Resource":"arn:aws:s3:::b/${aws:username}"})";
  EXPECT_TRUE(warned(read(statement)).empty());
  EXPECT_THAT(warned(read(statement, Kind::Bucket, "2008-10-17")), testing::ElementsAre(HasSubstr("2012-10-17")));
}

TEST(PublicAccess, IsForEveryoneAndHeldBackByNothingFixed) {
  auto is = [](const std::string& principal, const std::string& condition, const std::string& effect = "Allow") {
    return is_public(read(R"({"Effect":")" + effect + R"(",)" + principal +
                          R"(,"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{)" + condition +
                          "}}"));
  };
  const std::string all = R"("Principal":"*")";
  EXPECT_TRUE(is(all, ""));
  EXPECT_TRUE(is(R"("Principal":{"AWS":"*"})", ""));
  EXPECT_TRUE(is(R"("Principal":{"AWS":["111122223333","*"]})", ""));
  EXPECT_FALSE(is(R"("Principal":{"AWS":"111122223333"})", ""));
  EXPECT_FALSE(is(R"("Principal":{"Service":"lambda.amazonaws.com"})", ""));
  EXPECT_FALSE(is(all, "", "Deny"));
  for (const char* fixed : {
           R"("IpAddress":{"aws:SourceIp":"203.0.113.0/24"})",
           R"("IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]})",
           R"("StringEquals":{"aws:SourceVpc":"vpc-91237329"})",
           R"("StringLike":{"aws:PrincipalOrgID":"o-1"})",
           R"("StringLike":{"aws:userid":"AROAEXAMPLEID:*"})",
           R"("ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-east-1:111122223333:t"})",
           R"("StringEquals":{"AWS:SOURCEACCOUNT":"111122223333"})",
           R"("Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:SourceVpce":"vpce-1"})",
       }) {
    EXPECT_FALSE(is(all, fixed)) << fixed;
  }
  for (const char* open : {
           R"("IpAddress":{"aws:SourceIp":"0.0.0.0/1"})",
           R"("IpAddress":{"aws:SourceIp":["10.0.0.0/8","0.0.0.0/0"]})",
           R"("NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"})",
           R"("IpAddressIfExists":{"aws:SourceIp":"203.0.113.0/24"})",
           R"("StringLike":{"aws:SourceVpc":"vpc-*"})",
           R"("StringEquals":{"aws:SourceVpc":"${aws:SourceVpc}"})",
           R"("StringNotEquals":{"aws:SourceVpc":"vpc-1"})",
           R"("ForAllValues:StringEquals":{"aws:SourceVpc":"vpc-1"})",
           R"("Null":{"aws:SourceVpc":"false"})",
           R"("StringLike":{"aws:userid":"AROA*"})",
           R"("Bool":{"aws:SecureTransport":"true"})",
           R"("StringEquals":{"s3:prefix":"x"})",
       }) {
    EXPECT_TRUE(is(all, open)) << open;
  }
  EXPECT_THAT(
      warned(read(R"({"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"})")),
      testing::ElementsAre(HasSubstr("everyone may do this")));
}

TEST(Generate, MakesDocumentsThatAreValid) {
  auto made = generate({.service = "s3",
                        .principals = {"arn:aws:iam::111122223333:user/ann", "lambda.amazonaws.com"},
                        .actions = {"Get*", "s3:ListBucket"},
                        .resources = {"b", "b/*"}});
  ASSERT_TRUE(made) << made.error().message;
  auto parsed = parse(*made, Kind::Bucket);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->id, "AllowGetListBucketPolicy");
  EXPECT_EQ(parsed->variables, Variables::Yes);
  ASSERT_EQ(parsed->statements.size(), 1u);
  const StatementText& statement = parsed->statements[0];
  EXPECT_EQ(statement.sid, "AllowGetListBucket");
  EXPECT_THAT(statement.actions, testing::ElementsAre("s3:Get*", "s3:ListBucket"));
  EXPECT_THAT(statement.resources, testing::ElementsAre("arn:aws:s3:::b", "arn:aws:s3:::b/*"));
  EXPECT_EQ(statement.principals->size(), 2u);

  auto identity = generate({.service = "s3", .effect = Effect::Deny, .actions = {"*"}, .resources = {"*"}});
  ASSERT_TRUE(identity);
  EXPECT_THAT(*identity, HasSubstr("\"Sid\": \"DenyEverything\""));
  EXPECT_EQ(identity->find("Principal"), identity->npos);

  EXPECT_FALSE(generate({.service = "s3", .principals = {"ann"}, .actions = {"Get*"}, .resources = {"b"}}));
  EXPECT_FALSE(generate({.service = "s3", .actions = {"Get:Object:x"}, .resources = {"b"}}));
  EXPECT_FALSE(generate({.service = "s3", .actions = {}, .resources = {"b"}}));
}

}  // namespace
}  // namespace skerry::iam::policy
