#include "auth/hmac.h"
#include "base/bytes.h"
#include "s3/ops/objects_fixture.h"

namespace skerry::s3 {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

class PostObjectTest : public ObjectsTest {
 protected:
  static std::string policy(std::string conditions = "", std::string bucket = "bucket") {
    return base64("{\"expiration\": \"2100-01-01T00:00:00.000Z\", \"conditions\": [{\"bucket\": \"" + bucket +
                  "\"}, [\"starts-with\", \"$key\", \"\"]" + conditions + "]}");
  }
  static Fields signed_fields(std::string key, std::string document, Fields more = {}) {
    Fields out{{"key", std::move(key)}, {"AWSAccessKeyId", std::string(auth::kTestKeyId)}};
    out.emplace_back("signature", base64(auth::hmac_sha1(auth::kTestSecret, document)));
    out.emplace_back("policy", std::move(document));
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  Reply post(const Fields& fields, std::string file = "hello", std::string target = "/bucket") {
    std::string body;
    for (const auto& [name, value] : fields) {
      body += "--xYz\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }
    body += "--xYz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\n\r\n" + file +
            "\r\n--xYz--\r\n";
    Ask ask{.target = "POST " + target,
            .body = std::move(body),
            .headers = {{"content-type", "multipart/form-data; boundary=xYz"}},
            .account = ""};
    return call(std::move(ask));
  }
};

TEST_F(PostObjectTest, Fact33AFormUploads) {
  for (std::string file : {std::string("hello"), std::string(), std::string(400'000, 'x')}) {
    auto made = post(signed_fields("k", policy()), file);
    EXPECT_EQ(made.status, 204) << made.body;
    EXPECT_EQ(made.body, "");
    EXPECT_EQ(made.header("location"), "http://localhost:4566/bucket/k");
    EXPECT_EQ(get("k").body, file);
    EXPECT_EQ(made.header("etag"), head("k").header("etag"));
  }
  EXPECT_EQ(post(signed_fields("u/${filename}", policy())).status, 204);
  EXPECT_EQ(get("u/a%20b.txt").body, "hello");
}

TEST_F(PostObjectTest, Fact33FieldsBecomeHeaders) {
  std::string free =
      ", [\"starts-with\", \"$x-amz-meta-colour\", \"\"], [\"starts-with\", \"$Content-Type\", \"\"], "
      "[\"starts-with\", \"$tagging\", \"\"]";
  auto made =
      post(signed_fields("k", policy(free),
                         {{"x-amz-meta-Colour", "red"},
                          {"Content-Type", "text/x"},
                          {"tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"}}));
  EXPECT_EQ(made.status, 204) << made.body;
  auto reply = head("k");
  EXPECT_EQ(reply.header("x-amz-meta-colour") + reply.header("content-type") + reply.header("x-amz-tagging-count"),
            "redtext/x1");
}

TEST_F(PostObjectTest, Fact33Answers) {
  std::string free =
      ", [\"starts-with\", \"$success_action_status\", \"\"], [\"starts-with\", \"$success_action_redirect\", \"\"]";
  for (auto [asked, status] :
       std::vector<std::pair<std::string, int>>{{"200", 200}, {"201", 201}, {"204", 204}, {"404", 204}}) {
    auto made =
        post(signed_fields("k", policy(free), {{"success_action_status", asked}, {"success_action_redirect", ""}}));
    EXPECT_EQ(made.status, status) << made.body;
    if (status == 201) {
      EXPECT_EQ(made.text("Bucket") + made.text("Key") + made.text("ETag"),
                "bucketk&quot;5d41402abc4b2a76b9719d911017c592&quot;");
    } else {
      EXPECT_EQ(made.body, "");
    }
  }
  auto sent = post(signed_fields(
      "k", policy(free), {{"success_action_status", "200"}, {"success_action_redirect", "http://x.test/done?a=1"}}));
  EXPECT_EQ(sent.status, 303);
  EXPECT_EQ(sent.header("location"),
            "http://x.test/done?a=1&bucket=bucket&key=k&etag=%225d41402abc4b2a76b9719d911017c592%22");
}

TEST_F(PostObjectTest, Fact33NothingIsStoredWithoutPermission) {
  auto code = [&](const Fields& fields, std::string file = "hello", std::string target = "/bucket") {
    return post(fields, std::move(file), std::move(target)).error_code;
  };
  EXPECT_EQ(code({{"key", "k"}}), "AccessDenied") << "anonymous";
  EXPECT_EQ(code(Fields{{"x", "y"}}), "InvalidArgument") << "without a key";
  Fields forged = signed_fields("k", policy());
  forged[2].second = "AAAA";
  EXPECT_EQ(code(forged), "SignatureDoesNotMatch");
  EXPECT_EQ(code(signed_fields("k", policy("", "other"))), "AccessDenied");
  EXPECT_EQ(code(signed_fields("k", base64("{"))), "InvalidPolicyDocument");
  EXPECT_EQ(code(signed_fields("k", policy(), {{"x-amz-meta-a", "1"}})), "AccessDenied");
  EXPECT_EQ(code(signed_fields("k", policy("", "missing")), "x", "/missing"), "NoSuchBucket");
  EXPECT_EQ(code(signed_fields("k", policy(", {\"acl\": \"public-read\"}"), {{"acl", "public-read"}})),
            "AccessControlListNotSupported");
  BucketRegistry::NewBucket theirs{.name = "theirs", .account_id = std::string(kStranger), .region = "us-east-1"};
  ASSERT_TRUE(world_.sim.run(world_.buckets().create(std::move(theirs))));
  EXPECT_EQ(code(signed_fields("k", policy("", "theirs")), "x", "/theirs"), "AccessDenied");
  EXPECT_EQ(world_.rows_of(bucket_), 1u);
}

TEST_F(PostObjectTest, Fact33SizeRange) {
  std::string range = ", [\"content-length-range\", 2, 4]";
  auto large = post(signed_fields("k", policy(range)), "12345");
  EXPECT_EQ(large.error_code, "EntityTooLarge");
  EXPECT_EQ(large.text("ProposedSize") + "/" + large.text("MaxSizeAllowed"), "5/4");
  EXPECT_EQ(post(signed_fields("k", policy(range)), "1").error_code, "EntityTooSmall");
  EXPECT_EQ(get("k").status, 404);
  EXPECT_EQ(post(signed_fields("k", policy(range)), "1234").status, 204);
}

TEST_F(PostObjectTest, Fact33NotAForm) {
  Ask ask{.target = "POST /bucket",
          .body = "a=b",
          .headers = {{"content-type", "application/x-www-form-urlencoded"}},
          .account = ""};
  auto refused = call(std::move(ask));
  EXPECT_EQ(refused.status, 412);
  EXPECT_EQ(refused.error_code, "PreconditionFailed");
}

TEST_F(PostObjectTest, AUserMayWhatItsPoliciesAllow) {
  auto may = [&](std::string_view statements) {
    credentials_.add(auth::kTestKeyId, auth::kTestSecret, {}, user_of(std::string(kOwner), statements));
  };
  const std::string tagging = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
  auto form = policy(", [\"starts-with\", \"$tagging\", \"\"]");
  may(R"({"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::bucket/mine/*"})");
  EXPECT_EQ(post(signed_fields("mine/k", policy())).status, 204);
  auto refused = post(signed_fields("other", policy()));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.text("Code"), "AccessDenied");
  EXPECT_EQ(get("other").status, 404);
  refused = post(signed_fields("mine/tagged", form, {{"tagging", tagging}}));
  EXPECT_EQ(refused.status, 403) << "tags need s3:PutObjectTagging";
  EXPECT_EQ(get("mine/tagged").status, 404);

  may(R"({"Effect":"Allow","Action":["s3:PutObject","s3:PutObjectTagging"],"Resource":"*",
      "Condition":{"StringEquals":{"s3:RequestObjectTag/a":"1","s3:authType":"POST"}}})");
  EXPECT_EQ(post(signed_fields("mine/tagged", form, {{"tagging", tagging}})).status, 204);
  EXPECT_EQ(post(signed_fields("mine/untagged", policy())).status, 403);
}

}  // namespace
}  // namespace skerry::s3
