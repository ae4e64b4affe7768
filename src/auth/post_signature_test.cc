#include "auth/post_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/auth_test_support.h"
#include "auth/post_policy.h"
#include "auth/sigv4.h"
#include "base/bytes.h"

namespace skerry::auth {
namespace {

// AWS's documented POST example, with the line ends of the page's file.
std::string example_policy() {
  std::string policy;
  for (std::string_view line :
       {R"({ "expiration": "2015-12-30T12:00:00.000Z",)", R"(  "conditions": [)",
        R"(    {"bucket": "sigv4examplebucket"},)", R"(    ["starts-with", "$key", "user/user1/"],)",
        R"(    {"acl": "public-read"},)",
        R"(    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},)",
        R"(    ["starts-with", "$Content-Type", "image/"],)", R"(    {"x-amz-meta-uuid": "14365123651274"},)",
        R"(    {"x-amz-server-side-encryption": "AES256"},)", R"(    ["starts-with", "$x-amz-meta-tag", ""],)", "",
        R"(    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},)",
        R"(    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},)", R"(    {"x-amz-date": "20151229T000000Z" })", "  ]"}) {
    policy += line;
    policy += "\r\n";
  }
  return base64(policy + "}");
}

class PostSignature : public testing::Test {
 protected:
  AuthResult authenticate(const FormFields& fields) {
    return sim_.run(authenticate_form(authenticator_, fields, expected_));
  }
  AuthError refused(const FormFields& fields) {
    auto result = authenticate(fields);
    EXPECT_FALSE(result);
    return result ? auth_error(ErrorFamily::S3, AuthErrc::MissingAuthentication, "not refused") : result.error();
  }
  static FormFields example() {
    FormFields fields;
    fields.add("key", "user/user1/${filename}");
    fields.add("acl", "public-read");
    fields.add("success_action_redirect", "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html");
    fields.add("Content-Type", "image/jpeg");
    fields.add("x-amz-meta-uuid", "14365123651274");
    fields.add("x-amz-server-side-encryption", "AES256");
    fields.add("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request");
    fields.add("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
    fields.add("X-Amz-Date", "20151229T000000Z");
    fields.add("x-amz-meta-tag", "");
    fields.add("Policy", example_policy());
    fields.add("X-Amz-Signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e");
    return fields;
  }
  static FormFields version2(std::string policy = "e30=") {
    FormFields fields;
    fields.add("key", "k");
    fields.add("awsaccesskeyid", std::string(kTestKeyId));
    fields.add("signature", base64(hmac_sha1(kTestSecret, policy)));
    fields.add("policy", std::move(policy));
    return fields;
  }
  static FormFields replaced(const FormFields& fields, std::string_view name, std::optional<std::string> value) {
    FormFields out;
    for (const auto& [field_name, field_value] : fields) {
      if (!equal_ignoring_case(field_name, name)) {
        out.add(field_name, field_value);
      } else if (value) {
        out.add(field_name, *value);
      }
    }
    return out;
  }

  SimExecutor sim_;
  FixedClock clock_{"20151229T000000Z"};
  MapCredentials credentials_;
  Authenticator authenticator_{credentials_, clock_};
  Expectation expected_{.services = kS3, .region = "us-east-1"};
};

TEST_F(PostSignature, AwsExample) {
  FormFields fields = example();
  auto who = authenticate(fields);
  ASSERT_TRUE(who) << who.error().message;
  EXPECT_EQ(who->kind, AuthKind::Form);
  EXPECT_EQ(who->log_name(), "POST");
  EXPECT_EQ(who->region, "us-east-1");
  EXPECT_EQ(who->credential->access_key_id, kTestKeyId);
  fields.expand_filename("me.jpg");
  auto policy = PostPolicy::parse(*fields.find("policy"));
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_FALSE(policy->check(fields, "sigv4examplebucket", clock_.now()));
}

// What botocore makes with its clock at that time.
TEST_F(PostSignature, BotocoreExample) {
  std::string policy = base64(
      R"({"expiration": "2015-12-29T01:00:00Z", "conditions": [{"bucket": "sigv4examplebucket"}, {"key": "user/user1/photo.jpg"}, {"x-amz-algorithm": "AWS4-HMAC-SHA256"}, {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"}, {"x-amz-date": "20151229T000000Z"}]})");
  FormFields fields = replaced(example(), "policy", policy);
  fields = replaced(fields, "x-amz-signature", "3364624b39010d9b06f5d9b8c9a18a6e478d261c048159c92f2fd6fa885f14e6");
  EXPECT_TRUE(authenticate(fields));
}

