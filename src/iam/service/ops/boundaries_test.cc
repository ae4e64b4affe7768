#include "iam/service/documents.h"
#include "iam/service/service_fixture.h"

namespace skerry::iam {
namespace {

using testing::HasSubstr;

constexpr char kS3ReadOnly[] = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

class BoundariesTest : public ServiceTest {
 protected:
  std::string arn(const std::string& rest) { return "arn:aws:iam::" + account_.account_id + ":" + rest; }
  void make_policy(const std::string& name, const std::string& statement) {
    auto made = call("CreatePolicy&PolicyName=" + name +
                     "&PolicyDocument=" + encoded(R"({"Version":"2012-10-17","Statement":)" + statement + "}"));
    ASSERT_EQ(made.status, 200) << made.body;
  }
  std::string uses(const std::string& policy_arn) {
    return call("GetPolicy&PolicyArn=" + policy_arn).text("PermissionsBoundaryUsageCount");
  }
  std::shared_ptr<const Principal> ann() { return behind(call("ListAccessKeys&UserName=ann").text("AccessKeyId")); }
};

TEST_F(BoundariesTest, ABoundaryIsSetShownAndTakenAway) {
  make_policy("limit", R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})");
  auto made = call("CreateUser&UserName=ann&PermissionsBoundary=" + arn("policy/limit"));
  EXPECT_EQ(made.text("PermissionsBoundaryArn"), arn("policy/limit"));
  EXPECT_EQ(made.text("PermissionsBoundaryType"), "Policy");
  EXPECT_EQ(uses(arn("policy/limit")), "1");
  EXPECT_THAT(call("DeletePolicy&PolicyArn=" + arn("policy/limit")).body,
              HasSubstr("Cannot delete a policy attached to entities."));

  EXPECT_EQ(call(std::string("PutUserPermissionsBoundary&UserName=ann&PermissionsBoundary=") + kS3ReadOnly).status,
            200);
  EXPECT_EQ(call("GetUser&UserName=ann").text("PermissionsBoundaryArn"), kS3ReadOnly);
  EXPECT_EQ(uses(arn("policy/limit")), "0");
  EXPECT_EQ(uses(kS3ReadOnly), "1");
  EXPECT_EQ(call("DeletePolicy&PolicyArn=" + arn("policy/limit")).status, 200);

  EXPECT_EQ(call("DeleteUserPermissionsBoundary&UserName=ann").status, 200);
  EXPECT_EQ(call("DeleteUserPermissionsBoundary&UserName=ann").status, 200) << "where there is none it is no error";
  EXPECT_EQ(call("GetUser&UserName=ann").count("PermissionsBoundary"), 0u);
  EXPECT_EQ(uses(kS3ReadOnly), "0");
}

TEST_F(BoundariesTest, RolesHaveThemToo) {
  const std::string trust = encoded(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":")" +
                                    account_.account_id + R"("},"Action":"sts:AssumeRole"}})");
  const std::string create = "CreateRole&RoleName=r&AssumeRolePolicyDocument=" + trust + "&PermissionsBoundary=";
  EXPECT_THAT(call(create + arn("policy/none")).body, HasSubstr("Scope ARN: " + arn("policy/none")));
  EXPECT_EQ(call("GetRole&RoleName=r").code, "NoSuchEntity");
  EXPECT_EQ(call(create + kS3ReadOnly).text("PermissionsBoundaryArn"), kS3ReadOnly);
  EXPECT_EQ(uses(kS3ReadOnly), "1");
  EXPECT_EQ(call("DeleteRolePermissionsBoundary&RoleName=r").status, 200);
  EXPECT_EQ(call("GetRole&RoleName=r").count("PermissionsBoundary"), 0u);
  EXPECT_EQ(call(std::string("PutRolePermissionsBoundary&RoleName=r&PermissionsBoundary=") + kS3ReadOnly).status, 200);
  EXPECT_EQ(uses(kS3ReadOnly), "1");
  EXPECT_EQ(call("DeleteRole&RoleName=r").status, 200);
  EXPECT_EQ(uses(kS3ReadOnly), "0");
}

TEST_F(BoundariesTest, WhatIsNoPolicyBoundsNobody) {
  call("CreateUser&UserName=ann");
  auto put = [&](const std::string& name, const std::string& boundary) {
    return call("PutUserPermissionsBoundary&UserName=" + name + "&PermissionsBoundary=" + boundary);
  };
  for (const std::string& none : {arn("policy/none"), std::string("arn:aws:iam::aws:policy/NoSuchPolicy"),
                                  std::string("arn:aws:iam::999999999999:policy/Theirs")}) {
    auto refused = put("ann", none);
    EXPECT_EQ(refused.code, "NoSuchEntity");
    EXPECT_THAT(refused.body, HasSubstr("Scope ARN: " + none + " does not exist or is not attachable."));
  }
  EXPECT_EQ(put("ann", arn("user/ann")).code, "InvalidInput");
  EXPECT_EQ(put("ann", "surely-this-is-no-arn").code, "ValidationError");
  EXPECT_THAT(put("bob", kS3ReadOnly).body, HasSubstr("The user with name bob cannot be found."));
  EXPECT_EQ(call("CreateUser&UserName=bob&PermissionsBoundary=" + arn("policy/none")).code, "NoSuchEntity");
  EXPECT_EQ(call("GetUser&UserName=bob").code, "NoSuchEntity");
  EXPECT_EQ(call("GetUser&UserName=ann").count("PermissionsBoundary"), 0u);
}

