#include "digest/hasher.h"
#include "s3/ops/objects_fixture.h"

namespace skerry::s3 {
namespace {

class PutObjectTest : public ObjectsTest {};

TEST_F(PutObjectTest, Fact22WhatIsPutComesBack) {
  auto made = put("k", "hello");
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
  EXPECT_EQ(made.header("x-amz-server-side-encryption"), "AES256");
  EXPECT_EQ(made.header("x-amz-checksum-type"), "FULL_OBJECT");
  EXPECT_EQ(made.header("x-amz-checksum-crc64nvme"), digest::digest_of(digest::Algorithm::CRC64NVME, "hello").base64());
  EXPECT_EQ(made.headers.count("x-amz-version-id"), 0u);
  EXPECT_EQ(made.body, "");
  auto got = get("k");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "hello");
  EXPECT_EQ(got.header("content-type"), "binary/octet-stream");
  EXPECT_EQ(got.header("accept-ranges"), "bytes");
  EXPECT_EQ(got.header("etag"), made.header("etag"));
  EXPECT_EQ(got.headers.count("x-amz-version-id") + got.headers.count("x-amz-storage-class"), 0u);
  EXPECT_EQ(remove("k").status, 204);
  EXPECT_EQ(get("k").error_code, "NoSuchKey");
  EXPECT_EQ(world_.rows_of(bucket_), 1u) << "nothing is left but the fence";
}

TEST_F(PutObjectTest, LargeBodiesComeBack) {
  std::string body(3'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7 % 251);
  EXPECT_EQ(put("k", body).status, 200);
  EXPECT_EQ(get("k").body, body);
  EXPECT_EQ(get("k", {{"range", "bytes=65535-65536"}}).body, body.substr(65535, 2));
  EXPECT_EQ(get("k", {{"range", "bytes=-1000001"}}).body, body.substr(body.size() - 1000001));
}

TEST_F(PutObjectTest, Fact13KeysAreBytes) {
  std::vector<std::string> paths{"a+b", "a%20b",     "a//b",       "/a",    "a/../b",
                                 "..",  "caf%C3%A9", "cafe%CC%81", "a%00b", "a/"};
  for (const auto& path : paths) EXPECT_EQ(put(path, path).status, 200) << path;
  for (const auto& path : paths) EXPECT_EQ(get(path).body, path);
  EXPECT_EQ(get("a%2Bb").body, "a+b");
  EXPECT_EQ(world_.scan(bucket_, keys::current("")).size(), paths.size());
}

TEST_F(PutObjectTest, Fact14KeysHaveALimit) {
  EXPECT_EQ(put(std::string(1024, 'x'), "").status, 200);
  auto refused = put(std::string(1025, 'x'), "");
  EXPECT_EQ(refused.error_code, "KeyTooLongError");
  EXPECT_EQ(refused.text("Size") + "/" + refused.text("MaxSizeAllowed"), "1025/1024");
}

TEST_F(PutObjectTest, Fact18UserMetadata) {
  EXPECT_EQ(put("k", "", {{"x-amz-meta-a", "red"}, {"x-amz-meta-a", "blue"}, {"x-amz-meta-name", "Füße"}}).status, 200);
  auto head_reply = head("k");
  EXPECT_EQ(head_reply.header("x-amz-meta-a"), "red,blue");
  EXPECT_EQ(head_reply.header("x-amz-meta-name"), "=?UTF-8?B?RsO8w59l?=");
  EXPECT_EQ(put("k", "", {{"x-amz-meta-a", std::string(2047, 'x')}}).status, 200);
  auto refused = put("l", "", {{"x-amz-meta-a", std::string(2048, 'x')}});
  EXPECT_EQ(refused.error_code, "MetadataTooLarge");
  EXPECT_EQ(refused.text("Size") + "/" + refused.text("MaxSizeAllowed"), "2049/2048");
  EXPECT_EQ(get("l").status, 404);
}

TEST_F(PutObjectTest, Fact20EncodingAndLength) {
  for (auto [sent, kept] : std::vector<std::pair<std::string, std::string>>{{"aws-chunked,gzip", "gzip"},
                                                                            {"gzip, AWS-chunked", "gzip"},
                                                                            {"aws-chunked", ""},
                                                                            {"gzip, br", "gzip, br"}}) {
    EXPECT_EQ(put("k", "x", {{"content-encoding", sent}}).status, 200);
    EXPECT_EQ(head("k").header("content-encoding"), kept) << sent;
  }
  auto refused = call("PUT /bucket/other");
  EXPECT_EQ(refused.status, 411);
  EXPECT_EQ(refused.error_code, "MissingContentLength");
  EXPECT_EQ(get("other").status, 404);
}

TEST_F(PutObjectTest, Fact22HeadersAreKeptAsSent) {
  Headers headers{{"content-type", "text/x"},
                  {"cache-control", "max-age=1"},
                  {"content-disposition", "attachment; filename=\"F\xfc.txt\""},
                  {"content-language", "de"},
                  {"expires", "soon"},
                  {"x-amz-website-redirect-location", "/there"}};
  EXPECT_EQ(put("k", "x", headers).status, 200);
  auto reply = get("k");
  for (const auto& [name, value] : headers) EXPECT_EQ(reply.header(name), value);
  EXPECT_EQ(put("k", "x", {{"x-amz-website-redirect-location", "elsewhere"}}).error_code, "InvalidRedirectLocation");
}

TEST_F(PutObjectTest, Fact35Conditions) {
  EXPECT_EQ(put("k", "1", {{"if-match", "\"x\""}}).error_code, "NoSuchKey");
  EXPECT_EQ(put("k", "1", {{"if-none-match", "*"}}).status, 200);
  auto exists = put("k", "2", {{"if-none-match", "*"}});
  EXPECT_EQ(exists.error_code, "PreconditionFailed");
  EXPECT_EQ(exists.text("Condition"), "If-None-Match");
  EXPECT_EQ(put("k", "2", {{"if-match", "\"x\""}}).text("Condition"), "If-Match");
  auto other = put("k", "2", {{"if-none-match", "\"x\""}});
  EXPECT_EQ(other.status, 501);
  EXPECT_EQ(other.text("Header"), "If-None-Match");
  EXPECT_TRUE(other.has("additionalMessage"));
  EXPECT_EQ(put("k", "2", {{"if-match", "*"}, {"if-none-match", "*"}}).text("Header"), "If-Match,If-None-Match");
  EXPECT_EQ(get("k").body, "1");
  EXPECT_EQ(put("k", "2", {{"if-match", get("k").header("etag")}}).status, 200);
  set_versioning(record::Fence::ENABLED);
  remove("k");
  EXPECT_EQ(put("k", "3", {{"if-match", "*"}}).error_code, "NoSuchKey") << "a delete marker is nothing";
}

TEST_F(PutObjectTest, Fact42NothingIsStoredAfterAFailure) {
  put("k", "old");
  std::size_t rows = world_.rows_of(bucket_);
  for (const std::string& body : {std::string("new"), std::string(300'000, 'x')}) {
    EXPECT_EQ(put("k", body, {{"x-amz-checksum-crc32", "AAAAAA=="}}).error_code, "BadDigest");
    EXPECT_EQ(put("k", body, {{"content-md5", "XrY7u+Ae7tCTyyK7j1rNww=="}}).error_code, "BadDigest");
  }
  EXPECT_EQ(call("PUT /bucket/k", "short", {{"content-length", "5"}, {"x-amz-checksum-sha1", "x"}}).error_code,
            "InvalidRequest");
  EXPECT_EQ(get("k").body, "old");
  EXPECT_EQ(world_.rows_of(bucket_), rows);
}

TEST_F(PutObjectTest, WhatIsNotServedIsRefusedInTheQueryToo) {
  EXPECT_EQ(put("k?x-amz-server-side-encryption=aws:kms", "x").status, 501);
  EXPECT_EQ(put("k?x-amz-expected-bucket-owner=444455556666", "x").error_code, "AccessDenied");
  EXPECT_EQ(put("k", "x", {{"if-modified-since", "Mon, 01 Jan 2001 00:00:00 GMT"}}).status, 501);
  EXPECT_EQ(get("k").status, 404);
  EXPECT_EQ(put("k?x-amz-meta-a=1&x-amz-storage-class=STANDARD_IA", "x").status, 200);
  EXPECT_EQ(head("k").header("x-amz-meta-a") + head("k").header("x-amz-storage-class"), "1STANDARD_IA");
}

TEST_F(PutObjectTest, Fact62TagsOfTheHeader) {
  EXPECT_EQ(put("k", "", {{"x-amz-tagging", "a=1&b=%C3%A9+x"}}).status, 200);
  EXPECT_EQ(head("k").header("x-amz-tagging-count"), "2");
  EXPECT_EQ(get("k?tagging").all("Value"), (std::vector<std::string>{"1", "é x"}));
  for (std::string bad : {"aws:a=1", "=1", "a=%7B"}) {
    EXPECT_EQ(put("l", "", {{"x-amz-tagging", bad}}).error_code, "InvalidTag") << bad;
  }
  EXPECT_EQ(put("l", "", {{"x-amz-tagging", "a=%F"}}).error_code, "InvalidArgument");
  EXPECT_EQ(put("l", "", {{"x-amz-tagging", "a=1&a=2"}}).error_code, "InvalidArgument");
  EXPECT_EQ(put("l", "", {{"x-amz-tagging", "a&b&c&d&e&f&g&h&i&j&k"}}).error_code, "BadRequest");
  EXPECT_EQ(get("l").status, 404);
}

TEST_F(PutObjectTest, Fact66StorageClasses) {
  auto refused = put("k", "x", {{"x-amz-storage-class", "COLD"}});
  EXPECT_EQ(refused.error_code, "InvalidStorageClass");
  EXPECT_EQ(refused.text("StorageClassRequested"), "COLD");
  EXPECT_EQ(put("k", "x", {{"x-amz-storage-class", "STANDARD_IA"}}).status, 200);
  EXPECT_EQ(get("k").header("x-amz-storage-class"), "STANDARD_IA");
  EXPECT_EQ(put("k", "x", {{"x-amz-storage-class", "GLACIER"}}).status, 200);
  auto archived = get("k");
  EXPECT_EQ(archived.error_code, "InvalidObjectState");
  EXPECT_EQ(archived.text("StorageClass"), "GLACIER");
  EXPECT_EQ(head("k").header("x-amz-storage-class"), "GLACIER");
}

}  // namespace
}  // namespace skerry::s3
