#include "digest/hasher.h"
#include "s3/ops/objects_fixture.h"

namespace skerry::s3 {
namespace {

class ObjectTaggingTest : public ObjectsTest {
 protected:
  Reply put_tags(std::string target, std::string tags) {
    std::string body = "<Tagging><TagSet>" + tags + "</TagSet></Tagging>";
    std::string md5 = digest::digest_of(digest::Algorithm::MD5, body).base64();
    return call("PUT /bucket/" + target, std::move(body), {{"content-md5", md5}});
  }
  static std::string tag(std::string key, std::string value) {
    return "<Tag><Key>" + key + "</Key><Value>" + value + "</Value></Tag>";
  }
};

TEST_F(ObjectTaggingTest, Fact62TagsArePutReadAndDeleted) {
  put("k", "x");
  EXPECT_EQ(get("k?tagging").status, 200);
  EXPECT_TRUE(get("k?tagging").all("Key").empty());
  std::string etag = head("k").header("etag"), modified = head("k").header("last-modified");
  EXPECT_EQ(put_tags("k?tagging", tag("a", "1") + tag("b", "")).status, 200);
  EXPECT_EQ(get("k?tagging").all("Key"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(head("k").header("x-amz-tagging-count"), "2");
  EXPECT_EQ(head("k").header("etag") + head("k").header("last-modified"), etag + modified);
  EXPECT_EQ(get("k").body, "x");
  EXPECT_EQ(call("DELETE /bucket/k?tagging").status, 204);
  EXPECT_EQ(head("k").headers.count("x-amz-tagging-count"), 0u);
}

TEST_F(ObjectTaggingTest, Fact62BadTags) {
  put("k", "x", {{"x-amz-tagging", "kept=1"}});
  std::string eleven;
  for (int i = 0; i < 11; ++i) eleven += tag("k" + std::to_string(i), "v");
  auto many = put_tags("k?tagging", eleven);
  EXPECT_EQ(many.error_code + ": " + many.text("Message"), "BadRequest: Object tags cannot be greater than 10");
  for (auto [tags, message] : std::vector<std::pair<std::string, std::string>>{
           {tag("a", "1") + tag("a", "2"), "Cannot provide multiple Tags with the same key"},
           {tag("aws:a", "1"), "System tags cannot be added/updated by requester"},
           {tag("", "1"), "The TagKey you have provided is invalid"},
           {tag(std::string(129, 'k'), "1"), "The TagKey you have provided is invalid"},
           {tag("a{b}", "1"), "The TagKey you have provided is invalid"},
           {tag("k", std::string(257, 'v')), "The TagValue you have provided is invalid"}}) {
    auto refused = put_tags("k?tagging", tags);
    EXPECT_EQ(refused.error_code, "InvalidTag");
    EXPECT_EQ(refused.text("Message"), message);
  }
  EXPECT_EQ(get("k?tagging").all("Key"), (std::vector<std::string>{"kept"}));
  EXPECT_EQ(put_tags("missing?tagging", tag("a", "1")).error_code, "NoSuchKey");
}

TEST_F(ObjectTaggingTest, OfOneVersion) {
  set_versioning(record::Fence::ENABLED);
  std::string first = put("k", "1").header("x-amz-version-id");
  put("k", "2");
  EXPECT_EQ(put_tags("k?tagging&versionId=" + first, tag("a", "1")).header("x-amz-version-id"), first);
  EXPECT_TRUE(get("k?tagging").all("Key").empty());
  EXPECT_EQ(get("k?tagging&versionId=" + first).all("Key").size(), 1u);
}

TEST_F(ObjectTaggingTest, Fact61TheAclThatEverythingHas) {
  put("k", "x");
  auto acl = get("k?acl");
  EXPECT_EQ(acl.all("ID"), (std::vector<std::string>(2, canonical_id(kOwner))));
  EXPECT_EQ(acl.text("Permission"), "FULL_CONTROL");
  EXPECT_EQ(get("missing?acl").error_code, "NoSuchKey");
}

TEST_F(ObjectTaggingTest, Attributes) {
  std::string crc = put("k", "hello").header("x-amz-checksum-crc64nvme");
  auto all = get("k?attributes", {{"x-amz-object-attributes", "ETag,Checksum,ObjectParts,StorageClass,ObjectSize"}});
  EXPECT_EQ(all.text("ETag"), "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(all.text("ChecksumCRC64NVME") + all.text("ChecksumType"), crc + "FULL_OBJECT");
  EXPECT_EQ(all.text("StorageClass") + all.text("ObjectSize"), "STANDARD5");
  EXPECT_FALSE(all.has("ObjectParts"));
  auto one = get("k?attributes", {{"x-amz-object-attributes", "ObjectSize"}});
  EXPECT_EQ(one.text("ObjectSize"), "5");
  EXPECT_FALSE(one.has("ETag"));
}

// The new tags are in the body: nothing is decided before it has been read, and nothing is changed before that.
TEST_F(ObjectTaggingTest, PoliciesMayGoByTheNewTagsAndTheOld) {
  put("k", "x", {{"x-amz-tagging", "stage=draft"}});
  auto tag = [&](std::string key, std::string value) {
    std::string body =
        "<Tagging><TagSet><Tag><Key>" + key + "</Key><Value>" + value + "</Value></Tag></TagSet></Tagging>";
    Ask ask{.target = "PUT /bucket/k?tagging",
            .body = body,
            .headers = {{"content-md5", digest::digest_of(digest::Algorithm::MD5, body).base64()}},
            .caller = user_of(std::string(kOwner), R"({"Effect":"Allow","Action":"s3:PutObjectTagging","Resource":"*",
                "Condition":{"StringEquals":{"s3:RequestObjectTag/stage":"final","s3:ExistingObjectTag/stage":"draft"},
                             "ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":["stage"]}}})")};
    return call(std::move(ask)).status;
  };
  EXPECT_EQ(tag("stage", "other"), 403);
  EXPECT_EQ(tag("colour", "red"), 403);
  EXPECT_TRUE(get("k?tagging").body.contains("draft"));
  EXPECT_EQ(tag("stage", "final"), 200);
  EXPECT_TRUE(get("k?tagging").body.contains("final"));
  EXPECT_EQ(tag("stage", "final"), 403) << "it is no draft any more";
}

TEST_F(ObjectTaggingTest, HowManyTagsThereAreIsForThoseWhoMayReadThem) {
  put("k", "x", {{"x-amz-tagging", "a=1"}});
  for (bool reads : {false, true}) {
    Ask ask{.target = "GET /bucket/k",
            .caller = user_of(std::string(kOwner),
                              std::string(R"({"Effect":"Allow","Resource":"*","Action":["s3:GetObject")") +
                                  (reads ? R"(,"s3:GetObjectTagging"]})" : "]}"))};
    EXPECT_EQ(call(std::move(ask)).header("x-amz-tagging-count"), reads ? "1" : "");
  }
}

}  // namespace
}  // namespace skerry::s3