TEST_F(BoundariesTest, ItLimitsFromTheNextRequestOn) {
  make_policy("limit", R"({"Effect":"Allow","Action":"iam:List*","Resource":"*"})");
  call("CreateUser&UserName=ann");
  call("CreateAccessKey&UserName=ann");
  call("AttachUserPolicy&UserName=ann&PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess");
  EXPECT_EQ(call(ann(), "GetUser").status, 200);
  call("PutUserPermissionsBoundary&UserName=ann&PermissionsBoundary=" + arn("policy/limit"));
  EXPECT_THAT(call(ann(), "GetUser").body, HasSubstr("because no permissions boundary allows the iam:GetUser action"));
  EXPECT_EQ(call(ann(), "ListUsers").status, 200);
  EXPECT_EQ(call(ann(), "DeleteUserPermissionsBoundary&UserName=ann").code, "AccessDenied");
  call("DeleteUserPermissionsBoundary&UserName=ann");
  EXPECT_EQ(call(ann(), "GetUser").status, 200);
}

// As AWS's guide has it for who may make users, but none that may more than a boundary says.
TEST_F(BoundariesTest, WhoMustGiveABoundaryGivesIt) {
  make_policy("limit", R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})");
  make_policy("delegate", R"({"Effect":"Allow","Action":["iam:CreateUser","iam:PutUserPermissionsBoundary",)"
                          R"("iam:DeleteUserPermissionsBoundary","iam:AttachUserPolicy"],"Resource":"*","Condition":)"
                          R"({"StringEquals":{"iam:PermissionsBoundary":")" +
                              arn("policy/limit") + R"("}}})");
  call("CreateUser&UserName=ann");
  call("CreateUser&UserName=free");
  call("CreateAccessKey&UserName=ann");
  call("AttachUserPolicy&UserName=ann&PolicyArn=" + arn("policy/delegate"));
  EXPECT_EQ(call(ann(), "CreateUser&UserName=bob").code, "AccessDenied");
  EXPECT_EQ(call(ann(), std::string("CreateUser&UserName=bob&PermissionsBoundary=") + kS3ReadOnly).code,
            "AccessDenied");
  EXPECT_EQ(call(ann(), "CreateUser&UserName=bob&PermissionsBoundary=" + arn("policy/limit")).status, 200);
  EXPECT_EQ(call(ann(), std::string("PutUserPermissionsBoundary&UserName=bob&PermissionsBoundary=") + kS3ReadOnly).code,
            "AccessDenied");
  const std::string attach = std::string("AttachUserPolicy&PolicyArn=") + kS3ReadOnly + "&UserName=";
  EXPECT_EQ(call(ann(), attach + "bob").status, 200);
  EXPECT_EQ(call(ann(), attach + "free").code, "AccessDenied");
}

TEST_F(BoundariesTest, WhoHasAPolicyIsListedByKindInPages) {
  make_policy("p", R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})");
  const std::string policy = arn("policy/p");
  for (int i = 0; i < 3; ++i) {
    const std::string n = std::to_string(i);
    call("CreateUser&Path=/x/&UserName=u" + n);
    call("CreateGroup&GroupName=g" + n);
    call("AttachUserPolicy&UserName=u" + n + "&PolicyArn=" + policy);
    call("AttachGroupPolicy&GroupName=g" + n + "&PolicyArn=" + policy);
  }
  call("CreateUser&UserName=bound&PermissionsBoundary=" + policy);
  call("PutUserPermissionsBoundary&UserName=u0&PermissionsBoundary=" + policy);
  auto list = [&](const std::string& more) { return call("ListEntitiesForPolicy&PolicyArn=" + policy + more); };
  auto all = list("");
  EXPECT_EQ(all.count("GroupName"), 3u);
  EXPECT_EQ(all.count("UserName"), 4u) << "one that has it twice is there once";
  EXPECT_EQ(list("&EntityFilter=Group").count("member"), 3u);
  EXPECT_EQ(list("&EntityFilter=Role").count("member"), 0u);
  EXPECT_EQ(list("&PathPrefix=/x/").count("member"), 3u);
  EXPECT_EQ(list("&PolicyUsageFilter=PermissionsBoundary").count("UserName"), 2u);
  EXPECT_EQ(list("&PolicyUsageFilter=PermissionsPolicy").count("UserName"), 3u);
  std::string marker, kinds;
  do {
    auto page = list("&MaxItems=2" + (marker.empty() ? "" : "&Marker=" + encoded(marker)));
    kinds += std::string(page.count("GroupName"), 'g') + std::string(page.count("UserName"), 'u') + " ";
    marker = page.text("IsTruncated") == "true" ? page.text("Marker") : "";
  } while (!marker.empty() && kinds.size() < 50);
  EXPECT_EQ(kinds, "gg gu uu u ");
  EXPECT_EQ(call("ListEntitiesForPolicy&PolicyArn=" + arn("policy/none")).code, "NoSuchEntity");
  EXPECT_EQ(call(std::string("ListEntitiesForPolicy&PolicyArn=") + kS3ReadOnly).count("member"), 0u);
}

}  // namespace
}  // namespace skerry::iam
