#include <fmt/format.h>

#include "iam/service/documents.h"
#include "iam/service/service_fixture.h"

namespace skerry::iam {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kReadOnly = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

std::string policy(std::string_view statement) {
  return fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statement);
}
std::string allow(std::string_view actions, std::string_view resource = "*", std::string_view more = "") {
  return policy(fmt::format(R"({{"Effect":"Allow","Action":"{}","Resource":"{}"{}}})", actions, resource, more));
}
std::string deny(std::string_view actions) {
  return policy(fmt::format(R"({{"Effect":"Deny","Action":"{}","Resource":"*"}})", actions));
}
std::string parameter(std::string_view name, std::string_view value) {
  return fmt::format("&{}={}", name, encoded(value));
}
std::string input(std::string_view document, int n = 1) {
  return parameter(fmt::format("PolicyInputList.member.{}", n), document);
}
std::string action(std::string_view name) { return parameter("ActionNames.member.1", name); }
std::string resource(std::string_view arn) { return parameter("ResourceArns.member.1", arn); }
std::string boundary(std::string_view document) {
  return parameter("PermissionsBoundaryPolicyInputList.member.1", document);
}

class SimulateTest : public ServiceTest {
 protected:
  std::string arn(std::string_view name) { return fmt::format("arn:aws:iam::{}:{}", account_.account_id, name); }
  Reply custom(std::string_view asked) { return call("SimulateCustomPolicy" + std::string(asked)); }
  Reply principal(std::string_view who, std::string_view asked) {
    return call("SimulatePrincipalPolicy" + parameter("PolicySourceArn", arn(who)) + std::string(asked));
  }
  void bound(const std::string& user, std::string_view policy_arn) {
    auto found = sim_.run(server_.directory().user(account_.account_id, user));
    ASSERT_TRUE(found && *found);
    (**found).mutable_identity()->set_permissions_boundary(std::string(policy_arn));
    server_.change(account_.account_id, [&](Change& change) { change.put(**found); });
  }
  void make_ann() {
    call("CreateUser&UserName=ann&Path=/team/&Tags.member.1.Key=Squad&Tags.member.1.Value=red");
    call("CreateGroup&GroupName=devs");
    call("AddUserToGroup&UserName=ann&GroupName=devs");
  }
};

// The example of AWS's documentation for SimulatePrincipalPolicy: what each policy is called, and where it matched.
TEST_F(SimulateTest, AUsersOwnPoliciesThoseGivenAndThoseOfGroupsAreNamed) {
  make_ann();
  call("AttachUserPolicy&UserName=ann&PolicyArn=" + std::string(kReadOnly));
  call("PutUserPolicy&UserName=ann&PolicyName=queue" + parameter("PolicyDocument", allow("sqs:SendMessage")));
  call("PutGroupPolicy&GroupName=devs&PolicyName=no-topics" + parameter("PolicyDocument", deny("sns:*")));
  const std::string put = R"({
  "Version":"2012-10-17",
  "Statement":{
    "Effect":"Allow",
    "Action":"s3:PutObject",
    "Resource":"arn:aws:s3:::my-test-bucket"
  }
})";
  auto ask = [&](std::string_view name) {
    return principal("user/team/ann", input(put) + action(name) + resource("arn:aws:s3:::my-test-bucket"));
  };
  auto reply = ask("s3:PutObject");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.text("EvalDecision"), "allowed");
  EXPECT_THAT(reply.body, HasSubstr("<SourcePolicyId>PolicyInputList.1</SourcePolicyId>"
                                    "<SourcePolicyType>IAM Policy</SourcePolicyType>"
                                    "<StartPosition><Line>3</Line><Column>16</Column></StartPosition>"
                                    "<EndPosition><Line>7</Line><Column>4</Column></EndPosition>"));
  EXPECT_EQ(ask("s3:GetObject").text("SourcePolicyId"), "AmazonS3ReadOnlyAccess");
  EXPECT_EQ(ask("sqs:SendMessage").text("SourcePolicyId"), "user_ann_queue");
  auto denied = ask("sns:Publish");
  EXPECT_EQ(denied.text("EvalDecision"), "explicitDeny");
  EXPECT_EQ(denied.text("SourcePolicyId"), "group_devs_no-topics");
  auto nothing = ask("s3:DeleteObject");
  EXPECT_EQ(nothing.text("EvalDecision"), "implicitDeny");
  EXPECT_EQ(nothing.count("SourcePolicyId"), 0U);

  EXPECT_EQ(principal("group/devs", action("sns:Publish")).text("EvalDecision"), "explicitDeny");
  EXPECT_EQ(principal("group/devs", action("sqs:SendMessage")).text("EvalDecision"), "implicitDeny") << "only ann's";
}