TEST_F(PostSignature, AChangedPolicyDoesNotMatch) {
  std::string cut = example_policy();
  cut.resize(cut.size() - 2);
  AuthError error = refused(replaced(example(), "policy", cut));
  EXPECT_EQ(error.code, "SignatureDoesNotMatch");
  EXPECT_EQ(error.status, 403);
  std::vector<std::string> names;
  for (const auto& [name, value] : error.fields) names.push_back(name);
  EXPECT_THAT(names, testing::ElementsAre("AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"));
  EXPECT_EQ(field(error, "StringToSign"), cut);
  EXPECT_EQ(refused(replaced(version2(), "policy", "e30")).code, "SignatureDoesNotMatch");
}

TEST_F(PostSignature, MissingFieldsAreNamed) {
  AuthError error = refused(replaced(example(), "x-amz-signature", std::nullopt));
  EXPECT_EQ(error.code, "InvalidArgument");
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(
      error.message,
      "Bucket POST must contain a field named 'X-Amz-Signature'.  If it is specified, please check the order of the "
      "fields.");
  EXPECT_EQ(field(error, "ArgumentName"), "X-Amz-Signature");
  EXPECT_EQ(field(error, "ArgumentValue"), "");
  FormFields fields = replaced(example(), "x-amz-credential", std::nullopt);
  EXPECT_EQ(field(refused(fields), "ArgumentName"), "X-Amz-Credential");
  EXPECT_EQ(field(refused(replaced(fields, "x-amz-algorithm", std::nullopt)), "ArgumentName"), "X-Amz-Algorithm");
  EXPECT_EQ(field(refused(replaced(version2(), "signature", std::nullopt)), "ArgumentName"), "Signature");
  EXPECT_EQ(field(refused(replaced(version2(), "awsaccesskeyid", std::nullopt)), "ArgumentName"), "AWSAccessKeyId");
  EXPECT_EQ(require_form_field(FormFields(), "key")->message,
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.");
}

TEST_F(PostSignature, WithoutAnySignatureItIsAnonymous) {
  FormFields fields;
  fields.add("key", "k");
  fields.add("policy", "e30=");
  auto who = authenticate(fields);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->kind, AuthKind::Anonymous);
}

TEST_F(PostSignature, Version2) {
  auto who = authenticate(version2());
  ASSERT_TRUE(who);
  EXPECT_EQ(who->kind, AuthKind::Form);
  EXPECT_EQ(who->version, SignatureVersion::V2);
  Authenticator strict(credentials_, clock_, {.allow_sigv2 = false});
  FormFields fields = version2();
  EXPECT_EQ(sim_.run(authenticate_form(strict, fields, expected_)).error().errc, AuthErrc::SigV2Refused);
}

TEST_F(PostSignature, MalformedFields) {
  AuthError region =
      refused(replaced(example(), "x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-west-1/s3/aws4_request"));
  EXPECT_EQ(region.code, "InvalidArgument");
  EXPECT_EQ(region.message, "the region 'us-west-1' is wrong; expecting 'us-east-1'");
  EXPECT_EQ(field(region, "ArgumentName"), "X-Amz-Credential");
  EXPECT_EQ(field(region, "ArgumentValue"), "AKIAIOSFODNN7EXAMPLE/20151229/us-west-1/s3/aws4_request");
  EXPECT_EQ(field(region, "Region"), "us-east-1");
  EXPECT_EQ(refused(replaced(example(), "x-amz-credential", "/20151229/us-east-1/s3/aws4_request")).message,
            "a non-empty Access Key (AKID) must be provided in the credential.");
  AuthError date = refused(replaced(example(), "x-amz-date", "yesterday"));
  EXPECT_EQ(date.message, "X-Amz-Date must be formated via ISO8601 Long format");
  EXPECT_EQ(field(date, "ArgumentValue"), "yesterday");
  EXPECT_EQ(refused(replaced(example(), "x-amz-algorithm", "MD5")).message, "Only AWS4-HMAC-SHA256 is supported");
  EXPECT_EQ(refused(replaced(example(), "x-amz-algorithm", std::string(kSigv4a))).status, 501);
  AuthError key = refused(replaced(example(), "x-amz-credential", "AKIANOBODY/20151229/us-east-1/s3/aws4_request"));
  EXPECT_EQ(key.code, "InvalidAccessKeyId");
  EXPECT_EQ(field(key, "AWSAccessKeyId"), "AKIANOBODY");
  FormFields token = example();
  token.add("x-amz-security-token", "t");
  EXPECT_EQ(refused(token).code, "InvalidToken");
}

TEST_F(PostSignature, WaitsForACredentialThatIsNotAtHand) {
  credentials_.only_by_waiting();
  EXPECT_TRUE(authenticate(example()));
  EXPECT_EQ(credentials_.waited(), 1);
}

}  // namespace
}  // namespace skerry::auth
