#include "digest/hasher.h"
#include "s3/ops/objects_fixture.h"

namespace skerry::s3 {
namespace {

class CopyObjectTest : public ObjectsTest {
 protected:
  Reply copy(std::string source, std::string target, Headers headers = {}) {
    headers.emplace_back("x-amz-copy-source", std::move(source));
    return call("PUT /bucket/" + target, "", std::move(headers));
  }
};

TEST_F(CopyObjectTest, TheCopyHasItsOwnBytes) {
  for (std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{500'000}}) {
    std::string body(size, 'x');
    auto made = put("source", body);
    auto copied = copy("/bucket/source", "copy");
    EXPECT_EQ(copied.status, 200) << copied.body;
    EXPECT_EQ(copied.text("ETag"), "&quot;" + made.header("etag").substr(1, 32) + "&quot;");
    EXPECT_EQ(copied.text("ChecksumCRC64NVME"), made.header("x-amz-checksum-crc64nvme"));
    EXPECT_TRUE(copied.has("LastModified"));
    remove("source");
    EXPECT_EQ(get("copy").body, body);
  }
}

TEST_F(CopyObjectTest, Fact50OntoItself) {
  put("k", "x", {{"x-amz-meta-a", "1"}});
  auto illegal = copy("bucket/k", "k");
  EXPECT_EQ(illegal.error_code, "InvalidRequest");
  EXPECT_TRUE(illegal.text("Message").starts_with("This copy request is illegal because it is trying to copy"));
  EXPECT_EQ(copy("bucket/k", "k", {{"x-amz-acl", "bucket-owner-full-control"}}).error_code, "InvalidRequest");
  EXPECT_EQ(copy("bucket/k", "k", {{"x-amz-metadata-directive", "REPLACE"}, {"x-amz-meta-b", "2"}}).status, 200);
  EXPECT_EQ(head("k").header("x-amz-meta-a") + head("k").header("x-amz-meta-b"), "2");
  EXPECT_EQ(copy("bucket/k", "k", {{"x-amz-storage-class", "STANDARD_IA"}}).status, 200);
  EXPECT_EQ(copy("bucket/k", "k", {{"x-amz-website-redirect-location", "/there"}}).status, 200);
  EXPECT_EQ(copy("bucket/k", "k", {{"x-amz-server-side-encryption", "AES256"}}).status, 200);
  EXPECT_EQ(get("k").body, "x");
}

TEST_F(CopyObjectTest, Fact51Directives) {
  put("s", "x",
      {{"content-type", "text/a"},
       {"cache-control", "c"},
       {"x-amz-meta-m", "1"},
       {"x-amz-tagging", "t=1"},
       {"x-amz-website-redirect-location", "/there"},
       {"x-amz-storage-class", "STANDARD_IA"}});
  auto copied = [&](Headers headers) {
    EXPECT_EQ(copy("bucket/s", "k", std::move(headers)).status, 200);
    auto reply = head("k");
    std::string tags;
    for (const auto& tag : get("k?tagging").all("Value")) tags += tag;
    EXPECT_EQ(reply.headers.count("x-amz-website-redirect-location") + reply.headers.count("x-amz-storage-class"), 0u);
    return fmt::format("{} {} {} {}", reply.header("content-type"), reply.header("cache-control"),
                       reply.header("x-amz-meta-m"), tags);
  };
  EXPECT_EQ(copied({}), "text/a c 1 1");
  EXPECT_EQ(copied({{"content-type", "text/b"}, {"x-amz-meta-m", "2"}}), "text/a c 1 1");
  EXPECT_EQ(copied({{"x-amz-metadata-directive", "REPLACE"}, {"content-type", "text/b"}}), "text/b   1");
  EXPECT_EQ(copied({{"x-amz-tagging-directive", "REPLACE"}, {"x-amz-tagging", "t=2"}}), "text/a c 1 2");
  EXPECT_EQ(copied({{"x-amz-tagging-directive", "REPLACE"}}), "text/a c 1 ");
}

TEST_F(CopyObjectTest, Fact51TheSourceIsDecodedOnce) {
  for (auto [path, source] : std::vector<std::pair<std::string, std::string>>{{"a%20b", "a%20b"},
                                                                              {"a%20b", "a+b"},
                                                                              {"a+b", "a%2Bb"},
                                                                              {"a%2520b", "a%2520b"},
                                                                              {"a%3Fb", "a%3Fb"},
                                                                              {"a/../b", "a/../b"}}) {
    put(path, source);
    EXPECT_EQ(copy("/bucket/" + source, "k").status, 200) << source;
    EXPECT_EQ(get("k").body, source);
  }
  for (std::string bad : {"", "/", "bucket", "bucket/", "/k", "bucket/%F", "bucket/k?versionId=nonsense"}) {
    EXPECT_EQ(copy(bad, "k").error_code, "InvalidArgument") << bad;
  }
  EXPECT_EQ(copy("bucket/missing", "k").error_code, "NoSuchKey");
  EXPECT_EQ(copy("no-such-bucket/k", "k").error_code, "NoSuchBucket");
}

TEST_F(CopyObjectTest, Fact51ConditionsOfTheSource) {
  std::string tag = put("s", "x").header("etag");
  put("k", "old");
  auto refused = copy("bucket/s", "k", {{"x-amz-copy-source-if-none-match", tag}});
  EXPECT_EQ(refused.status, 412);
  EXPECT_EQ(refused.text("Condition"), "x-amz-copy-source-If-None-Match");
  EXPECT_EQ(copy("bucket/s", "k", {{"x-amz-copy-source-if-match", "\"x\""}}).status, 412);
  EXPECT_EQ(copy("bucket/s", "k", {{"if-none-match", "*"}}).status, 412) << "of the target";
  EXPECT_EQ(get("k").body, "old");
  EXPECT_EQ(copy("bucket/s", "k", {{"x-amz-copy-source-if-match", tag}}).status, 200);
}

TEST_F(CopyObjectTest, Fact51VersionsAndMarkers) {
  set_versioning(record::Fence::ENABLED);
  std::string first = put("k", "first").header("x-amz-version-id");
  put("k", "second");
  auto back = copy("bucket/k?versionId=" + first, "k");
  EXPECT_EQ(back.header("x-amz-copy-source-version-id"), first);
  EXPECT_NE(back.header("x-amz-version-id"), first);
  EXPECT_EQ(get("k").body, "first");
  std::string marker = remove("k").header("x-amz-version-id");
  EXPECT_EQ(copy("bucket/k", "other").error_code, "NoSuchKey");
  EXPECT_EQ(copy("bucket/k?versionId=" + marker, "other").error_code, "InvalidRequest");
}

TEST_F(CopyObjectTest, Fact51AcrossBucketsAndAccounts) {
  put("k", "mine");
  world_.make_bucket("second");
  EXPECT_EQ(call("PUT /second/k", "", {{"x-amz-copy-source", "bucket/k"}}).status, 200);
  EXPECT_EQ(call("GET /second/k").body, "mine");
  BucketRegistry::NewBucket theirs{.name = "theirs", .account_id = std::string(kStranger), .region = "us-east-1"};
  ASSERT_TRUE(world_.sim.run(world_.buckets().create(std::move(theirs))));
  Ask ask{.target = "PUT /theirs/k", .headers = {{"x-amz-copy-source", "bucket/k"}}, .account = std::string(kStranger)};
  EXPECT_EQ(call(std::move(ask)).error_code, "AccessDenied");
  EXPECT_EQ(copy("bucket/k", "l", {{"x-amz-source-expected-bucket-owner", std::string(kStranger)}}).error_code,
            "AccessDenied");
}

TEST_F(CopyObjectTest, AnotherChecksumWhereOneIsAskedFor) {
  put("s", "hello");
  auto copied = copy("bucket/s", "k", {{"x-amz-checksum-algorithm", "SHA256"}});
  EXPECT_EQ(copied.text("ChecksumSHA256"), digest::digest_of(digest::Algorithm::SHA256, "hello").base64());
  EXPECT_EQ(copy("bucket/s", "k", {{"x-amz-checksum-algorithm", "CRC31"}}).error_code, "InvalidRequest");
}

TEST_F(CopyObjectTest, ThatTheSourceIsMissingIsForThoseWhoMayListItsBucket) {
  constexpr std::string_view kCopy = R"({"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"})";
  constexpr std::string_view kList = R"(,{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::bucket"})";
  for (bool lists : {false, true}) {
    Ask ask{.target = "PUT /bucket/copy",
            .headers = {{"x-amz-copy-source", "bucket/missing"}},
            .caller = user_of(std::string(kOwner), std::string(kCopy) + (lists ? std::string(kList) : ""))};
    EXPECT_EQ(call(std::move(ask)).error_code, lists ? "NoSuchKey" : "AccessDenied");
  }
}

TEST_F(CopyObjectTest, TheSourcesOwnerIsHeldAgainstWhoIsExpected) {
  put("source", "x");
  EXPECT_EQ(copy("bucket/source", "copy", {{"x-amz-source-expected-bucket-owner", std::string(kOwner)}}).status, 200);
  EXPECT_EQ(copy("bucket/source", "copy", {{"x-amz-source-expected-bucket-owner", std::string(kStranger)}}).error_code,
            "AccessDenied");
  EXPECT_EQ(copy("bucket/source", "copy", {{"x-amz-source-expected-bucket-owner", "nobody"}}).error_code,
            "InvalidBucketOwnerAWSAccountID");
}

}  // namespace
}  // namespace skerry::s3