TEST_F(SimulateTest, ARoleHasItsOwnPolicies) {
  call("CreateRole&RoleName=r" +
       parameter("AssumeRolePolicyDocument",
                 R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
                     "Principal":{"Service":"lambda.amazonaws.com"}}})"));
  call("PutRolePolicy&RoleName=r&PolicyName=p" +
       parameter("PolicyDocument", allow("s3:GetObject", "*",
                                         R"(,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/r"}})")));
  auto reply = principal("role/r", action("s3:GetObject"));
  EXPECT_EQ(reply.text("EvalDecision"), "allowed");
  EXPECT_EQ(reply.text("SourcePolicyId"), "role_r_p");
  EXPECT_EQ(principal("role/r", action("s3:GetObject") + parameter("ResourcePolicy", deny("s3:*"))).code,
            "InvalidInput")
      << "AWS does not simulate resources' policies for roles";
}

TEST_F(SimulateTest, ABoundaryThatIsGivenTakesTheStoredOnesPlace) {
  make_ann();
  bound("ann", kReadOnly);
  call("PutUserPolicy&UserName=ann&PolicyName=all" + parameter("PolicyDocument", allow("*")));
  auto ask = [&](std::string_view more) {
    return principal("user/team/ann", action("s3:PutObject") + std::string(more));
  };
  auto stored = ask("");
  EXPECT_EQ(stored.text("EvalDecision"), "implicitDeny");
  EXPECT_EQ(stored.text("AllowedByPermissionsBoundary"), "false");
  auto wider = ask(boundary(allow("s3:*")));
  EXPECT_EQ(wider.text("EvalDecision"), "allowed");
  EXPECT_EQ(wider.text("AllowedByPermissionsBoundary"), "true");
  EXPECT_EQ(wider.count("SourcePolicyId"), 1U) << "a boundary grants nothing";
  auto denying = ask(boundary(deny("s3:*")));
  EXPECT_EQ(denying.text("EvalDecision"), "explicitDeny");
  EXPECT_EQ(denying.text("SourcePolicyId"), "PermissionsBoundaryPolicyInputList.1");
  EXPECT_EQ(denying.text("SourcePolicyType"), "Permissions Boundary Policy");
  EXPECT_EQ(custom(input(allow("s3:*")) + action("s3:PutObject")).count("AllowedByPermissionsBoundary"), 0U);
}

