#include "auth/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/auth_test_support.h"
#include "auth/sign_request.h"

namespace skerry::auth {
namespace {

constexpr std::string_view kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kScope = "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";

class Sigv4 : public testing::Test {
 protected:
  AuthResult authenticate(const net::Request& request) {
    auto result = authenticator_.try_authenticate(request, expected_);
    EXPECT_TRUE(result) << "the credential is at hand";
    return std::move(*result);
  }
  AuthError refused(const net::Request& request) {
    auto result = authenticate(request);
    EXPECT_FALSE(result) << "the request was let through";
    return result ? auth_error(ErrorFamily::S3, AuthErrc::MissingAuthentication, "not refused") : result.error();
  }
  void expect_s3_error(const net::Request& request, std::string_view code, int status, std::string_view message) {
    AuthError error = refused(request);
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.status, status);
    EXPECT_EQ(error.message, message);
  }
  // AWS's documented example bucket, one header-signed request.
  static net::Request example(std::string method, std::string target, std::string_view signed_headers,
                              std::string_view signature, std::initializer_list<net::Headers::Field> headers = {},
                              std::string_view payload = kEmpty) {
    net::Request request =
        make_request(std::move(method), std::move(target), "examplebucket.s3.amazonaws.com", headers);
    request.headers.set("x-amz-date", "20130524T000000Z");
    request.headers.set("x-amz-content-sha256", std::string(payload));
    request.headers.set("authorization", fmt::format("AWS4-HMAC-SHA256 {},SignedHeaders={},Signature={}", kScope,
                                                     signed_headers, signature));
    return request;
  }
  static net::Request good() {
    return example("GET", "/?lifecycle", "host;x-amz-content-sha256;x-amz-date",
                   "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  }
  static net::Request presigned() {
    return make_request("GET",
                        "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
                        "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
                        "X-Amz-SignedHeaders=host&"
                        "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
                        "examplebucket.s3.amazonaws.com");
  }
  // `text` with the first `from` replaced.
  static std::string with(std::string text, std::string_view from, std::string_view to) {
    auto at = text.find(from);
    EXPECT_NE(at, text.npos) << from;
    return text.replace(at, from.size(), to);
  }

  FixedClock clock_{"20130524T000000Z"};
  MapCredentials credentials_;
  Authenticator authenticator_{credentials_, clock_};
  Expectation expected_{.services = kS3, .region = "us-east-1"};
};

TEST_F(Sigv4, AwsExampleGetObject) {
  auto who = authenticate(example("GET", "/test.txt", "host;range;x-amz-content-sha256;x-amz-date",
                                  "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
                                  {{"range", "bytes=0-9"}}));
  ASSERT_TRUE(who) << who.error().message;
  EXPECT_EQ(who->kind, AuthKind::Header);
  EXPECT_EQ(who->log_name(), "AuthHeader");
  EXPECT_EQ(who->version, SignatureVersion::V4);
  EXPECT_EQ(who->region, "us-east-1");
  EXPECT_EQ(who->service, "s3");
  EXPECT_EQ(who->signed_at, clock_.now());
  EXPECT_EQ(who->payload, PayloadMode::Literal);
  EXPECT_EQ(view(who->payload_sha256), kEmpty);
  EXPECT_EQ(who->credential->account_id, "111122223333");
}

TEST_F(Sigv4, AwsExamplePutObject) {
  EXPECT_TRUE(
      authenticate(example("PUT", "/test$file.text", "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                           "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
                           {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                           "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")));
}

TEST_F(Sigv4, AwsExampleGetLifecycle) { EXPECT_TRUE(authenticate(good())); }

TEST_F(Sigv4, AwsExampleListObjects) {
  EXPECT_TRUE(authenticate(example("GET", "/?max-keys=2&prefix=J", "host;x-amz-content-sha256;x-amz-date",
                                   "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")));
}

TEST_F(Sigv4, AwsExamplePresigned) {
  auto who = authenticate(presigned());
  ASSERT_TRUE(who) << who.error().message;
  EXPECT_EQ(who->kind, AuthKind::Query);
  EXPECT_EQ(who->log_name(), "QueryString");
  EXPECT_EQ(who->payload, PayloadMode::Plain);
}

TEST_F(Sigv4, WaitsForACredentialThatIsNotAtHand) {
  credentials_.only_by_waiting();
  net::Request request = good();
  EXPECT_FALSE(authenticator_.try_authenticate(request, expected_));
  SimExecutor sim;
  auto who = sim.run(authenticator_.authenticate(request, expected_));
  EXPECT_TRUE(who);
  EXPECT_EQ(credentials_.waited(), 1);
}

TEST_F(Sigv4, AReplacedSecretIsNotRemembered) {
  EXPECT_TRUE(authenticate(good()));
  credentials_.add(kTestKeyId, "another secret");
  EXPECT_EQ(refused(good()).errc, AuthErrc::SignatureMismatch);
  credentials_.add(kTestKeyId, kTestSecret);
  EXPECT_TRUE(authenticate(good()));
}

TEST_F(Sigv4, KeysAreDerivedOnceForEachScope) {
  SigningKeys keys;
  auto key = [&](std::string_view secret, std::string_view date, std::string_view region, std::string_view service) {
    return keys.get(kTestKeyId, secret, {date, region, service});
  };
  auto first = key(kTestSecret, "20130524", "us-east-1", "s3");
  EXPECT_EQ(key(kTestSecret, "20130524", "us-east-1", "s3"), first) << "kept, not derived anew";
  EXPECT_NE(key("another", "20130524", "us-east-1", "s3"), first);
  EXPECT_NE(key(kTestSecret, "20130525", "us-east-1", "s3"), first);
  EXPECT_NE(key(kTestSecret, "20130524", "us-west-1", "s3"), first);
  EXPECT_NE(key(kTestSecret, "20130524", "us-east-1", "sts"), first);
}

TEST_F(Sigv4, AnonymousIsForPoliciesToJudge) {
  auto who = authenticate(make_request("GET", "/key", "b.s3.amazonaws.com"));
  ASSERT_TRUE(who);
  EXPECT_EQ(who->kind, AuthKind::Anonymous);
  EXPECT_EQ(who->log_name(), "-");
  EXPECT_EQ(who->credential, nullptr);
}

TEST_F(Sigv4, MismatchShowsWhatTheServerSigned) {
  net::Request request = good();
  request.target = "/?lifecycle&x=1";
  AuthError error = refused(request);
  EXPECT_EQ(error.code, "SignatureDoesNotMatch");
  EXPECT_EQ(error.status, 403);
  EXPECT_EQ(error.message,
            "The request signature we calculated does not match the signature you provided. Check your key and signing "
            "method.");
  std::vector<std::string> names;
  for (const auto& [name, value] : error.fields) names.push_back(name);
  EXPECT_THAT(names, testing::ElementsAre("AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes",
                                          "CanonicalRequest", "CanonicalRequestBytes"));
  EXPECT_EQ(field(error, "AWSAccessKeyId"), kTestKeyId);
  EXPECT_EQ(field(error, "SignatureProvided"), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(field(error, "CanonicalRequest"),
            "GET\n/\nlifecycle=&x=1\nhost:examplebucket.s3.amazonaws.com\nx-amz-content-sha256:" + std::string(kEmpty) +
                "\nx-amz-date:20130524T000000Z\n\nhost;x-amz-content-sha256;x-amz-date\n" + std::string(kEmpty));
  EXPECT_TRUE(field(error, "CanonicalRequestBytes").starts_with("47 45 54 0a 2f 0a"));
  EXPECT_TRUE(field(error, "StringToSign").starts_with("AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/"));
  EXPECT_TRUE(field(error, "StringToSignBytes").starts_with("41 57 53 34 2d"));
}

TEST_F(Sigv4, EveryAmzHeaderHasToBeSigned) {
  net::Request request = good();
  request.headers.add("x-amz-acl", "public-read");
  request.headers.add("x-amz-meta-a", "1");
  AuthError error = refused(request);
  EXPECT_EQ(error.code, "AccessDenied");
  EXPECT_EQ(error.status, 403);
  EXPECT_EQ(error.message, "There were headers present in the request which were not signed");
  EXPECT_EQ(field(error, "HeadersNotSigned"), "x-amz-acl, x-amz-meta-a");
  // Neither in a presigned request.
  request = presigned();
  request.headers.add("x-amz-acl", "public-read");
  EXPECT_EQ(field(refused(request), "HeadersNotSigned"), "x-amz-acl");
  request = example("GET", "/", "x-amz-content-sha256;x-amz-date", "00");
  EXPECT_EQ(field(refused(request), "HeadersNotSigned"), "host");
}

TEST_F(Sigv4, ClockSkew) {
  for (auto minutes : {14, -14, 15, -15}) {
    clock_.set("20130524T000000Z");
    clock_.advance(seconds(60 * minutes));
    EXPECT_TRUE(authenticate(good())) << minutes;
  }
  clock_.set("20130524T001501Z");
  AuthError error = refused(good());
  EXPECT_EQ(error.code, "RequestTimeTooSkewed");
  EXPECT_EQ(error.status, 403);
  EXPECT_EQ(error.message, "The difference between the request time and the current time is too large.");
  EXPECT_EQ(field(error, "RequestTime"), "20130524T000000Z");
  EXPECT_EQ(field(error, "ServerTime"), "2013-05-24T00:15:01Z");
  EXPECT_EQ(field(error, "MaxAllowedSkewMilliseconds"), "900000");
  clock_.set("20130523T234459Z");
  EXPECT_EQ(refused(good()).code, "RequestTimeTooSkewed");
}

TEST_F(Sigv4, PresignedEndsAndBegins) {
  clock_.set("20130525T000000Z");
  EXPECT_TRUE(authenticate(presigned()));
  clock_.set("20130525T000001Z");
  AuthError error = refused(presigned());
  EXPECT_EQ(error.code, "AccessDenied");
  EXPECT_EQ(error.status, 403);
  EXPECT_EQ(error.message, "Request has expired");
  EXPECT_EQ(field(error, "X-Amz-Expires"), "86400");
  EXPECT_EQ(field(error, "Expires"), "2013-05-25T00:00:00Z");
  EXPECT_EQ(field(error, "ServerTime"), "2013-05-25T00:00:01Z");
  clock_.set("20130523T234459Z");
  EXPECT_EQ(refused(presigned()).message, "Request is not yet valid");
}

TEST_F(Sigv4, MalformedHeaders) {
  struct Case {
    std::string_view from, to, code, message;
    int status = 400;
  };
  constexpr std::string_view kMalformed = "AuthorizationHeaderMalformed";
  for (const Case& c : std::initializer_list<Case>{
           {"us-east-1", "eu-west-1", kMalformed,
            "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'"},
           {"/s3/", "/ec2/", kMalformed,
            "The authorization header is malformed; incorrect service \"ec2\". This endpoint belongs to \"s3\"."},
           {"aws4_request", "aws5_request", kMalformed,
            "The authorization header is malformed; incorrect terminal \"aws5_request\". This endpoint uses "
            "\"aws4_request\"."},
           {"20130524/", "2013-05-24/", kMalformed,
            "The authorization header is malformed; incorrect date format \"2013-05-24\". This date in the credential "
            "must "
            "be in the format \"yyyyMMdd\"."},
           {"20130524/", "20130525/", kMalformed,
            "The authorization header is malformed; Invalid credential date \"20130525\". This date is not the same as "
            "X-Amz-Date: \"20130524\"."},
           {"/us-east-1", "", kMalformed,
            "The authorization header is malformed; the Credential is mal-formed; expecting "
            "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."},
           {"AKIAIOSFODNN7EXAMPLE", "", kMalformed,
            "The authorization header is malformed; a non-empty Access Key (AKID) must be provided in the credential."},
           {"Credential=", "Credentials=", kMalformed,
            "The authorization header is malformed; the authorization component "
            "\"Credentials=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request\" is malformed."},
           {"Signature=", "Signature=,", kMalformed,
            "The authorization header is malformed; the authorization component "
            "\"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543\" is malformed."},
           {"SignedHeaders=host;x-amz-content-sha256;x-amz-date,", "", kMalformed,
            "The authorization header is malformed; missing SignedHeaders."},
           {"AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "NotImplemented",
            "AWS4-ECDSA-P256-SHA256 (SigV4A) signatures are not implemented. Use AWS4-HMAC-SHA256.", 501},
           {"AWS4-HMAC-SHA256", "Bearer", "InvalidArgument", "Unsupported Authorization Type"},
           {"AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLF", "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.", 403}}) {
    net::Request request = good();
    request.headers.set("authorization", with(std::string(request.headers.get("authorization")), c.from, c.to));
    expect_s3_error(request, c.code, c.status, c.message);
  }
  net::Request request = good();
  request.headers.set("authorization", "AWS4-HMAC-SHA256");
  expect_s3_error(request, "InvalidArgument", 400,
                  "Authorization header is invalid -- one and only one ' ' (space) required.");
}

TEST_F(Sigv4, WrongRegionNamesTheRightOne) {
  expected_.region = "eu-west-1";
  EXPECT_EQ(field(refused(good()), "Region"), "eu-west-1");
  expected_.region = "";
  auto who = authenticate(good());
  ASSERT_TRUE(who) << "any region is welcome where none is expected";
  AuthError later = wrong_region(*who, "eu-west-1");
  EXPECT_EQ(later.code, "AuthorizationHeaderMalformed");
  EXPECT_EQ(later.message,
            "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'");
}

TEST_F(Sigv4, DatesAndHashesThatAreMissing) {
  net::Request request = good();
  request.headers.remove("x-amz-date");
  expect_s3_error(request, "AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header");
  request = good();
  request.headers.remove("x-amz-content-sha256");
  expect_s3_error(request, "InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256");
  request = good();
  request.headers.set("x-amz-content-sha256", "abc");
  AuthError error = refused(request);
  EXPECT_EQ(error.code, "InvalidArgument");
  EXPECT_EQ(field(error, "ArgumentName"), "x-amz-content-sha256");
  EXPECT_EQ(field(error, "ArgumentValue"), "abc");
  request = good();
  request.headers.set("x-amz-content-sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD");
  EXPECT_EQ(refused(request).status, 501);
}

TEST_F(Sigv4, MalformedQueries) {
  constexpr std::string_view kMissing =
      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
      "X-Amz-Date, "
      "X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
  constexpr std::string_view kWeek =
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 "
      "seconds";
  struct Case {
    std::string_view from, to, message;
  };
  for (
      const Case& c : std::initializer_list<Case>{
          {"X-Amz-Algorithm=AWS4-HMAC-SHA256&", "", kMissing},
          {"X-Amz-Date=20130524T000000Z&", "", kMissing},
          {"X-Amz-Expires=86400&", "", kMissing},
          {"&X-Amz-SignedHeaders=host", "", kMissing},
          {"&X-Amz-Signature=", "&X-Amz-Signaturf=", kMissing},
          {"X-Amz-Expires=86400", "X-Amz-Expires=86400&X-Amz-Expires=1", kMissing},
          {"=86400", "=604801", kWeek},
          {"=86400", "=99999999999999999999", kWeek},
          {"=86400", "=-1", "X-Amz-Expires must be non-negative"},
          {"=86400", "=1d", "X-Amz-Expires should be a number"},
          {"=86400", "=", "X-Amz-Expires should be a number"},
          {"HMAC-SHA256", "HMAC-SHA1",
           R"(X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256")"},
          {"20130524T000000Z", "2013-05-24", R"(X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'")"},
          {"20130524T000000Z", "20130525T000000Z",
           "Invalid credential date \"20130524\". This date is not the same as X-Amz-Date: \"20130525\"."},
          {"%2Fs3", "%2Fec2",
           "Error parsing the X-Amz-Credential parameter; incorrect service \"ec2\". This endpoint belongs to \"s3\"."},
          {"us-east-1", "us-west-2",
           "Error parsing the X-Amz-Credential parameter; the region 'us-west-2' is wrong; expecting 'us-east-1'"},
          {"%2Fus-east-1", "",
           "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
           "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."}}) {
    net::Request request = presigned();
    request.target = with(request.target, c.from, c.to);
    expect_s3_error(request, "AuthorizationQueryParametersError", 400, c.message);
  }
}

TEST_F(Sigv4, OneMechanismAtATime) {
  net::Request request = presigned();
  request.headers.add("authorization", "AWS a:b");
  AuthError error = refused(request);
  EXPECT_EQ(error.code, "InvalidArgument");
  EXPECT_EQ(
      error.message,
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter "
      "or the Authorization header should be specified");
  EXPECT_EQ(field(error, "ArgumentName"), "Authorization");
  EXPECT_EQ(field(error, "ArgumentValue"), "AWS a:b");
}

TEST_F(Sigv4, SessionTokens) {
  credentials_.add("ASIAEXAMPLE", "secret", "the-token");
  Signer signer{.access_key_id = "ASIAEXAMPLE", .secret = "secret", .session_token = "the-token"};
  auto make = [&] {
    net::Request request = make_request("GET", "/k", "b.s3.amazonaws.com");
    sign_request(request, signer, clock_.now(), "UNSIGNED-PAYLOAD");
    return request;
  };
  auto make_presigned = [&] {
    net::Request request = make_request("GET", "/k", "b.s3.amazonaws.com");
    presign_request(request, signer, clock_.now(), seconds(60));
    return request;
  };
  EXPECT_TRUE(authenticate(make()));
  EXPECT_TRUE(authenticate(make_presigned()));
  credentials_.expire_tokens();
  expect_s3_error(make(), "ExpiredToken", 400, "The provided token has expired.");
  EXPECT_EQ(field(refused(make_presigned()), "Token-0"), "the-token");
  signer.session_token = "other";
  expect_s3_error(make(), "InvalidToken", 400, "The provided token is malformed or otherwise invalid.");
}

TEST_F(Sigv4, WhatOneSidesSignsTheOtherAccepts) {
  for (std::string target :
       {"/", "/a%20b", "/a//b/../c/", "/%2B+?x", "/k?b=2&a=1&a=0&&c", "/%e2%82%ac?q=%7e", "/a%2Fb", "/%zz?%=%"}) {
    net::Request request = make_request("PUT", target, "127.0.0.1:4566", {{"content-type", " text/plain;  a=b "}}, 3);
    request.headers.add("x-amz-meta-a", "one");
    request.headers.add("x-amz-meta-a", "  two   words ");
    Signer signer{std::string(kTestKeyId), std::string(kTestSecret)};
    net::Request other = request;
    sign_request(request, signer, clock_.now(), hex_sha256("abc"));
    EXPECT_TRUE(authenticate(request)) << target;
    request.method = "POST";
    EXPECT_EQ(refused(request).errc, AuthErrc::SignatureMismatch);
    presign_request(other, signer, clock_.now(), seconds(60));
    EXPECT_TRUE(authenticate(other)) << target;
    other.host = "127.0.0.1:4567";
    EXPECT_EQ(refused(other).errc, AuthErrc::SignatureMismatch);
  }
}

TEST_F(Sigv4, UnframedBodiesOfPresignedRequestsMayStillBeFramed) {
  Signer signer{std::string(kTestKeyId), std::string(kTestSecret)};
  net::Request request = make_request("PUT", "/k?X-Amz-Content-Sha256=UNSIGNED-PAYLOAD", "b.s3.amazonaws.com", {}, 9);
  request.headers.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  presign_request(request, signer, clock_.now(), seconds(60));
  auto who = authenticate(request);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->payload, PayloadMode::Unsigned);

  request = make_request("PUT", "/k", "b.s3.amazonaws.com", {{"content-encoding", "aws-chunked"}}, 9);
  sign_request(request, signer, clock_.now(), "UNSIGNED-PAYLOAD");
  AuthError error = refused(request);
  EXPECT_EQ(error.message,
            "aws-chunked encoding is not supported when x-amz-content-sha256 UNSIGNED-PAYLOAD is supplied.");
  EXPECT_EQ(field(error, "ArgumentName"), "Content-Encoding");
}

class OtherServices : public Sigv4 {
 protected:
  OtherServices() {
    expected_ = {.family = ErrorFamily::Query, .services = kSts};
    signer_.service = "sts";
  }
  net::Request signed_post(std::string body) {
    net::Request request = make_request("POST", "/a/../", "sts.amazonaws.com", {{"content-type", "x"}}, body.size());
    sign_request(request, signer_, clock_.now(), hex_sha256(body));
    return request;
  }
  static constexpr std::string_view kSts[] = {"sts"};
  Signer signer_{std::string(kTestKeyId), std::string(kTestSecret)};
};

TEST_F(OtherServices, SignTheHashOfABodyThatTheCallerReads) {
  net::Request request = signed_post("Action=GetCallerIdentity");
  EXPECT_TRUE(Authenticator::needs_body_hash(request, expected_));
  EXPECT_EQ(refused(request).errc, AuthErrc::MissingContentSha256);
  std::string hash = hex_sha256("Action=GetCallerIdentity");
  expected_.body_sha256 = hash;
  EXPECT_TRUE(authenticate(request));
  hash = hex_sha256("Action=AssumeRole");
  expected_.body_sha256 = hash;
  AuthError error = refused(request);
  EXPECT_EQ(error.code, "SignatureDoesNotMatch");
  EXPECT_EQ(error.status, 403);
  EXPECT_THAT(error.fields, testing::IsEmpty());
  EXPECT_FALSE(Authenticator::needs_body_hash(make_request("GET", "/", "h"), expected_));
}

TEST_F(OtherServices, WhatNeedsNoBodyIsCheckedWithoutIt) {
  auto claim = [&](const net::Request& request) {
    SimExecutor sim(1);
    auto error = sim.run(authenticator_.check_claim(request, expected_));
    return error ? error->code : std::string("read it");
  };
  net::Request good = signed_post("Action=GetCallerIdentity");
  EXPECT_EQ(claim(good), "read it");
  good.headers.set("x-amz-meta-a", "1");
  EXPECT_EQ(claim(good), "SignatureDoesNotMatch");
  EXPECT_EQ(claim(make_request("POST", "/", "h", {}, 5)), "MissingAuthenticationToken");
  EXPECT_EQ(claim(make_request("POST", "/", "h", {{"authorization", "Basic eDp5"}}, 5)), "IncompleteSignature");
  net::Request late = signed_post("x");
  clock_.advance(seconds(901));
  EXPECT_EQ(claim(late), "SignatureDoesNotMatch");
  signer_.access_key_id = "AKIANOBODY";
  for (bool waiting : {false, true}) {
    if (waiting) credentials_.only_by_waiting();
    EXPECT_EQ(claim(signed_post("x")), "InvalidClientTokenId");
  }
}

TEST_F(OtherServices, SpeakTheirFamilysErrors) {
  net::Request none = make_request("GET", "/", "h");
  struct Case {
    ErrorFamily family;
    std::string_view code;
    int status;
  };
  for (const Case& c : {Case{ErrorFamily::Query, "MissingAuthenticationToken", 403},
                        Case{ErrorFamily::Json, "MissingAuthenticationTokenException", 400},
                        Case{ErrorFamily::RestJson, "MissingAuthenticationTokenException", 403}}) {
    expected_.family = c.family;
    AuthError error = refused(none);
    EXPECT_EQ(error.code, c.code);
    EXPECT_EQ(error.status, c.status);
    EXPECT_EQ(error.message, "Request is missing Authentication Token");
  }
  expected_.family = ErrorFamily::Query;
  std::string hash = hex_sha256("x");
  expected_.body_sha256 = hash;
  net::Request request = signed_post("x");
  clock_.advance(seconds(1801));
  EXPECT_EQ(refused(request).message,
            "Signature expired: 20130524T000000Z is now earlier than 20130524T001501Z (20130524T003001Z - 15 min.)");
  clock_.set("20130523T234000Z");
  EXPECT_EQ(
      refused(request).message,
      "Signature not yet current: 20130524T000000Z is still later than 20130523T235500Z (20130523T234000Z + 15 min.)");
  clock_.set("20130524T000000Z");
  signer_.access_key_id = "AKIANOBODY";
  expected_.family = ErrorFamily::Json;
  AuthError error = refused(signed_post("x"));
  EXPECT_EQ(error.code, "UnrecognizedClientException");
  EXPECT_EQ(error.message, "The security token included in the request is invalid.");
  signer_.service = "kms";
  expected_.family = ErrorFamily::Query;
  EXPECT_EQ(refused(signed_post("x")).message, "Credential should be scoped to correct service: 'sts'. ");
}

TEST_F(OtherServices, ASessionTokenMayBeAddedAfterSigning) {
  credentials_.add("ASIAEXAMPLE", "secret", "t");
  signer_.access_key_id = "ASIAEXAMPLE";
  signer_.secret = "secret";
  net::Request request = signed_post("x");
  request.headers.add("x-amz-security-token", "t");
  std::string hash = hex_sha256("x");
  expected_.body_sha256 = hash;
  EXPECT_TRUE(authenticate(request));
}

}  // namespace
}  // namespace skerry::auth
