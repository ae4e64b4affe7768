#include "auth/post_policy.h"

#include <gtest/gtest.h>

#include "auth/auth_test_support.h"
#include "base/bytes.h"

namespace skerry::auth {
namespace {

const Time kNow = *parse_basic_time("20151229T120000Z");

PostPolicy policy_of(std::string_view json) {
  auto policy = PostPolicy::parse(base64(json));
  EXPECT_TRUE(policy) << policy.error().message;
  return policy ? *policy : PostPolicy();
}

std::string with_conditions(std::string_view conditions) {
  return fmt::format(R"({{"expiration": "2015-12-30T12:00:00.000Z", "conditions": [{{"bucket": "b"}}{}{}]}})",
                     conditions.empty() ? "" : ", ", conditions);
}

FormFields form(std::initializer_list<FormFields::Field> fields) {
  FormFields out;
  for (const auto& [name, value] : fields) out.add(name, value);
  return out;
}

// What check() says, or "ok".
std::string verdict(std::string_view conditions, const FormFields& fields, std::string_view bucket = "b") {
  auto error = policy_of(with_conditions(conditions)).check(fields, bucket, kNow);
  if (!error) return "ok";
  EXPECT_EQ(error->code, "AccessDenied");
  EXPECT_EQ(error->status, 403);
  constexpr std::string_view kLead = "Invalid according to Policy: ";
  EXPECT_TRUE(error->message.starts_with(kLead)) << error->message;
  return error->message.substr(kLead.size());
}

TEST(PostPolicy, ConditionsAreMetOrNamed) {
  FormFields fields = form({{"key", "user/a"}});
  EXPECT_EQ(verdict(R"(["starts-with", "$key", "user/"])", fields), "ok");
  EXPECT_EQ(verdict(R"({"key": "user/a"})", fields), "ok");
  EXPECT_EQ(verdict(R"(["eq", "$key", "user/a"])", fields), "ok");
  EXPECT_EQ(verdict(R"(["eq", "$key", "User/a"])", fields), R"(Policy Condition failed: ["eq", "$key", "User/a"])");
  EXPECT_EQ(verdict(R"(["starts-with","$key","User/"])", fields),
            R"(Policy Condition failed: ["starts-with", "$key", "User/"])");
  EXPECT_EQ(verdict(R"({"key": "a \"quoted\" one"})", fields),
            R"(Policy Condition failed: ["eq", "$key", "a \"quoted\" one"])");
  EXPECT_EQ(verdict(R"({"key": "user/a"})", fields, "other"), R"(Policy Condition failed: ["eq", "$bucket", "b"])");
}

TEST(PostPolicy, NamesAndOperatorsIgnoreCaseValuesDoNot) {
  FormFields fields = form({{"kEy", "foo"}, {"aCl", "private"}, {"x-amz-meta-TEST", "1"}, {"pOLICy", "x"}});
  EXPECT_EQ(verdict(R"(["StArTs-WiTh", "$KeY", "f"], {"AcL": "private"}, ["eq", "$x-amz-meta-test", "1"])", fields),
            "ok");
}

TEST(PostPolicy, ANameWithoutItsDollarMeetsNothing) {
  EXPECT_EQ(verdict(R"(["eq", "key", "a"])", form({{"key", "a"}})), R"(Policy Condition failed: ["eq", "key", "a"])");
}

TEST(PostPolicy, AConditionOnAnAbsentFieldIsNotMet) {
  EXPECT_EQ(verdict(R"(["starts-with", "$key", ""], ["starts-with", "$Content-Type", ""])", form({{"key", "a"}})),
            R"(Policy Condition failed: ["starts-with", "$Content-Type", ""])");
}

TEST(PostPolicy, EveryFieldHasToBeCovered) {
  FormFields fields = form({{"key", "a"},
                            {"policy", "p"},
                            {"X-Amz-Signature", "s"},
                            {"AWSAccessKeyId", "i"},
                            {"signature", "s"},
                            {"X-Ignore-Flash", "1"}});
  EXPECT_EQ(verdict(R"({"key": "a"})", fields), "ok");
  fields.add("StorageClass", "STANDARD");
  EXPECT_EQ(verdict(R"({"key": "a"})", fields), "Extra input fields: StorageClass");
  auto policy = policy_of(R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [{"key": "a"}]})");
  EXPECT_EQ(policy.check(form({{"key", "a"}}), "b", kNow)->message,
            "Invalid according to Policy: Extra input fields: bucket");
}

TEST(PostPolicy, TypesMayBeALists) {
  auto types = [](std::string value) {
    return verdict(R"({"key": "a"}, ["starts-with", "$Content-Type", "image/"])",
                   form({{"key", "a"}, {"Content-Type", std::move(value)}}));
  };
  EXPECT_EQ(types("image/jpg,image/png, image/gif"), "ok");
  EXPECT_NE(types("image/jpg,text/plain"), "ok");
  EXPECT_EQ(verdict(R"(["starts-with", "$key", "a"])", form({{"key", "a,b"}})), "ok");
}