// Both examples of AWS's documentation.
TEST_F(SimulateTest, InOneAccountAResourcesPolicyIsEnoughAndOverTwoBothSidesAreTold) {
  const std::string resource_policy = policy(
      R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:user/arnav"},"Action":"s3:Put*","Resource":"arn:aws:s3:::mary/*"})");
  const std::string asked = input(allow("iam:*")) + boundary(allow("iam:*")) + action("s3:PutObject") +
                            resource("arn:aws:s3:::mary/Test") + parameter("ResourcePolicy", resource_policy) +
                            "&CallerArn=arn:aws:iam::444455556666:user/arnav";
  auto one = custom(asked);
  EXPECT_EQ(one.text("EvalDecision"), "allowed");
  EXPECT_EQ(one.text("SourcePolicyId"), "ResourcePolicy");
  EXPECT_EQ(one.text("SourcePolicyType"), "Resource Policy");
  EXPECT_EQ(one.text("AllowedByPermissionsBoundary"), "false");
  EXPECT_THAT(one.body, AllOf(HasSubstr("<EvalDecisionDetails></EvalDecisionDetails>"), Not(HasSubstr("<entry>"))));

  auto two = custom(asked + "&ResourceOwner=arn:aws:iam::123456789012:root");
  EXPECT_EQ(two.text("EvalDecision"), "implicitDeny");
  EXPECT_THAT(two.body, HasSubstr("<entry><key>IAM Policy</key><value>implicitDeny</value></entry>"
                                  "<entry><key>Permissions Boundary Policy</key><value>implicitDeny</value></entry>"
                                  "<entry><key>Resource Policy</key><value>allowed</value></entry>"));
  EXPECT_EQ(two.count("SourcePolicyId"), 1U) << "of the resource by itself";
  EXPECT_EQ(custom(input(allow("sqs:*")) + action("sqs:SendMessage") + resource("arn:aws:sqs:eu-west-1:123456789012:q"))
                .text("EvalDecision"),
            "allowed")
      << "without a policy of the resource nobody asks whose it is";
}

TEST_F(SimulateTest, WhoCallsIsWhoeverHasThatNameNow) {
  make_ann();
  const std::string by_id = call("GetUser&UserName=ann").text("UserId");
  const std::string both = policy(fmt::format(
      R"({{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"s3:GetObject","Resource":"*"}},
         {{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"s3:PutObject","Resource":"*"}})",
      by_id, arn("user/team/ann")));
  auto may = [&](std::string_view name) {
    return principal("user/team/ann", action(name) + parameter("ResourcePolicy", both)).text("EvalDecision");
  };
  EXPECT_EQ(may("s3:GetObject"), "allowed");
  EXPECT_EQ(may("s3:PutObject"), "allowed");
  call("RemoveUserFromGroup&UserName=ann&GroupName=devs");
  call("DeleteUser&UserName=ann");
  make_ann();
  EXPECT_EQ(may("s3:GetObject"), "implicitDeny") << "another user of that name";
  EXPECT_EQ(may("s3:PutObject"), "allowed");
}

TEST_F(SimulateTest, KeysComeFromTheRequestThenFromTheCaller) {
  make_ann();
  call("PutUserPolicy&UserName=ann&PolicyName=own" +
       parameter("PolicyDocument", allow("s3:*", "arn:aws:s3:::b/${aws:username}/*",
                                         R"(,"Condition":{"StringEquals":{"aws:PrincipalTag/squad":"red"},
                          "NumericLessThan":{"s3:max-keys":"10"}})")));
  auto ask = [&](std::string_view more) {
    return principal("user/team/ann", action("s3:GetObject") + resource("arn:aws:s3:::b/ann/x") + std::string(more));
  };
  auto lacking = ask("");
  EXPECT_EQ(lacking.text("EvalDecision"), "implicitDeny");
  EXPECT_THAT(lacking.body, HasSubstr("<MissingContextValues><member>s3:max-keys</member></MissingContextValues>"));
  const std::string few =
      "&ContextEntries.member.1.ContextKeyName=s3:max-keys&ContextEntries.member.1.ContextKeyType=numeric"
      "&ContextEntries.member.1.ContextKeyValues.member.1=5";
  EXPECT_EQ(ask(few).text("EvalDecision"), "allowed");
  EXPECT_EQ(ask(few + "&ContextEntries.member.2.ContextKeyName=aws:PrincipalTag/Squad"
                      "&ContextEntries.member.2.ContextKeyValues.member.1=blue")
                .text("EvalDecision"),
            "implicitDeny")
      << "what is given comes first";
  EXPECT_EQ(ask(few + "&CallerArn=" + arn("user/bob")).text("EvalDecision"), "implicitDeny")
      << "Bob with ann's policies has no tag";

  auto anywhere = custom(input(allow("s3:*", "*", R"(,"Condition":{"Bool":{"aws:SecureTransport":"true"}})")) +
                         action("s3:GetObject"));
  EXPECT_THAT(anywhere.body, HasSubstr("<MissingContextValues><member>aws:SecureTransport</member>"));
  EXPECT_EQ(anywhere.count("ResourceSpecificResults"), 0U);
  EXPECT_EQ(anywhere.count("EvalDecisionDetails"), 0U);
}

TEST_F(SimulateTest, EachActionOnEachResourceComesInPages) {
  std::string asked = input(allow("s3:GetObject", "arn:aws:s3:::b/1")) + "&MaxItems=4";
  for (int i = 1; i <= 3; ++i)
    asked += parameter(fmt::format("ResourceArns.member.{}", i), fmt::format("arn:aws:s3:::b/{}", i));
  asked += "&ActionNames.member.1=s3:GetObject&ActionNames.member.2=s3:PutObject";
  auto first = custom(asked);
  EXPECT_EQ(first.count("EvalDecision"), 4U);
  EXPECT_EQ(first.text("IsTruncated"), "true");
  EXPECT_EQ(first.text("EvalDecision"), "allowed");
  auto rest = custom(asked + parameter("Marker", first.text("Marker")));
  EXPECT_EQ(rest.count("EvalDecision"), 2U);
  EXPECT_EQ(rest.text("IsTruncated"), "false");
  EXPECT_EQ(rest.text("EvalResourceName"), "arn:aws:s3:::b/2");
  EXPECT_EQ(rest.text("EvalActionName"), "s3:PutObject");
}

TEST_F(SimulateTest, WhatCannotBeSimulatedIsRefused) {
  make_ann();
  const std::string good = input(allow("s3:*")) + action("s3:GetObject");
  struct Case {
    std::string asked, code, message;
  };
  const std::string bucket_policy =
      parameter("ResourcePolicy",
                policy(R"({"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"})"));
  const Case cases[] = {
      {input("{") + action("s3:GetObject"), "InvalidInput", "PolicyInputList.1: Syntax errors in policy."},
      {input(allow("s3:*")) + action("s3:*"), "InvalidInput", "Invalid action name: s3:*"},
      {input(allow("s3:*")) + action("GetObject"), "InvalidInput", "Invalid action name: GetObject"},
      {good + resource("a-key"), "InvalidInput", "ResourceNames are not in a valid ARN format: a-key."},
      {good + "&ResourceOwner=123456789012", "InvalidInput", "'123456789012' is not a valid as a Resource Owner."},
      {good + "&CallerArn=arn:aws:sts::123456789012:assumed-role/r/s", "InvalidInput",
       "Invalid Entity Arn: arn:aws:sts::123456789012:assumed-role/r/s does not clearly define entity type and name."},
      {good + bucket_policy, "InvalidInput", "CallerArn is required when a ResourcePolicy is simulated."},
      {good + bucket_policy + "&CallerArn=" + arn("role/r"), "InvalidInput",
       "Invalid caller - Caller must be an IAM user in this context."},
      {good + bucket_policy + resource("arn:aws:s3:::c/x") + "&CallerArn=" + arn("user/team/ann"), "InvalidInput",
       "The ResourcePolicy is not applicable to arn:aws:s3:::c/x."},
      {good + boundary(allow("*")) + parameter("PermissionsBoundaryPolicyInputList.member.2", allow("*")),
       "InvalidInput", "Only one permissions boundary policy may be simulated."},
      {good + "&ResourceHandlingOption=EC2-Moon", "InvalidInput", "Invalid ResourceHandlingOption: EC2-Moon"},
      {good + "&ResourceHandlingOption=EC2-VPC-EBS" + resource("arn:aws:ec2:eu-west-1:123456789012:instance/*"),
       "InvalidInput",
       "ResourceHandlingOption EC2-VPC-EBS needs resources of type image, security-group, network-interface, volume."},
      {good + "&Marker=bm8=", "ValidationError", "Invalid Marker."},
      {good + "&ContextEntries.member.1.ContextKeyName=s3:max-keys&ContextEntries.member.1.ContextKeyType=numeric"
              "&ContextEntries.member.1.ContextKeyValues.member.1=few",
       "InvalidInput", "The value few of the context key s3:max-keys is not of type numeric."},
      {good +
           "&ContextEntries.member.1.ContextKeyName=s3:prefix&ContextEntries.member.1.ContextKeyType=string"
           "&ContextEntries.member.1.ContextKeyValues.member.1=a&ContextEntries.member.1.ContextKeyValues.member.2=b",
       "InvalidInput", "The context key s3:prefix of type string has several values."},
  };
  for (const Case& one : cases) {
    auto reply = custom(one.asked);
    EXPECT_EQ(reply.code, one.code) << one.message << reply.body;
    EXPECT_EQ(reply.text("Message"), one.message);
  }
  auto nobody = principal("user/bob", action("s3:GetObject"));
  EXPECT_EQ(nobody.status, 404);
  EXPECT_EQ(nobody.text("Message"), "The user with name bob cannot be found.");
  EXPECT_EQ(principal("user/ann", action("s3:GetObject")).code, "NoSuchEntity") << "ann is in /team/";
  auto elsewhere =
      call("SimulatePrincipalPolicy&PolicySourceArn=arn:aws:iam::123456789012:user/x" + action("s3:GetObject"));
  EXPECT_EQ(elsewhere.code, "InvalidInput");
}

TEST_F(SimulateTest, ContextKeysAreThoseThatPoliciesName) {
  const std::string document = allow("dynamodb:*", "arn:aws:dynamodb:us-east-2:123456789012:table/${aws:username}",
                                     R"(,"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2015-08-16T12:00:00Z"}})");
  auto keys = call("GetContextKeysForCustomPolicy" + input(document) + input(deny("s3:*"), 2));
  EXPECT_THAT(keys.body, HasSubstr("<ContextKeyNames><member>aws:username</member><member>aws:CurrentTime</member>"
                                   "</ContextKeyNames>"));
  EXPECT_EQ(call("GetContextKeysForCustomPolicy" + input("[]")).code, "InvalidInput");

  make_ann();
  call("PutGroupPolicy&GroupName=devs&PolicyName=p" + parameter("PolicyDocument", document));
  auto of_ann = call("GetContextKeysForPrincipalPolicy" + parameter("PolicySourceArn", arn("user/team/ann")) +
                     input(allow("s3:*", "*", R"(,"Condition":{"Null":{"AWS:UserName":"true","s3:prefix":"true"}})")));
  EXPECT_THAT(of_ann.body, HasSubstr("<member>aws:username</member><member>aws:CurrentTime</member>"
                                     "<member>s3:prefix</member></ContextKeyNames>"));
  EXPECT_EQ(call("GetContextKeysForPrincipalPolicy" + parameter("PolicySourceArn", arn("user/bob"))).code,
            "NoSuchEntity");
}

}  // namespace
}  // namespace skerry::iam
