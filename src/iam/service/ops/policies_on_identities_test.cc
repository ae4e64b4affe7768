#include "iam/service/service_fixture.h"

namespace skerry::iam {
namespace {

using testing::HasSubstr;

using PoliciesOnIdentitiesTest = ServiceTest;

constexpr char kS3ReadOnly[] = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
// {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}
constexpr char kDocument[] =
    "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A"
    "Get%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D";

TEST_F(PoliciesOnIdentitiesTest, AManagedPolicyIsAttachedListedAndDetached) {
  call("CreateUser&UserName=ann");
  std::string named = std::string("&UserName=ann&PolicyArn=") + kS3ReadOnly;
  EXPECT_EQ(call("AttachUserPolicy" + named).status, 200);
  EXPECT_EQ(call("AttachUserPolicy" + named).status, 200) << "again is no error";
  auto listed = call("ListAttachedUserPolicies&UserName=ann");
  EXPECT_EQ(listed.count("member"), 1U);
  EXPECT_EQ(listed.text("PolicyName"), "AmazonS3ReadOnlyAccess");
  EXPECT_EQ(call("ListAttachedUserPolicies&UserName=ann&PathPrefix=/service-role/").count("member"), 0U);
  EXPECT_EQ(call("DeleteUser&UserName=ann").code, "DeleteConflict");
  EXPECT_EQ(call("DetachUserPolicy" + named).status, 200);
  EXPECT_EQ(call("DetachUserPolicy" + named).code, "NoSuchEntity");
  EXPECT_EQ(call("DeleteUser&UserName=ann").status, 200);
}

TEST_F(PoliciesOnIdentitiesTest, WhatIsNoPolicyIsNotAttached) {
  call("CreateGroup&GroupName=team");
  for (const char* arn : {"arn:aws:iam::aws:policy/NoSuchPolicy", "arn:aws:iam::999999999999:policy/Theirs"}) {
    auto refused = call(std::string("AttachGroupPolicy&GroupName=team&PolicyArn=") + arn);
    EXPECT_EQ(refused.code, "NoSuchEntity");
    EXPECT_THAT(refused.body, HasSubstr("does not exist or is not attachable."));
  }
  EXPECT_EQ(call("AttachGroupPolicy&GroupName=team&PolicyArn=arn:aws:s3:::bucket-of-mine").code, "InvalidInput");
  EXPECT_EQ(call(std::string("AttachGroupPolicy&GroupName=nobody&PolicyArn=") + kS3ReadOnly).code, "NoSuchEntity");
}

TEST_F(PoliciesOnIdentitiesTest, AnInlinePolicyIsKeptAsSentAndShownEncoded) {
  call("CreateUser&UserName=ann");
  std::string put = std::string("PutUserPolicy&UserName=ann&PolicyDocument=") + kDocument + "&PolicyName=";
  EXPECT_EQ(call(put + "b").status, 200);
  EXPECT_EQ(call(put + "a").status, 200);
  EXPECT_EQ(call("GetUserPolicy&UserName=ann&PolicyName=a").text("PolicyDocument"), kDocument);
  EXPECT_EQ(call("ListUserPolicies&UserName=ann&MaxItems=1").text("member"), "a");
  EXPECT_THAT(call("GetUserPolicy&UserName=ann&PolicyName=c").body,
              HasSubstr("The user policy with name c cannot be found."));
  EXPECT_EQ(call("PutUserPolicy&UserName=ann&PolicyName=a&PolicyDocument=x").code, "MalformedPolicyDocument");
  for (int i = 0; i < 22; ++i) call(put + "p" + std::to_string(i));
  EXPECT_THAT(call(put + "last").body, HasSubstr("Maximum policy size of 2048 bytes exceeded for user ann"));
  EXPECT_EQ(call("DeleteUserPolicy&UserName=ann&PolicyName=a").status, 200);
  EXPECT_EQ(call("DeleteUserPolicy&UserName=ann&PolicyName=a").code, "NoSuchEntity");
}

}  // namespace
}  // namespace skerry::iam
