#include "iam/policy/bucket_rules.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "iam/policy/parse.h"

namespace skerry::iam::policy {
namespace {

constexpr BucketAction kActions[] = {
    {"s3:getobject", true}, {"s3:putobject", true}, {"s3:listbucket", false}, {"s3:getbucketcors", false}};

struct Row {
  const char* elements;
  const char* message;  // empty: S3 takes it
};

TEST(BucketRules, ResourcesAndActionsFitTheBucket) {
  constexpr const char* kResource = "Policy has invalid resource";
  constexpr const char* kAction = "Policy has invalid action";
  constexpr const char* kApply = "Action does not apply to any resource(s) in statement";
  constexpr Row kRows[] = {
      {R"("Action":"s3:GetObject","Resource":"arn:aws:s3:::media/*")", ""},
      {R"("Action":"s3:getobject","Resource":"arn:aws:s3:::media/*")", ""},
      {R"("Action":"s3:ListBucket","Resource":"arn:aws:s3:::media")", ""},
      {R"("Action":"s3:*","Resource":"arn:aws:s3:::media")", ""},
      {R"("Action":"*","Resource":"arn:aws:s3:::media/*")", ""},
      {R"("Action":"s3:Get*","Resource":["arn:aws:s3:::media","arn:aws:s3:::media/*"])", ""},
      {R"("Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::media","arn:aws:s3:::media/*"])", ""},
      {R"("Action":["s3:GetObject","s3:ListBucket"],"Resource":"arn:aws:s3:::media*")", ""},
      {R"("Action":"s3:GetObject","Resource":"arn:aws:s3:::media/${aws:username}/*")", ""},
      {R"("NotAction":"s3:GetObject","Resource":"arn:aws:s3:::media")", ""},
      {R"("Action":"s3:GetObject","NotResource":"arn:aws:s3:::media/public/*")", ""},
      {R"("Action":"s3:GetObject","Resource":"arn:aws:s3:::other/*")", kResource},
      {R"("Action":"s3:GetObject","Resource":"arn:aws:s3:::media2/*")", kResource},
      {R"("Action":"s3:GetObject","Resource":["arn:aws:s3:::media/*","arn:aws:s3:::other/*"])", kResource},
      {R"("Action":"s3:GetObject","Resource":"*")", kResource},
      {R"("Action":"s3:GetObject","NotResource":"arn:aws:s3:::other/*")", kResource},
      {R"("Action":"s3:GetObject","Resource":"arn:aws:sqs:us-east-1:111122223333:media")", kResource},
      {R"("Action":"s3:FlyToTheMoon","Resource":"arn:aws:s3:::media/*")", kAction},
      {R"("Action":"sqs:*","Resource":"arn:aws:s3:::media/*")", kAction},
      {R"("NotAction":"sqs:*","Resource":"arn:aws:s3:::media/*")", kAction},
      {R"("Action":"s3:GetObject","Resource":"arn:aws:s3:::media")", kApply},
      {R"("Action":"s3:ListBucket","Resource":"arn:aws:s3:::media/*")", kApply},
      {R"("Action":["s3:GetObject","s3:GetBucketCORS"],"Resource":"arn:aws:s3:::media/*")", kApply},
  };
  for (const Row& row : kRows) {
    auto document = parse(
        fmt::format(R"({{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*",{}}}}})", row.elements),
        Kind::Bucket);
    ASSERT_TRUE(document) << row.elements << document.error().message;
    auto wrong = check_bucket_policy(*document, "media", kActions);
    EXPECT_EQ(wrong ? wrong->message : "", row.message) << row.elements;
    if (!wrong) continue;
    EXPECT_EQ(wrong->code, "MalformedPolicy");
    EXPECT_TRUE(wrong->place.starts_with("Statement[0].")) << wrong->place;
  }
}

}  // namespace
}  // namespace skerry::iam::policy
