#include <fmt/format.h>

#include "auth/canonical.h"
#include "iam/service/service_fixture.h"

namespace skerry::iam {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string escaped(std::string_view text) {
  std::string out;
  auth::append_uri_encoded(out, text, auth::Slash::Encode);
  return out;
}

class RolesTest : public ServiceTest {
 protected:
  std::string trust(std::string_view principal) {
    return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":)" +
           std::string(principal) + "}}";
  }
  std::string user_arn(std::string_view name) {
    return fmt::format("arn:aws:iam::{}:user/{}", account_.account_id, name);
  }
  Reply create(std::string_view name, std::string_view document, std::string_view more = {}) {
    return call(fmt::format("CreateRole&RoleName={}&AssumeRolePolicyDocument={}{}", name, escaped(document), more));
  }

  const std::string by_service_ = trust(R"({"Service":"lambda.amazonaws.com"})");
};

TEST_F(RolesTest, ARoleIsMadeShownChangedAndDeleted) {
  auto made = create("worker", by_service_,
                     "&Path=/jobs/&Description=does&MaxSessionDuration=7200&Tags.member.1.Key=a"
                     "&Tags.member.1.Value=b");
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(made.text("Arn"), fmt::format("arn:aws:iam::{}:role/jobs/worker", account_.account_id));
  EXPECT_TRUE(made.text("RoleId").starts_with("AROA"));
  EXPECT_EQ(made.text("AssumeRolePolicyDocument"), escaped(by_service_));
  auto got = call("GetRole&RoleName=WORKER");
  EXPECT_EQ(got.text("RoleId"), made.text("RoleId")) << "names are told apart without regard to case";
  EXPECT_EQ(got.text("Description"), "does");
  EXPECT_EQ(got.text("MaxSessionDuration"), "7200");
  EXPECT_EQ(got.count("member"), 1U) << "of the tags";
  EXPECT_EQ(create("Worker", by_service_).code, "EntityAlreadyExists");

  EXPECT_EQ(call("UpdateRole&RoleName=worker&MaxSessionDuration=3600").status, 200);
  got = call("UpdateRoleDescription&RoleName=worker&Description=rests");
  EXPECT_EQ(got.text("Description"), "rests");
  EXPECT_EQ(got.text("MaxSessionDuration"), "3600") << "what is not named stays";
  EXPECT_EQ(call("UpdateRole&RoleName=worker&MaxSessionDuration=3599").code, "ValidationError");

  EXPECT_EQ(call("GetAccountSummary").status, 200);
  EXPECT_EQ(call("DeleteRole&RoleName=worker").status, 200);
  EXPECT_EQ(call("GetRole&RoleName=worker").code, "NoSuchEntity");
  EXPECT_EQ(call("DeleteRole&RoleName=worker").code, "NoSuchEntity");
}

TEST_F(RolesTest, ListsArePagedAndLeaveOutWhatAwsLeavesOut) {
  create("a", by_service_, "&Path=/x/&Tags.member.1.Key=k&Tags.member.1.Value=v");
  create("b", by_service_);
  create("c", by_service_, "&Path=/x/y/");
  auto first = call("ListRoles&MaxItems=2");
  EXPECT_EQ(first.count("RoleName"), 2U);
  EXPECT_EQ(first.text("IsTruncated"), "true");
  EXPECT_EQ(first.count("Tags"), 0U);
  auto rest = call("ListRoles&MaxItems=2&Marker=" + first.text("Marker"));
  EXPECT_EQ(rest.text("RoleName"), "c");
  EXPECT_EQ(rest.text("IsTruncated"), "false");
  EXPECT_EQ(call("ListRoles&PathPrefix=/x/").count("RoleName"), 2U);
}

TEST_F(RolesTest, WhoIsTrustedIsKeptByIdAndShownByArn) {
  call("CreateUser&UserName=ann");
  const std::string document = trust(fmt::format(R"({{"AWS":"{}"}})", user_arn("ann")));
  EXPECT_EQ(create("r", document).text("AssumeRolePolicyDocument"), escaped(document));
  call("UpdateUser&UserName=ann&NewUserName=bea");
  EXPECT_THAT(call("GetRole&RoleName=r").body, HasSubstr(escaped(user_arn("bea")))) << "the same user, renamed";
  const std::string id = call("GetUser&UserName=bea").text("UserId");
  call("DeleteUser&UserName=bea");
  call("CreateUser&UserName=bea");
  auto got = call("GetRole&RoleName=r");
  EXPECT_THAT(got.body, HasSubstr(id)) << "she is gone: what is trusted is her id";
  EXPECT_THAT(got.body, Not(HasSubstr(escaped(user_arn("bea"))))) << "and nobody who has her name now";
}

TEST_F(RolesTest, TrustInNobodyIsRefused) {
  auto refused = create("r", trust(fmt::format(R"({{"AWS":"{}"}})", user_arn("nobody"))));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code, "MalformedPolicyDocument");
  EXPECT_THAT(refused.body, HasSubstr("Invalid principal in policy"));
  EXPECT_EQ(create("r", "{").code, "MalformedPolicyDocument");
  EXPECT_EQ(
      create("r", R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})").code,
      "MalformedPolicyDocument");
  std::string services;
  for (int i = 0; i < 100; ++i) services += fmt::format(R"(,"service-number-{}.amazonaws.com")", i);
  auto long_one = create("r", trust(R"({"Service":[)" + services.substr(1) + "]}"));
  EXPECT_EQ(long_one.code, "LimitExceeded");
  EXPECT_THAT(long_one.body, HasSubstr("Cannot exceed quota for ACLSizePerRole: 2048"));
  EXPECT_EQ(call("GetRole&RoleName=r").code, "NoSuchEntity");
}

