#include <gtest/gtest.h>

#include "model/arn.h"

namespace skerry {
namespace {

TEST(AccountId, IsTwelveDigits) {
  EXPECT_EQ(AccountId::parse("123456789012")->str(), "123456789012");
  for (const char* bad : {"", "12345678901", "1234567890123", "12345678901a", " 23456789012"})
    EXPECT_FALSE(AccountId::parse(bad)) << bad;
}

TEST(Region, IsWordsAndANumber) {
  for (const char* good : {"us-east-1", "eu-central-1", "us-gov-west-1", "ap-southeast-10"})
    EXPECT_TRUE(Region::parse(good)) << good;
  for (const char* bad :
       {"", "us", "us-east", "us-1", "us-east-1a", "US-EAST-1", "us--east-1", "us-east-", "s3.us-east-1"}) {
    EXPECT_FALSE(Region::parse(bad)) << bad;
  }
}

TEST(Partition, FollowsTheRegion) {
  EXPECT_EQ(partition_of(*Region::parse("eu-west-1")), Partition::Aws);
  EXPECT_EQ(partition_of(*Region::parse("cn-north-1")), Partition::AwsCn);
  EXPECT_EQ(partition_of(*Region::parse("us-gov-east-1")), Partition::AwsUsGov);
}

TEST(Arn, ReadsAndWritesTheSame) {
  for (const char* text :
       {"arn:aws:s3:::bucket/a:b//c", "arn:aws:iam::123456789012:user/team/ann", "arn:aws:iam::aws:policy/Admin",
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live"}) {
    auto arn = Arn::parse(text);
    ASSERT_TRUE(arn) << text;
    EXPECT_EQ(arn->str(), text);
  }
  EXPECT_EQ(Arn::parse("arn:aws:s3:::bucket/a:b//c")->resource, "bucket/a:b//c");
}

TEST(Arn, RefusesWhatIsNone) {
  for (const char* bad : {"", "arn", "arn:aws:s3:::", "arn:aws::::x", "arn:mars:s3:::b", "nra:aws:s3:::b",
                          "arn:aws:sqs:nowhere:123456789012:q", "arn:aws:sqs:us-east-1:12:q", "arn:aws:s3:us-east-1"}) {
    EXPECT_FALSE(Arn::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace skerry