TEST(PostPolicy, RepeatedFieldsAreOneListWithCommas) {
  EXPECT_EQ(verdict(R"({"key": "a"}, {"x-amz-meta-tag": "Ninja,Stallman"})",
                    form({{"key", "a"}, {"x-amz-meta-tag", "Ninja"}, {"X-Amz-Meta-Tag", "Stallman"}})),
            "ok");
}

TEST(PostPolicy, Expires) {
  auto policy = policy_of(with_conditions(R"({"key": "a"})"));
  Time end = *parse_basic_time("20151230T120000Z");
  EXPECT_FALSE(policy.check(form({{"key", "a"}}), "b", end));
  auto error = policy.check(form({{"key", "a"}}), "b", end + seconds(1));
  EXPECT_EQ(error->message, "Invalid according to Policy: Policy expired.");
  EXPECT_EQ(error->status, 403);
}

TEST(PostPolicy, Sizes) {
  auto policy = policy_of(with_conditions(R"(["content-length-range", 5, 10])"));
  EXPECT_EQ(policy.size_max_bytes(), 10u);
  EXPECT_FALSE(policy.check_size(5));
  EXPECT_FALSE(policy.check_size(10));
  auto large = policy.check_size(12);
  EXPECT_EQ(large->code, "EntityTooLarge");
  EXPECT_EQ(large->status, 400);
  EXPECT_EQ(large->message, "Your proposed upload exceeds the maximum allowed size");
  EXPECT_EQ(field(*large, "ProposedSize"), "12");
  EXPECT_EQ(field(*large, "MaxSizeAllowed"), "10");
  auto small = policy.check_size(1);
  EXPECT_EQ(small->code, "EntityTooSmall");
  EXPECT_EQ(small->message, "Your proposed upload is smaller than the minimum allowed size");
  EXPECT_EQ(field(*small, "MinSizeAllowed"), "5");
  EXPECT_TRUE(policy_of(with_conditions(R"(["content-length-range", "5", "10"])")).check_size(11));
  EXPECT_EQ(verdict(R"(["content-length-range", "test", "10"])", {}),
            R"(Policy Condition failed: ["content-length-range", "test", "10"])");
}

TEST(PostPolicy, Escapes) {
  EXPECT_EQ(verdict(R"({"key": "\u00e9\ud83d\ude00\n\$\\"})", form({{"key", "é😀\n$\\"}})), "ok");
  EXPECT_EQ(verdict(R"(["starts-with", "$key", "\\$foo"])", form({{"key", "\\$foo.txt"}})), "ok");
}

TEST(PostPolicy, InvalidDocuments) {
  struct Case {
    std::string_view json, reason;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"", "Expecting '{' but found End-of-Input"},
           {"{", "Invalid JSON."},
           {"[]", "Invalid JSON."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [],})", "Invalid JSON."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [{"a": "b"},]})", "Invalid JSON."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [{"a": null}]})", "Invalid JSON."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": []} x)", "Invalid JSON."},
           {R"({'expiration': "2015-12-30T12:00:00Z", "conditions": []})", "Invalid JSON."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [["content-length-range",0,512.0]]})",
            "Invalid JSON."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [["content-length-range",-1,0]]})",
            "Invalid JSON."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [["eq","$key","\ud800"]]})", "Invalid JSON."},
           {R"({"conditions": []})", "Policy missing expiration."},
           {R"({"expiration": "2015-12-30T12:00:00Z"})", "Policy missing conditions."},
           {R"({"Version": "2012-10-17"})", "Unexpected: 'version'"},
           {R"({"EXPIRATION": "2015-12-30T12:00:00Z", "conditions": []})", "Unexpected: 'expiration'"},
           {R"({"expiration": "2011-09-13T07:52:58+02:00", "conditions": []})",
            "Invalid 'expiration' value: '2011-09-13T07:52:58+02:00'"},
           {R"({"expiration": "2015-10-17 03:15:59 UTC", "conditions": []})",
            "Invalid 'expiration' value: '2015-10-17 03:15:59 UTC'"},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": {}})",
            "Invalid 'conditions' value: must be a List."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": ["a"]})",
            "Invalid condition test: must be a List or Object."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [{}]})",
            "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [{"a": "b", "c": "d"}]})",
            "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [{"Content-Length": 6199034}]})",
            "Invalid Simple-Condition: value must be a string."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [[]]})",
            "Invalid Condition: missing operation identifier."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [["in", "$key", "a"]]})",
            "Invalid Condition: unknown operation 'in'."},
           {R"({"expiration": "2015-12-30T12:00:00Z", "conditions": [["content-length-range", 0]]})",
            "Invalid content-length-range: wrong number of arguments."}}) {
    auto policy = PostPolicy::parse(base64(c.json));
    ASSERT_FALSE(policy) << c.json;
    EXPECT_EQ(policy.error().code, "InvalidPolicyDocument");
    EXPECT_EQ(policy.error().status, 400);
    EXPECT_EQ(policy.error().message, "Invalid Policy: " + std::string(c.reason)) << c.json;
  }
  EXPECT_EQ(PostPolicy::parse("not base64!").error().message, "Invalid Policy: invalid Base64 encoding.");
  EXPECT_FALSE(PostPolicy::parse(base64(std::string(100'000, '['))));
}

}  // namespace
}  // namespace skerry::auth
