#include <fmt/format.h>
#include <gtest/gtest.h>

#include "iam/policy/parse.h"

// What AWS says of documents that are no policies. The messages of identity-based policies were measured against AWS by
// others and published with their documents; the README says which of the rest are taken from AWS's answers that people
// quote, and which could not be found.
namespace skerry::iam::policy {
namespace {

constexpr const char* kSyntax = "Syntax errors in policy.";
constexpr const char* kLegacy = "The policy failed legacy parsing";
constexpr const char* kVendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
constexpr const char* kColons = "Actions/Condition can contain only one colon.";
constexpr const char* kNoActions = "Policy statement must contain actions.";
constexpr const char* kNoResources = "Policy statement must contain resources.";
constexpr const char* kOld = "Policy document must be version 2012-10-17 or greater.";
constexpr const char* kFullVendor = "Resource vendor must be fully qualified and cannot contain regexes.";
constexpr const char* kIamPath =
    "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, instance-profile/, "
    "mfa/, "
    "server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.";

struct Row {
  std::string document;
  std::string message;
  std::string place;
};

std::string version(const std::string& statement) {
  return fmt::format(R"({{"Version":"2012-10-17","Statement":{}}})", statement);
}
// Around the elements that a row is about.
std::string with(const std::string& elements) { return version("{" + elements + "}"); }
std::string action(const std::string& json) { return with(R"("Effect":"Allow","Resource":"*",)" + json); }
std::string resource(const std::string& json) {
  return with(R"("Effect":"Allow","Action":"s3:ListBucket","Resource":)" + json);
}
std::string condition(const std::string& json) {
  return with(R"("Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":)" + json);
}

void check(Kind kind, std::string_view code, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    auto document = parse(row.document, kind);
    ASSERT_FALSE(document) << row.document;
    EXPECT_EQ(document.error().code, code) << row.document;
    EXPECT_EQ(document.error().message, row.message) << row.document;
    EXPECT_EQ(document.error().place, row.place) << row.document;
  }
}

TEST(Malformed, IdentityBasedShapes) {
  check(
      Kind::Managed, "MalformedPolicyDocument",
      {
          {"This is not a json document", kSyntax, ""},
          {"", kSyntax, ""},
          {"[]", kSyntax, ""},
          {"\"{}\"", kSyntax, ""},
          {with(R"("Effect":"Allow","Action":"*","Resource":"*")") + "x", kSyntax, ""},
          {"{\"Version\":\"2012-10-17\",\"Statement\":\"\xff\"}", kSyntax, ""},
          {R"({"Version":"2012-10-17"})", kSyntax, "Statement"},
          {R"({"Version":"2012-10-17","Statement":[]})", kSyntax, "Statement"},
          {version(R"(["afd"])"), kSyntax, "Statement[0]"},
          {version(R"("afd")"), kSyntax, "Statement[0]"},
          {version("null"), kSyntax, "Statement[0]"},
          {version(R"([[{"Effect":"Allow","Action":"*","Resource":"*"}]])"), kSyntax, "Statement[0]"},
          {R"({"Version":"2013-10-17","Statement":{"Effect":"Allow","Action":"s3:x","Resource":"*"}})", kSyntax,
           "Version"},
          {R"({"Version":20121017,"Statement":{"Effect":"Allow","Action":"s3:x","Resource":"*"}})", kSyntax, "Version"},
          {R"({"Extra field":"value","Version":"2012-10-17","Statement":[]})", kSyntax, "Extra field"},
          {R"({"Version":"2012-10-17","Version":"2012-10-17","Statement":[]})", kSyntax, "Version"},
          {R"({"Version":"2012-10-17","Id":["x"],"Statement":[]})", kSyntax, "Id"},
          {R"({"Version":"2012-10-17","Id":{},"Statement":[]})", kSyntax, "Id"},
          {R"({"version":"2012-10-17","Statement":[]})", kSyntax, "version"},
          {action(R"("Action":"s3:x","Extra field":"value")"), kSyntax, "Statement[0].Extra field"},
          {action(R"("Action":"s3:x","Action":"s3:x")"), kSyntax, "Statement[0].Action"},
          {with(R"("Effect":"invalid","Action":"s3:x","Resource":"*")"), kSyntax, "Statement[0].Effect"},
          {with(R"("Effect":true,"Action":"s3:x","Resource":"*")"), kSyntax, "Statement[0].Effect"},
          {with(R"("Action":"s3:x","Resource":"*")"), kSyntax, "Statement[0]"},
          {action(R"("Action":"s3:x","Sid":{})"), kSyntax, "Statement[0].Sid"},
          {action(R"("Action":"s3:x","Sid":[])"), kSyntax, "Statement[0].Sid"},
          {action(R"("Action":"s3:x","NotAction":"iam:dsf")"), kSyntax, "Statement[0].NotAction"},
          {action(R"("Action":[],"NotAction":"s3s:x")"), kSyntax, "Statement[0].NotAction"},
          {action(R"("Action":"s3:x","NotResource":"*")"), kSyntax, "Statement[0].NotResource"},
          {action(R"("Action":[[]])"), kSyntax, "Statement[0].Action"},
          {action(R"("Action":{})"), kSyntax, "Statement[0].Action"},
          {action(R"("Action":1)"), kSyntax, "Statement[0].Action"},
          {action(R"("NotAction":["s3:x",null])"), kSyntax, "Statement[0].NotAction"},
          {resource(R"({"a":"arn:aws:s3:::b"})"), kSyntax, "Statement[0].Resource"},
          {resource(R"(["adfdf",{}])"), kSyntax, "Statement[0].Resource"},
          {condition("[]"), kSyntax, "Statement[0].Condition"},
          {condition(R"("a")"), kSyntax, "Statement[0].Condition"},
          {condition(R"({"a":"b"})"), kSyntax, "Statement[0].Condition"},
          {condition(R"({"DateGreaterThan":"b"})"), kSyntax, "Statement[0].Condition"},
          {condition(R"({"DateGreaterThan":[]})"), kSyntax, "Statement[0].Condition"},
          {condition(R"({"DateGreaterThan":{"a":{}}})"), kSyntax, "Statement[0].Condition.DateGreaterThan"},
          {condition(R"({"StringEquals":{"a":[["x"]]}})"), kSyntax, "Statement[0].Condition.StringEquals"},
          {condition(R"({"StringEquals":{"a":null}})"), kSyntax, "Statement[0].Condition.StringEquals"},
          {condition(R"({"x":{"a":"1"}})"), kSyntax, "Statement[0].Condition"},
          {condition(R"({"ForAnyValue::StringEqualsIfExists":{"a":"asf"}})"), kSyntax, "Statement[0].Condition"},
          {condition(R"({"NullIfExists":{"a":"true"}})"), kSyntax, "Statement[0].Condition"},
          {condition(R"({"StringEquals":{"a":"1"},"StringEquals":{"b":"1"}})"), kSyntax, "Statement[0].Condition"},
          {condition(R"({"StringEquals":{"a":"1","a":"2"}})"), kSyntax, "Statement[0].Condition"},
          {condition(R"([{"ForAllValues:StringEquals":{"aws:TagKeys":"Department"}}])"), kSyntax,
           "Statement[0].Condition"},
          {with(R"("Effect":"Allow","Resource":"*","Condition":{"DateGreaterThan":{"a":{}}})"), kSyntax,
           "Statement[0].Condition.DateGreaterThan"},
          // The second statement is at fault.
          {version(R"([{"Effect":"allow","Action":"s3:x","Resource":"*"},{"Effect":"Allow","Action":1}])"), kSyntax,
           "Statement[1].Action"},
      });
}

TEST(Malformed, IdentityBasedVersions) {
  check(
      Kind::Managed, "MalformedPolicyDocument",
      {
          {R"({"Statement":{"Effect":"Allow","Action":"s3:x","Resource":"*"}})", kOld, "Version"},
          {R"({"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:x","Resource":"*"}})", kOld,
           "Version"},
          {R"({"Statement":{"Effect":"denY","Action":"s3:x","Resource":"*"}})", kOld, "Version"},
          {R"({"Statement":[{"Sid":"sdf","Effect":"Allow","Action":"s3:x","Resource":"*"},{"Sid":"sdf","Effect":"Allow"}]})",
           kOld, "Version"},
          {R"({"Statement":{"Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"DateLessThan":{"a":"sdf"}}}})",
           kOld, "Version"},
      });
}

