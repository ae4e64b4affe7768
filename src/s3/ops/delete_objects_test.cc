#include "digest/hasher.h"
#include "s3/ops/objects_fixture.h"

namespace skerry::s3 {
namespace {

class DeleteObjectsTest : public ObjectsTest {
 protected:
  Reply delete_objects(std::string body) {
    std::string md5 = digest::digest_of(digest::Algorithm::MD5, body).base64();
    return call("POST /bucket?delete", std::move(body), {{"content-md5", md5}});
  }
  static std::string objects(std::vector<std::string> keys, bool quiet = false) {
    std::string out = quiet ? "<Delete><Quiet>true</Quiet>" : "<Delete>";
    for (const auto& key : keys) out += "<Object><Key>" + key + "</Key></Object>";
    return out + "</Delete>";
  }
};

TEST_F(DeleteObjectsTest, Fact44NeedsADigest) {
  put("k", "x");
  auto refused = call("POST /bucket?delete", objects({"k"}));
  EXPECT_EQ(refused.error_code, "InvalidRequest");
  EXPECT_EQ(refused.text("Message"), "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  EXPECT_EQ(get("k").status, 200);
}

TEST_F(DeleteObjectsTest, Fact45MissingKeysCountAsDeleted) {
  put("here", "x");
  put("a/b", "x");
  auto reply = delete_objects(objects({"here", "missing", "a%2Fb"}));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.all("Key"), (std::vector<std::string>{"here", "missing", "a%2Fb"}));
  EXPECT_FALSE(reply.has("Error"));
  EXPECT_EQ(get("here").status, 404);
  EXPECT_EQ(get("a/b").status, 200) << "keys are raw";
  EXPECT_FALSE(delete_objects(objects({"a/b"}, true)).has("Deleted")) << "quiet";
  EXPECT_EQ(get("a/b").status, 404);
}

TEST_F(DeleteObjectsTest, Fact45Malformed) {
  put("k", "x");
  std::vector<std::string> many(1001, "k");
  for (std::string body :
       {objects(many), std::string("<Delete></Delete>"), std::string("<Delete><Object></Object></Delete>"),
        std::string("<Delete><Object><Key/></Object></Delete>"), std::string("k")}) {
    EXPECT_EQ(delete_objects(body).error_code, "MalformedXML") << body.substr(0, 60);
  }
  EXPECT_EQ(get("k").status, 200);
}

TEST_F(DeleteObjectsTest, Fact45AThousand) {
  std::vector<std::string> keys;
  for (int i = 0; i < 1000; ++i) keys.push_back("k" + std::to_string(i));
  put("k7", "x");
  EXPECT_EQ(delete_objects(objects(keys)).all("Key"), keys);
  EXPECT_EQ(world_.rows_of(bucket_), 1u);
}

TEST_F(DeleteObjectsTest, Fact45VersionsAndMarkers) {
  set_versioning(record::Fence::ENABLED);
  std::string version = put("k", "x").header("x-amz-version-id");
  auto marked = delete_objects(objects({"k"}));
  EXPECT_EQ(marked.text("DeleteMarker"), "true");
  EXPECT_FALSE(marked.has("VersionId"));
  std::string marker = marked.text("DeleteMarkerVersionId");
  auto named = [](const std::string& id) {
    return "<Delete><Object><Key>k</Key><VersionId>" + id + "</VersionId></Object></Delete>";
  };
  auto unmarked = delete_objects(named(marker));
  EXPECT_EQ(unmarked.text("VersionId") + unmarked.text("DeleteMarkerVersionId"), marker + marker);
  auto gone = delete_objects(named(version));
  EXPECT_EQ(gone.text("VersionId"), version);
  EXPECT_FALSE(gone.has("DeleteMarker"));
  EXPECT_EQ(world_.rows_of(bucket_), 1u);
}

TEST_F(DeleteObjectsTest, OneFailureDoesNotStopTheOthers) {
  put("a", "x");
  put("b", "x");
  auto reply = delete_objects(
      "<Delete><Object><Key>a</Key><ETag>\"x\"</ETag></Object><Object><Key>b</Key></Object>"
      "<Object><Key>c</Key><VersionId>nonsense</VersionId></Object></Delete>");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.all("Code"), (std::vector<std::string>{"PreconditionFailed", "InvalidArgument"}));
  EXPECT_EQ(get("a").status, 200);
  EXPECT_EQ(get("b").status, 404);
}

TEST_F(DeleteObjectsTest, EachObjectIsAskedFor) {
  for (const char* key : {"mine/a", "theirs/b", "mine/c"}) put(key, "x");
  std::string body = objects({"mine/a", "theirs/b", "mine/c"});
  Ask ask{
      .target = "POST /bucket?delete",
      .body = body,
      .headers = {{"content-md5", digest::digest_of(digest::Algorithm::MD5, body).base64()}},
      .caller = user_of(std::string(kOwner),
                        R"({"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::bucket/mine/*"})")};
  auto reply = call(std::move(ask));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.all("Code"), std::vector<std::string>{"AccessDenied"});
  EXPECT_TRUE(reply.text("Message").contains("s3:DeleteObject on resource: &quot;arn:aws:s3:::bucket/theirs/b&quot;"))
      << reply.text("Message");
  EXPECT_EQ(get("mine/a").status, 404);
  EXPECT_EQ(get("mine/c").status, 404);
  EXPECT_EQ(get("theirs/b").status, 200);
}

}  // namespace
}  // namespace skerry::s3
