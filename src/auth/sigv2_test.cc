#include "auth/sigv2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/auth_test_support.h"
#include "base/bytes.h"

namespace skerry::auth {
namespace {

class Sigv2 : public testing::Test {
 protected:
  AuthResult authenticate(const net::Request& request, std::string_view date, AuthOptions options = {}) {
    FixedClock clock("20070327T000000Z");
    clock.advance(*parse_http_time(date) - clock.now());
    Authenticator authenticator(credentials_, clock, options);
    Expectation expected{.services = kS3, .virtual_bucket = bucket_};
    return *authenticator.try_authenticate(request, expected);
  }
  // AWS's documented examples: bucket johnsmith, by its own host.
  void expect_signed(std::string method, std::string target, std::string date, std::string_view signature,
                     std::initializer_list<net::Headers::Field> headers = {}) {
    net::Request request = make_request(std::move(method), std::move(target), "johnsmith.s3.amazonaws.com", headers);
    request.headers.add("date", date);
    request.headers.add("authorization", fmt::format("AWS AKIAIOSFODNN7EXAMPLE:{}", signature));
    auto who = authenticate(request, date);
    EXPECT_TRUE(who) << field(who.error(), "StringToSign");
    if (!who) return;
    EXPECT_EQ(who->kind, AuthKind::Header);
    EXPECT_EQ(who->version, SignatureVersion::V2);
    request.headers.set("authorization", "AWS AKIAIOSFODNN7EXAMPLE:AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    EXPECT_EQ(authenticate(request, date).error().errc, AuthErrc::SignatureMismatch);
  }
  static net::Request presigned() {
    return make_request(
        "GET",
        "/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&"
        "Expires=1175139620",
        "johnsmith.s3.amazonaws.com");
  }

  MapCredentials credentials_;
  std::string bucket_ = "johnsmith";
};

TEST_F(Sigv2, AwsExampleGet) {
  expect_signed("GET", "/photos/puppy.jpg", "Tue, 27 Mar 2007 19:36:42 +0000", "bWq2s1WEIj+Ydj0vQ697zp+IXMU=");
}

TEST_F(Sigv2, AwsExamplePut) {
  expect_signed("PUT", "/photos/puppy.jpg", "Tue, 27 Mar 2007 21:15:45 +0000",
                "MyyxeRY7whkBe+bq8fHCL/2kKUg=", {{"content-type", "image/jpeg"}, {"content-length", "94328"}});
}

TEST_F(Sigv2, AwsExampleList) {
  expect_signed("GET", "/?prefix=photos&max-keys=50&marker=puppy", "Tue, 27 Mar 2007 19:42:41 +0000",
                "htDYFYduRNen8P9ZfE/s9SuKy0U=");
}

TEST_F(Sigv2, AwsExampleFetchAcl) {
  expect_signed("GET", "/?acl", "Tue, 27 Mar 2007 19:44:46 +0000", "c2WLPFtWHVgbEmeEG93a4cG37dM=");
}

TEST_F(Sigv2, AwsExampleListBuckets) {
  bucket_ = "";
  expect_signed("GET", "/", "Wed, 28 Mar 2007 01:29:59 +0000", "qGdzdERIC03wnaRNKh6OqZehG9s=");
}

TEST_F(Sigv2, AwsExampleUnicodeKey) {
  bucket_ = "";
  expect_signed("GET", "/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re", "Wed, 28 Mar 2007 01:49:49 +0000",
                "DNEZGsoieTZ92F3bUfSPQcbGmlM=");
}

TEST_F(Sigv2, AwsExampleUpload) {
  bucket_ = "static.johnsmith.net";
  expect_signed("PUT", "/db-backup.dat.gz", "Tue, 27 Mar 2007 21:06:08 +0000", "ilyl83RwaSoYIEdixDQcA4OnAnc=",
                {{"user-agent", "curl/7.15.5"},
                 {"x-amz-acl", "public-read"},
                 {"content-type", "application/x-download"},
                 {"content-md5", "4gJE4saaMU4BqNR0kLY+lw=="},
                 {"x-amz-meta-reviewedby", "joe@johnsmith.net"},
                 {"x-amz-meta-reviewedby", "jane@johnsmith.net"},
                 {"x-amz-meta-filechecksum", "0x02661779"},
                 {"x-amz-meta-checksumalgorithm", "crc32"}});
}

TEST_F(Sigv2, AwsExamplePresigned) {
  auto who = authenticate(presigned(), "Thu, 29 Mar 2007 03:40:20 GMT");  // 1175139620
  ASSERT_TRUE(who) << field(who.error(), "StringToSign");
  EXPECT_EQ(who->kind, AuthKind::Query);
  auto late = authenticate(presigned(), "Thu, 29 Mar 2007 03:40:21 GMT");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "AccessDenied");
  EXPECT_EQ(late.error().message, "Request has expired");
  EXPECT_EQ(field(late.error(), "Expires"), "2007-03-29T03:40:20Z");
  EXPECT_EQ(field(late.error(), "ServerTime"), "2007-03-29T03:40:21Z");
}

TEST_F(Sigv2, PresignedHeadersMayBeParameters) {
  // As botocore presigns an upload with an ACL and a type.
  std::string to_sign = "PUT\n\ntext/plain\n1175139620\nx-amz-acl:private\nx-amz-security-token:t\n/johnsmith/k?acl";
  credentials_.add(kTestKeyId, kTestSecret, "t");
  std::string signature = base64(hmac_sha1(kTestSecret, to_sign));
  std::string encoded;
  append_uri_encoded(encoded, signature, Slash::Encode);
  net::Request request = make_request("PUT",
                                      "/k?acl&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&content-type=text%2Fplain&x-amz-acl="
                                      "private&x-amz-security-token=t&Expires=1175139620&Signature=" +
                                          encoded,
                                      "johnsmith.s3.amazonaws.com");
  auto who = authenticate(request, "Thu, 29 Mar 2007 03:00:00 GMT");
  EXPECT_TRUE(who) << field(who.error(), "StringToSign");
}

TEST_F(Sigv2, PresignedHeadersAreUsuallySentToo) {
  std::string encoded;
  append_uri_encoded(encoded, base64(hmac_sha1(kTestSecret, "PUT\n\n\n1175139620\nx-amz-meta-a:b c\n/johnsmith/k")),
                     Slash::Encode);
  net::Request request = make_request(
      "PUT", "/k?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&x-amz-meta-a=b%20c&Expires=1175139620&Signature=" + encoded,
      "johnsmith.s3.amazonaws.com", {{"x-amz-meta-a", "b c"}});
  EXPECT_TRUE(authenticate(request, "Thu, 29 Mar 2007 03:00:00 GMT"));
  request.headers.set("x-amz-meta-a", "other");
  EXPECT_FALSE(authenticate(request, "Thu, 29 Mar 2007 03:00:00 GMT"));
}

TEST_F(Sigv2, BotocoreSignsABucketsPathWithASlash) {
  bucket_ = "";
  for (std::string_view path : {"/bucket", "/bucket/"}) {
    std::string date = "Tue, 27 Mar 2007 19:36:42 GMT";
    net::Request request = make_request("GET", "/bucket", "127.0.0.1:4566", {{"date", date}});
    request.headers.add("authorization",
                        fmt::format("AWS AKIAIOSFODNN7EXAMPLE:{}",
                                    base64(hmac_sha1(kTestSecret, fmt::format("GET\n\n\n{}\n{}", date, path)))));
    EXPECT_TRUE(authenticate(request, date)) << path;
    request.target = "/bucket/key";
    EXPECT_FALSE(authenticate(request, date));
  }
}

TEST_F(Sigv2, Errors) {
  net::Request request = presigned();
  constexpr std::string_view kNow = "Thu, 29 Mar 2007 03:00:00 GMT";
  auto refused = authenticate(request, kNow, {.allow_sigv2 = false});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "InvalidRequest");
  EXPECT_EQ(refused.error().message,
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
  request.target = "/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=x";
  refused = authenticate(request, kNow);
  EXPECT_EQ(refused.error().code, "AccessDenied");
  EXPECT_EQ(refused.error().message,
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
  request.target += "&Expires=soon";
  EXPECT_EQ(authenticate(request, kNow).error().message, "Invalid date (should be seconds since epoch): soon");
  request = make_request("GET", "/k", "h", {{"authorization", "AWS nocolon"}});
  EXPECT_EQ(authenticate(request, kNow).error().code, "InvalidArgument");
  request = make_request("GET", "/k", "h", {{"authorization", "AWS a:b"}});
  EXPECT_EQ(authenticate(request, kNow).error().message,
            "AWS authentication requires a valid Date or x-amz-date header");
  request.headers.add("date", "Thu, 29 Mar 2007 02:44:59 GMT");
  auto skewed = authenticate(request, kNow);
  EXPECT_EQ(skewed.error().code, "RequestTimeTooSkewed");
  EXPECT_EQ(field(skewed.error(), "RequestTime"), "Thu, 29 Mar 2007 02:44:59 GMT");
  request.headers.set("date", std::string(kNow));
  EXPECT_EQ(authenticate(request, kNow).error().code, "InvalidAccessKeyId");
  request.headers.set("authorization", "AWS AKIAIOSFODNN7EXAMPLE:b");
  auto mismatch = authenticate(request, kNow);
  std::vector<std::string> names;
  for (const auto& [name, value] : mismatch.error().fields) names.push_back(name);
  EXPECT_THAT(names, testing::ElementsAre("AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"));
  EXPECT_EQ(field(mismatch.error(), "StringToSign"), "GET\n\n\nThu, 29 Mar 2007 03:00:00 GMT\n/johnsmith/k");
}

}  // namespace
}  // namespace skerry::auth