TEST(Malformed, IdentityBasedActions) {
  check(
      Kind::Managed, "MalformedPolicyDocument",
      {
          {action(R"("Action":"invalid")"), kVendor, "Statement[0].Action"},
          {action(R"("NotAction":"")"), kVendor, "Statement[0].NotAction"},
          {action(R"("Action":["s3:x","*x"])"), kVendor, "Statement[0].Action"},
          {action(R"("Action":"a a:ListBucket")"), "Vendor a a is not valid", "Statement[0].Action"},
          {action(R"("Action":"s*:Get")"), "Vendor s* is not valid", "Statement[0].Action"},
          {action(R"("Action":"s3:List:Bucket")"), kColons, "Statement[0].Action"},
          {version(
               R"([{"Effect":"Allow","Action":"s3s:x","Resource":"*"},{"Effect":"Allow","Action":"s:3s:x","Resource":"*"}])"),
           kColons, "Statement[1].Action"},
          {with(R"("Effect":"Allow","Resource":"arn:aws:s3:::b")"), kNoActions, "Statement[0]"},
          {with(R"("Effect":"Allow")"), kNoActions, "Statement[0]"},
          {action(R"("Action":[])"), kNoActions, "Statement[0]"},
          {version(R"([{"Effect":"Deny"},{"Effect":"Allow","Action":"s3:x","Resource":"*"}])"), kNoActions,
           "Statement[0]"},
          {with(R"("Effect":"Allow","Action":"invalid")"), kVendor, "Statement[0].Action"},
      });
}