TEST_F(RolesTest, TrustChangesAlone) {
  create("r", by_service_, "&Description=d");
  const std::string other = trust(R"({"Service":"s3.amazonaws.com"})");
  EXPECT_EQ(call("UpdateAssumeRolePolicy&RoleName=r&PolicyDocument=" + escaped(other)).status, 200);
  EXPECT_EQ(call("UpdateAssumeRolePolicy&RoleName=r&PolicyDocument=x").code, "MalformedPolicyDocument");
  EXPECT_EQ(call("UpdateAssumeRolePolicy&RoleName=s&PolicyDocument=" + escaped(other)).code, "NoSuchEntity");
  auto got = call("GetRole&RoleName=r");
  EXPECT_EQ(got.text("AssumeRolePolicyDocument"), escaped(other));
  EXPECT_EQ(got.text("Description"), "d");
}

TEST_F(RolesTest, ARoleIsDeletedWhenItsPoliciesAre) {
  create("r", by_service_);
  const std::string own = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})";
  EXPECT_EQ(call("PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument=" + escaped(own)).status, 200);
  EXPECT_EQ(call("ListRolePolicies&RoleName=r").text("member"), "p");
  EXPECT_EQ(call("GetRolePolicy&RoleName=r&PolicyName=p").text("PolicyDocument"), escaped(own));
  EXPECT_THAT(call("DeleteRole&RoleName=r").body, HasSubstr("Cannot delete entity, must delete policies first."));
  EXPECT_EQ(call("DeleteRolePolicy&RoleName=r&PolicyName=p").status, 200);
  const std::string managed = "&RoleName=r&PolicyArn=arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
  EXPECT_EQ(call("AttachRolePolicy" + managed).status, 200);
  EXPECT_EQ(call("ListAttachedRolePolicies&RoleName=r").text("PolicyName"), "AmazonS3ReadOnlyAccess");
  EXPECT_THAT(call("DeleteRole&RoleName=r").body, HasSubstr("must detach all policies first."));
  EXPECT_EQ(call("DetachRolePolicy" + managed).status, 200);
  EXPECT_EQ(call("ListInstanceProfilesForRole&RoleName=r").count("member"), 0U);
  EXPECT_EQ(call("ListInstanceProfilesForRole&RoleName=s").code, "NoSuchEntity");
  EXPECT_EQ(call("DeleteRole&RoleName=r").status, 200);
}

}  // namespace
}  // namespace skerry::iam
