#include "iam/managed_policies.h"

#include <gtest/gtest.h>

#include <set>

#include "iam/policy/evaluate.h"
#include "iam/policy/parse.h"

namespace skerry::iam {
namespace {

TEST(AwsManagedPolicies, EachHasADocumentThatAwsWouldTake) {
  for (const AwsManagedPolicy& managed : aws_managed_policies()) {
    auto document = policy::parse(std::string(managed.document), policy::Kind::Managed);
    ASSERT_TRUE(document) << managed.name << ": " << document.error().message;
    auto compiled = compiled_aws_managed_policy(managed.arn);
    ASSERT_TRUE(compiled) << managed.name;
    EXPECT_EQ(compiled->statements().size(), document->statements.size());
    EXPECT_EQ(compiled, compiled_aws_managed_policy(managed.arn)) << "compiled once";
  }
}

TEST(AwsManagedPolicies, EachIsNamedOnce) {
  std::set<std::string_view> ids, names;
  for (const AwsManagedPolicy& managed : aws_managed_policies()) {
    EXPECT_EQ(managed.arn, "arn:aws:iam::aws:policy" + std::string(managed.path) + std::string(managed.name));
    EXPECT_EQ(find_aws_managed_policy(managed.arn), &managed);
    EXPECT_EQ(managed.id.size(), 21U) << managed.name;
    EXPECT_TRUE(managed.id.starts_with("ANPA")) << managed.name;
    EXPECT_TRUE(ids.insert(managed.id).second) << managed.id;
    EXPECT_TRUE(names.empty() || *names.rbegin() < managed.name) << "ascending";
    names.insert(managed.name);
    EXPECT_LE(managed.created_s, managed.updated_s) << managed.name;
    EXPECT_GE(managed.default_version, 1U);
  }
}

TEST(AwsManagedPolicies, ThoseThatUsersNameAreThere) {
  for (std::string_view name : {"AmazonS3FullAccess",
                                "AmazonS3ReadOnlyAccess",
                                "AdministratorAccess",
                                "PowerUserAccess",
                                "ReadOnlyAccess",
                                "IAMFullAccess",
                                "IAMReadOnlyAccess",
                                "IAMUserChangePassword",
                                "AWSLambda_FullAccess",
                                "AWSLambda_ReadOnlyAccess",
                                "AWSLambdaExecute",
                                "service-role/AWSLambdaBasicExecutionRole",
                                "service-role/AWSLambdaVPCAccessExecutionRole",
                                "service-role/AWSLambdaSQSQueueExecutionRole",
                                "service-role/AWSLambdaDynamoDBExecutionRole",
                                "service-role/AWSLambdaKinesisExecutionRole",
                                "service-role/AWSLambdaRole",
                                "AmazonSNSFullAccess",
                                "AmazonSNSReadOnlyAccess",
                                "AmazonSQSFullAccess",
                                "AmazonSQSReadOnlyAccess",
                                "CloudWatchLogsFullAccess",
                                "CloudWatchLogsReadOnlyAccess",
                                "AWSKeyManagementServicePowerUser"}) {
    EXPECT_TRUE(find_aws_managed_policy("arn:aws:iam::aws:policy/" + std::string(name))) << name;
  }
  EXPECT_FALSE(find_aws_managed_policy("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole")) << "without its path";
  EXPECT_FALSE(compiled_aws_managed_policy("arn:aws:iam::123456789012:policy/AdministratorAccess"));
}

bool allows(std::string_view name, std::string_view action) {
  auto compiled = compiled_aws_managed_policy("arn:aws:iam::aws:policy/" + std::string(name));
  const policy::Policy* list[] = {compiled.get()};
  policy::KeyList keys;
  policy::Caller caller{policy::Caller::Kind::User, "123456789012", "AIDAEXAMPLE"};
  return policy::evaluate({caller, action, "arn:aws:s3:::bucket/key", "", keys}, {.identity = list}).allowed();
}

TEST(AwsManagedPolicies, AllowWhatTheirNamesSay) {
  EXPECT_TRUE(allows("AmazonS3ReadOnlyAccess", "s3:GetObject"));
  EXPECT_FALSE(allows("AmazonS3ReadOnlyAccess", "s3:PutObject"));
  EXPECT_TRUE(allows("PowerUserAccess", "s3:PutObject"));
  EXPECT_FALSE(allows("PowerUserAccess", "iam:CreateUser"));
  EXPECT_TRUE(allows("PowerUserAccess", "iam:ListRoles"));
  EXPECT_TRUE(allows("AdministratorAccess", "iam:CreateUser"));
  EXPECT_TRUE(allows("ReadOnlyAccess", "sqs:ReceiveMessage"));
  EXPECT_FALSE(allows("ReadOnlyAccess", "s3:DeleteObject"));
}

}  // namespace
}  // namespace skerry::iam