TEST(Malformed, IdentityBasedResources) {
  check(
      Kind::Managed, "MalformedPolicyDocument",
      {
          {with(R"("Effect":"Allow","Action":"s3:x")"), kNoResources, "Statement[0]"},
          {resource("[]"), kNoResources, "Statement[0]"},
          {resource(R"("invalid resource")"), R"(Resource invalid resource must be in ARN format or "*".)",
           "Statement[0].Resource"},
          {resource(R"("")"), R"(Resource  must be in ARN format or "*".)", "Statement[0].Resource"},
          {resource(R"(["*","adf"])"), R"(Resource adf must be in ARN format or "*".)", "Statement[0].Resource"},
          // Before the action's two colons.
          {with(R"("Effect":"Allow","Action":"s:3:ListBucket","Resource":"sdfsadf")"),
           R"(Resource sdfsadf must be in ARN format or "*".)", "Statement[0].Resource"},
          {with(R"("Effect":"Allow","Action":"s3:x","NotResource":"adf")"),
           R"(Resource adf must be in ARN format or "*".)", "Statement[0].NotResource"},
          {resource(R"("a:bsdfdsafsad")"),
           R"(Partition "bsdfdsafsad" is not valid for resource "arn:bsdfdsafsad:*:*:*:*".)", "Statement[0].Resource"},
          {resource(R"("a:b:cadfsdf")"), R"(Partition "b" is not valid for resource "arn:b:cadfsdf:*:*:*".)",
           "Statement[0].Resource"},
          {resource(R"("a:b:c:d:e:f:g:h")"), R"(Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".)",
           "Statement[0].Resource"},
          {resource(R"("aws:s3:::example_bucket")"),
           R"(Partition "s3" is not valid for resource "arn:s3:::example_bucket:*".)", "Statement[0].Resource"},
          {resource(R"("s3::example-bucket/*")"),
           R"(Partition "" is not valid for resource "arn::example-bucket/*:*:*:*".)", "Statement[0].Resource"},
          {resource(R"("arn:aws2:s3:::b/*")"), R"(Partition "aws2" is not valid for resource "arn:aws2:s3:::b/*".)",
           "Statement[0].Resource"},
          {resource(R"("arn:${ARN_PARTITION}:s3:::b")"),
           R"(Partition "${ARN_PARTITION}" is not valid for resource "arn:${ARN_PARTITION}:s3:::b".)",
           "Statement[0].Resource"},
          {resource(R"(["arn:error:s3:::example_bucket","arn:error:s3::example_bucket"])"),
           R"(Partition "error" is not valid for resource "arn:error:s3:::example_bucket".)", "Statement[0].Resource"},
          {resource(R"("arn:aws")"), kFullVendor, "Statement[0].Resource"},
          {resource(R"("arn:aws:*:::b")"), kFullVendor, "Statement[0].Resource"},
          {resource(R"("arn:aws:iam:::example_bucket")"), kIamPath, "Statement[0].Resource"},
          {resource(R"("arn:aws:iam::123456789012:root")"), kIamPath, "Statement[0].Resource"},
          {resource(R"("arn:aws:iam:us-east-1::example_bucket")"),
           "IAM resource arn:aws:iam:us-east-1::example_bucket cannot contain region information.",
           "Statement[0].Resource"},
          {resource(R"("arn:aws:s3:us-east-1::example_bucket")"),
           "Resource arn:aws:s3:us-east-1::example_bucket can not contain region information.",
           "Statement[0].Resource"},
      });
}

TEST(Malformed, IdentityBasedLegacyParsing) {
  check(
      Kind::Managed, "MalformedPolicyDocument",
      {
          {resource(R"("arn:aws:s3::example_bucket")"), kLegacy, "Statement[0].Resource"},
          {with(R"("Effect":"Allow","Resource":"arn:aws:s3::example_bucket")"), kLegacy, "Statement[0].Resource"},
          {with(R"("Effect":"Allow","Action":"s3:x","NotResource":"arn:aws:s3::example_bucket")"), kLegacy,
           "Statement[0].NotResource"},
          {resource(R"("arn:awss3::example-bucket/*")"), kLegacy, "Statement[0].Resource"},
          {resource(R"("arn:aws::::example_bucket")"), kLegacy, "Statement[0].Resource"},
          {resource(R"("arn:aws::fdsasf")"), kLegacy, "Statement[0].Resource"},
          // Variables stand in the last field only.
          {resource(R"("arn:aws:iam::${aws:PrincipalAccount}:role/workshop-*")"), kLegacy, "Statement[0].Resource"},
          {resource(R"("arn:aws:iam::<ACCOUNT_ID>:role/r")"), kLegacy, "Statement[0].Resource"},
          {with(R"("Effect":"denY","Action":"s3:x","Resource":"*")"), kLegacy, "Statement[0].Effect"},
          {with(R"("Effect":"allow","Resource":"arn:aws:s3:us-east-1::b")"), kLegacy, "Statement[0].Effect"},
          {version(R"([{"Sid":"sdf","Effect":"aLLow","Action":"s3:x","Resource":"*"},{"Sid":"sdf","Effect":"Allow"}])"),
           kLegacy, "Statement[0].Effect"},
          {condition(R"({"DateGreaterThan":{"a":"sdfdsf"}})"), kLegacy, "Statement[0].Condition.DateGreaterThan.a"},
          {condition(R"({"DateGreaterThan":{"a":["1","sdfdsf"]}})"), kLegacy,
           "Statement[0].Condition.DateGreaterThan.a"},
          {condition(R"({"DateLessThanEquals":{"a":"234-13"}})"), kLegacy,
           "Statement[0].Condition.DateLessThanEquals.a"},
          {condition(R"({"DateLessThanEquals":{"a":"2016-12-13t2:00:00.593194+1"}})"), kLegacy,
           "Statement[0].Condition.DateLessThanEquals.a"},
          {condition(R"({"DateLessThanEquals":{"a":"2016-12-13t2:00:00.1999999999+10:59"}})"), kLegacy,
           "Statement[0].Condition.DateLessThanEquals.a"},
          {condition(R"({"DateLessThan":{"a":"9223372036854775808"}})"), kLegacy,
           "Statement[0].Condition.DateLessThan.a"},
          {with(R"("Effect":"Allow","Condition":{"DateGreaterThan":{"a":"sdfdsf"}})"), kLegacy,
           "Statement[0].Condition.DateGreaterThan.a"},
          {with(
               R"("Effect":"Allow","Action":"s3:x","Resource":"arn:error:s3:::b","Condition":{"DateLessThan":{"a":"x"}})"),
           kLegacy, "Statement[0].Condition.DateLessThan.a"},
          {condition(R"({"NumericLessThan":{"a":"ten"}})"), kLegacy, "Statement[0].Condition.NumericLessThan.a"},
          {condition(R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/33"}})"), kLegacy,
           "Statement[0].Condition.IpAddress.aws:SourceIp"},
          {condition(R"({"Bool":{"a":"yes"}})"), kLegacy, "Statement[0].Condition.Bool.a"},
          {condition(R"({"Null":{"a":"yes"}})"), kLegacy, "Statement[0].Condition.Null.a"},
          {condition(R"({"BinaryEquals":{"a":"="}})"), kLegacy, "Statement[0].Condition.BinaryEquals.a"},
      });
}

TEST(Malformed, IdentityBasedSidsAndPrincipals) {
  constexpr const char* kAlphanumeric =
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";
  constexpr const char* kPrincipal = "Policy document should not specify a principal.";
  check(
      Kind::Managed, "MalformedPolicyDocument",
      {
          {version(R"([{"Sid":"sdf","Effect":"Allow","Action":"s3:x","Resource":"*"},{"Sid":"sdf","Effect":"Allow"}])"),
           "Statement IDs (SID) in a single policy must be unique.", "Statement[1].Sid"},
          {action(R"("Action":"s3:x","Sid":"a-b")"), kAlphanumeric, "Statement[0].Sid"},
          {action(R"("Action":"s3:x","Sid":"a b")"), kAlphanumeric, "Statement[0].Sid"},
          {action(R"("Action":"s3:x","Principal":"*")"), kPrincipal, "Statement[0].Principal"},
          {action(R"("Action":"s3:x","Principal":{"AWS":"123456789012"})"), kPrincipal, "Statement[0].Principal"},
          {action(R"("Action":"s3:x","NotPrincipal":{"AWS":"123456789012"})"), kPrincipal, "Statement[0].NotPrincipal"},
      });
}

TEST(Malformed, IdentityBasedSizes) {
  std::string long_one = action(fmt::format(R"("Action":["s3:x","s3:{}"])", std::string(kManagedSizeMax, 'a')));
  check(Kind::Managed, "LimitExceeded", {{long_one, "Cannot exceed quota for PolicySize: 6144", ""}});
  EXPECT_TRUE(parse(long_one, Kind::Inline)) << "their owner counts them together";
  EXPECT_TRUE(parse(long_one, Kind::Session));
  std::string exact = action(R"("Action":"s3:")");
  exact.insert(exact.find("s3:") + 3, std::string(kManagedSizeMax - size_of(exact), 'a'));
  EXPECT_EQ(size_of(exact), kManagedSizeMax);
  EXPECT_TRUE(parse(exact, Kind::Managed));
  EXPECT_TRUE(parse(exact + std::string(10000, ' '), Kind::Managed)) << "white space is free";
  exact.insert(exact.find("s3:") + 3, "b");
  EXPECT_FALSE(parse(exact, Kind::Managed));
}

TEST(WellFormed, IdentityBased) {
  const std::string kDocuments[] = {
      resource(R"(["arn:aws:s3:::example_bucket"])"),
      resource(R"(["arn:aws:s3:::example_bucket","*"])"),
      action(R"("Action":"iam: asdf safdsf af ")"),
      action(R"("Action":"*")"),
      action(R"("Action":"*:*")"),
      action(R"("Action":"fsx:ListBucket")"),
      action(R"("NotAction":["s3:x"])"),
      action(R"("Action":"s3:x","Sid":"")"),
      action(R"("Action":"s3:x","Sid":"dsfsdfsdfsdfsdfsadfsd")"),
      version(
          R"([{"Sid":"","Effect":"Allow","Action":"s3:x","Resource":"*"},{"Sid":"","Effect":"Deny","Action":"s3:y","Resource":"*"}])"),
      resource(R"("arn:aws:iam:::user/example_bucket")"),
      resource(R"("arn:aws:iam::*:user/${aws:username}")"),
      resource(R"("arn:aws:iam::123456789012:*")"),
      resource(R"("arn:aws:s33:::example_bucket")"),
      resource(R"("arn:aws:fdsasf")"),
      resource(R"("arn:*:s3:::b")"),
      resource(R"("arn:aws-us-gov:s3:::b")"),
      resource(R"("arn:aws:cloudwatch:us-east-1::example_bucket")"),
      resource(R"("arn:aws:ec2:region:account-id:instance/*")"),
      resource(R"("arn:aws:invalid-service:us-east-1::example_bucket")"),
      resource(R"(["arn:aws:s3:us-west-2:123456789012:accesspoint/my-access-point",
                   "arn:aws:s3:us-west-2:123456789012:accesspoint/my-access-point/object/*"])"),
      resource(R"("arn:aws:s3:::bucket-name/cognito/${cognito-identity.amazonaws.com:sub}/*")"),
      resource(R"("arn:aws:dynamodb:*:*:table/MyTable")"),
      condition("{}"),
      condition(R"({"DateGreaterThan":{}})"),
      condition(R"({"DateGreaterThan":{"a":[]}})"),
      condition(R"({"a":{}})"),
      condition(R"({"x":{},"y":{}})"),
      condition(R"({"DateGreaterThan":{"a":"01T"}})"),
      condition(R"({"DateLessThan":{"a":"-292275054"}})"),
      condition(R"({"DateLessThanEquals":{"a":"2016-12-13T21:20:37.593194+00:00"}})"),
      condition(R"({"DateLessThanEquals":{"a":"2016-12-13t2:00:00.593194+23"}})"),
      condition(R"({"StringEqualsIfExists":{"a":"asf"}})"),
      condition(R"({"ForAnyValue:StringEqualsIfExists":{"a":"asf"}})"),
      condition(R"({"ForAllValues:StringEquals":{"aws:TagKeys":"Department"}})"),
      condition(R"({"NumericLessThanEquals":{"s3:max-keys":10},"Bool":{"aws:SecureTransport":true}})"),
      R"({"Statement":{"Effect":"Allow","Action":"s3:x","Resource":"*"},"Version":"2012-10-17","Id":"cd3a"})",
  };
  for (const std::string& text : kDocuments) {
    auto document = parse(text, Kind::Managed);
    EXPECT_TRUE(document) << text << " " << document.error().message;
    EXPECT_TRUE(parse(text, Kind::Inline)) << text;
  }
  EXPECT_TRUE(parse(R"({"Statement":{"Effect":"Allow","Action":"s3:x","Resource":"*"}})", Kind::Inline)) << "2008";
}

// The statement of a bucket's policy, with or without some elements.
std::string bucket(const std::string& elements) {
  return with(R"("Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*")" + elements);
}
std::string principal(const std::string& json) {
  return with(R"("Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*",)" + json);
}

TEST(Malformed, BucketPolicies) {
  constexpr const char* kFirstByte = "Policies must be valid JSON and the first byte must be '{'";
  constexpr const char* kBadSyntax = "Invalid policy syntax.";
  constexpr const char* kBadPrincipal = "Invalid principal in policy";
  check(
      Kind::Bucket, "MalformedPolicy",
      {
          {"", kFirstByte, ""},
          {"policy.json", kFirstByte, ""},
          {" " + bucket(""), kFirstByte, ""},
          {"[]", kFirstByte, ""},
          {"{", "This policy contains invalid Json", ""},
          {"{}}", "This policy contains invalid Json", ""},
          {"{}", "Missing required field Statement", "Statement"},
          {R"({"Statement":[]})", "Could not parse the policy: Statement is empty!", "Statement"},
          {R"({"Version":"invalid policy","Statement":[]})", "The policy must contain a valid version string",
           "Version"},
          {R"({"Version":"2012-10-18","Statement":[]})", "The policy must contain a valid version string", "Version"},
          {R"({"Policy":"{}"})", "Unknown field Policy", "Policy"},
          {bucket(R"(,"condition":{})"), "Unknown field condition", "Statement[0].condition"},
          {bucket(R"(,"Sid":1)"), kBadSyntax, "Statement[0].Sid"},
          {bucket(R"(,"Effect":"Deny")"), kBadSyntax, "Statement[0].Effect"},
          {bucket(R"(,"NotAction":"s3:x")"), kBadSyntax, "Statement[0].NotAction"},
          {bucket(R"(,"NotPrincipal":"*")"), kBadSyntax, "Statement[0].NotPrincipal"},
          {version("[1]"), kBadSyntax, "Statement[0]"},
          {with(R"("Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*")"),
           "Missing required field Effect", "Statement[0]"},
          {with(R"("Effect":"hello","Principal":"*","Action":"s3:x","Resource":"arn:aws:s3:::b/*")"),
           "Invalid effect: hello", "Statement[0].Effect"},
          {with(R"("Effect":"allow","Principal":"*","Action":"s3:x","Resource":"arn:aws:s3:::b/*")"),
           "Invalid effect: allow", "Statement[0].Effect"},
          {with(R"("Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*")"),
           "Missing required field Principal", "Statement[0]"},
          {with(R"("Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::b/*")"), "Missing required field Action",
           "Statement[0]"},
          {with(R"("Effect":"Allow","Principal":"*","Action":"s3:GetObject")"), "Missing required field Resource",
           "Statement[0]"},
          {principal(R"("Principal":"arn:aws:iam::123456789012:user/ann")"), kBadSyntax, "Statement[0].Principal"},
          {principal(R"("Principal":["*"])"), kBadSyntax, "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":{}})"), kBadSyntax, "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":"*","AWS":"*"})"), kBadSyntax, "Statement[0].Principal"},
          {principal(R"("Principal":{})"), "Missing required field Principal cannot be empty!",
           "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":[]})"), "Missing required field Principal cannot be empty!",
           "Statement[0].Principal"},
          {principal(R"("Principal":{"*":"*"})"), kBadPrincipal, "Statement[0].Principal"},
          {principal(R"("Principal":{"Aws":"*"})"), kBadPrincipal, "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":"user"})"), kBadPrincipal, "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":"12345678901"})"), kBadPrincipal, "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":"arn:aws:iam::123456789012:user/*"})"), kBadPrincipal,
           "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":"arn:aws:iam::123456789012:group/g"})"), kBadPrincipal,
           "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":"arn:aws:iam::123456789012:user/"})"), kBadPrincipal,
           "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":"arn:aws:sts::123456789012:assumed-role/r"})"), kBadPrincipal,
           "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":"arn:aws:sts::123456789012:assumed-role/r/*"})"), kBadPrincipal,
           "Statement[0].Principal"},
          // Found by the fuzzer: kept as an id and a session, the colon would have parted them elsewhere.
          {principal(R"("Principal":{"AWS":"arn:aws:sts::123456789012:assumed-role/r/a:b"})"), kBadPrincipal,
           "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":"arn:aws:sts::123456789012:assumed-role/r/a/b"})"), kBadPrincipal,
           "Statement[0].Principal"},
          {principal(R"("Principal":{"AWS":"arn:aws:s3:::b"})"), kBadPrincipal, "Statement[0].Principal"},
          {principal(R"("NotPrincipal":{"Service":"*"})"), kBadPrincipal, "Statement[0].NotPrincipal"},
          {principal(R"("Principal":{"Service":"lambda"})"), kBadPrincipal, "Statement[0].Principal"},
          {principal(R"("Principal":{"Federated":"*"})"), kBadPrincipal, "Statement[0].Principal"},
          {principal(R"("Principal":{"CanonicalUser":"79a59df900b949e55d96a1e698fbaced"})"), kBadPrincipal,
           "Statement[0].Principal"},
          {with(
               R"("Effect":"Allow","NotPrincipal":{"AWS":"123456789012"},"Action":"s3:x","Resource":"arn:aws:s3:::b")"),
           "Allow with NotPrincipal is not allowed.", "Statement[0].NotPrincipal"},
          {with(R"("Effect":"Allow","Principal":"*","Action":"invalid_action","Resource":"arn:aws:s3:::b")"),
           "Policy has invalid action", "Statement[0].Action"},
          {with(R"("Effect":"Allow","Principal":"*","Action":"s3:x","Resource":"b/*")"), "Policy has invalid resource",
           "Statement[0].Resource"},
          {bucket(R"(,"Condition":{"StringEqual":{"a":"b"}})"), "Invalid Condition type : StringEqual",
           "Statement[0].Condition"},
          {bucket(R"(,"Condition":{"DateLessThan":{"a":"b"}})"), kBadSyntax, "Statement[0].Condition.DateLessThan.a"},
          {version(R"([{"Sid":"a","Effect":"Deny","Principal":"*","Action":"s3:x","Resource":"arn:aws:s3:::b"},
                       {"Sid":"a","Effect":"Deny","Principal":"*","Action":"s3:x","Resource":"arn:aws:s3:::b"}])"),
           "The Statement Ids in the policy are not unique", "Statement[1].Sid"},
          {bucket(fmt::format(R"(,"Sid":"{}")", std::string(kResourceSizeMax, 'a'))),
           "Policy exceeds the maximum allowed document size.", ""},
      });
}

TEST(WellFormed, ResourceBased) {
  const std::string kDocuments[] = {
      bucket(""),
      bucket(R"(,"Sid":"with spaces, as S3 allows")"),
      bucket(R"(,"Condition":{"IpAddress":{"aws:SourceIp":["192.0.2.0/24"]}})"),
      R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}})",
      R"({"Version":"2008-10-17","Id":"x","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}})",
      principal(R"("Principal":{"AWS":["123456789012","arn:aws:iam::123456789012:root","*"]})"),
      principal(
          R"("Principal":{"AWS":["arn:aws:iam::123456789012:user/team/ann","arn:aws:iam::123456789012:role/r"]})"),
      principal(R"("Principal":{"AWS":["AIDACKCEVSQ6C2EXAMPLE","AROADBQP57FF2AEXAMPLE","AROADBQP57FF2AEXAMPLE:s"]})"),
      principal(R"("Principal":{"AWS":"arn:aws:sts::123456789012:assumed-role/role-name/session"})"),
      principal(R"("Principal":{"AWS":"arn:aws:sts::123456789012:federated-user/user-name"})"),
      principal(R"("Principal":{"Service":["ecs.amazonaws.com","elasticloadbalancing.amazonaws.com"]})"),
      principal(R"("Principal":{"Federated":["graph.facebook.com","arn:aws:iam::123456789012:saml-provider/p"]})"),
      principal(
          R"("Principal":{"AWS":"999999999999","CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"})"),
      principal(R"("NotPrincipal":{"AWS":"arn:aws:iam::444455556666:user/Bob"})"),
  };
  for (const std::string& text : kDocuments) {
    for (Kind kind : {Kind::Bucket, Kind::Resource}) {
      auto document = parse(text, kind);
      EXPECT_TRUE(document) << text << " " << document.error().message;
    }
  }
  EXPECT_TRUE(parse(with(R"("Effect":"Allow","NotPrincipal":{"AWS":"123456789012"},"Action":"sqs:*","Resource":"*")"),
                    Kind::Resource));
}

std::string trust(const std::string& elements) {
  return with(R"("Effect":"Allow","Action":"sts:AssumeRole",)" + elements);
}

TEST(Malformed, TrustPolicies) {
  constexpr const char* kBadSyntax = "Syntax error in policy.";
  check(Kind::Trust, "MalformedPolicyDocument",
        {
            {"x", "This policy contains invalid Json", ""},
            {"[]", "This policy contains invalid Json", ""},
            {R"({"Version":"2011-10-17","Statement":[]})", "The policy must contain a valid version string", "Version"},
            {R"({"Version":"2012-10-17","Statement":[]})", "Could not parse the policy: Statement is empty!",
             "Statement"},
            {R"({"Version":"2012-10-17"})", "Missing required field Statement", "Statement"},
            {with(R"("Action":"sts:AssumeRole","Principal":{"AWS":"*"})"), "Missing required field Effect",
             "Statement[0]"},
            {with(R"("Effect":"Maybe","Action":"sts:AssumeRole","Principal":{"AWS":"*"})"), "Invalid effect: Maybe",
             "Statement[0].Effect"},
            {with(R"("Effect":"Allow","Action":"sts:AssumeRole")"), "Missing required field Principal", "Statement[0]"},
            {trust(R"("Principal":{})"), "Missing required field Principal cannot be empty!", "Statement[0].Principal"},
            {trust(R"("Principal":"*")"), "Principal must be a JSON object.", "Statement[0].Principal"},
            {trust(R"("Principal":"arn:aws:iam::123456789012:root")"), "Principal must be a JSON object.",
             "Statement[0].Principal"},
            {trust(R"("Principal":[])"), kBadSyntax, "Statement[0].Principal"},
            {trust(R"("Principal":{"AWS":"nobody"})"), R"(Invalid principal in policy: "AWS":"nobody")",
             "Statement[0].Principal"},
            {trust(R"("Principal":{"Service":""})"), R"(Invalid principal in policy: "SERVICE":"")",
             "Statement[0].Principal"},
            {trust(R"("Principal":{"Person":"*"})"), R"(Invalid principal in policy: "Person")",
             "Statement[0].Principal"},
            {trust(R"("NotPrincipal":{"AWS":"*"})"), "Allow with NotPrincipal is not allowed.",
             "Statement[0].NotPrincipal"},
            {with(R"("Effect":"Deny","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"*"})"),
             "AssumeRole policy must not contain NotPrincipal field.", "Statement[0].NotPrincipal"},
            {with(R"("Effect":"Allow","Principal":{"AWS":"*"})"), "Missing required field Action", "Statement[0]"},
            {with(R"("Effect":"Allow","Principal":{"AWS":"*"},"Action":"*")"),
             "AssumeRole policy may only specify STS AssumeRole actions.", "Statement[0].Action"},
            {with(R"("Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole","s3:GetObject"])"),
             "AssumeRole policy may only specify STS AssumeRole actions.", "Statement[0].Action"},
            {trust(R"("Principal":{"AWS":"*"},"Resource":"*")"), "Has prohibited field Resource",
             "Statement[0].Resource"},
            {trust(R"("Principal":{"AWS":"*"},"NotResource":"*")"), "AssumeRole policy must not contain resources.",
             "Statement[0].NotResource"},
            {trust(R"("Principal":{"AWS":"*"},"NotAction":"sts:x")"), kBadSyntax, "Statement[0].NotAction"},
            {trust(R"("Principal":{"AWS":"*"},"Condition":{"x":{"a":"b"}})"), kBadSyntax, "Statement[0].Condition"},
            {trust(R"("Principal":{"AWS":"*"},"Condition":{"Bool":{"a":"b"}})"), kBadSyntax,
             "Statement[0].Condition.Bool.a"},
            {version(R"([{"Sid":"a","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"},
                       {"Sid":"a","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}])"),
             "The Statement Ids in the policy are not unique", "Statement[1].Sid"},
        });
  std::string long_one = trust(fmt::format(R"("Principal":{{"AWS":"*"}},"Sid":"{}")", std::string(kTrustSizeMax, 'a')));
  check(Kind::Trust, "LimitExceeded", {{long_one, "Cannot exceed quota for ACLSizePerRole: 2048", ""}});
  EXPECT_TRUE(parse(trust(R"("Principal":{"Service":"lambda.amazonaws.com"})"), Kind::Trust));
  EXPECT_TRUE(parse(trust(R"("Principal":{"AWS":"123456789012"},"Condition":{"StringEquals":{"sts:ExternalId":"x"}})"),
                    Kind::Trust));
}

TEST(Parse, KeepsWhatWasWritten) {
  std::string text = version(
      R"([{"Sid":"One","Effect":"Deny","NotAction":["s3:Get*","iam:*"],"NotResource":"arn:aws:s3:::b","Condition":{"Bool":{"k":[true,"false"]},"NumericLessThan":{"n":1.50}}}, {"Effect":"Allow","Action":"*","Resource":"*"}])");
  auto document = parse(text, Kind::Managed);
  ASSERT_TRUE(document);
  ASSERT_EQ(document->statements.size(), 2u);
  const StatementText& first = document->statements[0];
  EXPECT_EQ(first.sid, "One");
  EXPECT_EQ(first.effect, Effect::Deny);
  EXPECT_TRUE(first.not_action && first.not_resource);
  EXPECT_EQ(first.actions, (std::vector<std::string>{"s3:Get*", "iam:*"}));
  ASSERT_EQ(first.conditions.size(), 2u);
  EXPECT_EQ(first.conditions[0].values, (std::vector<std::string>{"true", "false"}));
  EXPECT_EQ(first.conditions[1].values, (std::vector<std::string>{"1.50"}));
  const StatementText& second = document->statements[1];
  EXPECT_EQ(text.substr(second.begin, second.end - second.begin), R"({"Effect":"Allow","Action":"*","Resource":"*"})");
}

}  // namespace
}  // namespace skerry::iam::policy
