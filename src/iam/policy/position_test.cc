#include "iam/policy/position.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "iam/policy/parse.h"

namespace skerry::iam::policy {
namespace {

using testing::ElementsAre;

std::vector<StatementPlace> places(std::string text) {
  auto document = parse(std::move(text), Kind::Inline);
  EXPECT_TRUE(document) << document.error().message;
  return places_of(*document);
}

StatementPlace place(Position start, Position end) { return {start, end}; }

// Those of AWS's documentation, and of answers that people recorded.
TEST(Position, IsWhereAwsSaysItIs) {
  EXPECT_THAT(places(R"({
  "Version":"2012-10-17",
  "Statement":{
    "Effect":"Allow",
    "Action":"s3:PutObject",
    "Resource":"arn:aws:s3:::my-test-bucket"
  }
})"),
              ElementsAre(place({3, 16}, {7, 4})));
  EXPECT_THAT(places(R"({
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "*",
      "Resource": "*"
    }
  ]
})"),
              ElementsAre(place({3, 17}, {8, 6})));
  std::string first = R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"*"})";
  EXPECT_THAT(places(R"({"Version":"2012-10-17","Statement":[)" + first + ",\n" + first + "]}"),
              ElementsAre(place({1, 38}, {1, 95}), place({1, 95}, {2, 58})))
      << "the second begins where the first ends";
}

TEST(Position, CountsCharactersAndEveryKindOfLineBreak) {
  EXPECT_THAT(places("{\r\n\r\n\"Statement\":\r[ \n{\"Sid\":\"\",\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":"
                     "\"arn:aws:s3:::\u00e9\"}]}"),
              ElementsAre(place({4, 2}, {5, 72})));
}

}  // namespace
}  // namespace skerry::iam::policy
