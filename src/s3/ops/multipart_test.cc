#include "base/bytes.h"
#include "digest/digest.h"
#include "digest/hasher.h"
#include "s3/multipart_store.h"
#include "s3/ops/bind.h"
#include "s3/ops/objects_fixture.h"

namespace skerry::s3 {
namespace {

using digest::Algorithm;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kFiveMebibytes = 5 << 20;

std::string md5(std::string_view bytes) { return digest::digest_of(Algorithm::MD5, bytes).hex(); }
std::string base64_of(Algorithm algorithm, std::string_view bytes) {
  return digest::digest_of(algorithm, bytes).base64();
}

class MultipartTest : public ObjectsTest {
 protected:
  MultipartTest()
      : uploads_(world_.meta(), world_.buckets(), world_.index(), world_.sim, world_.random,
                 [](storage::Partition) {}) {
    bind_multipart(registry_, {.meta = world_.meta(),
                               .buckets = world_.buckets(),
                               .index = world_.index(),
                               .uploads = uploads_,
                               .contents = contents_,
                               .clock = world_.sim});
  }

  std::string begin(std::string key = "k", Headers headers = {}) {
    Reply reply = call("POST /bucket/" + key + "?uploads", "", std::move(headers));
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.text("UploadId");
  }
  Reply put_part(const std::string& id, std::string number, std::string body, Headers headers = {}) {
    headers.emplace_back("content-length", std::to_string(body.size()));
    return call("PUT /bucket/k?partNumber=" + number + "&uploadId=" + id, std::move(body), std::move(headers));
  }
  Reply copy_part(const std::string& id, std::string number, Headers headers) {
    return call("PUT /bucket/k?partNumber=" + number + "&uploadId=" + id, "", std::move(headers));
  }
  // `parts` are numbers, ETags and what else a Part has.
  struct Listed {
    int number;
    std::string etag;
    std::string more{};
  };
  static std::string document(const std::vector<Listed>& parts) {
    std::string out = "<CompleteMultipartUpload>";
    for (const Listed& part : parts) {
      out += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>\"{}\"</ETag>{}</Part>", part.number, part.etag,
                         part.more);
    }
    return out + "</CompleteMultipartUpload>";
  }
  Reply complete(const std::string& id, const std::vector<Listed>& parts, Headers headers = {}) {
    return call("POST /bucket/k?uploadId=" + id, document(parts), std::move(headers));
  }
  MultipartStore uploads_;
};

// s3-facts 47, and 40 for the data
TEST_F(MultipartTest, PartsBecomeOneObject) {
  std::string id =
      begin("k", {{"content-type", "text/x"}, {"x-amz-meta-a", "b"}, {"x-amz-storage-class", "STANDARD_IA"}});
  const std::string large(kFiveMebibytes, 'a'), small = "tail";
  Reply first = put_part(id, "2", large);
  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.header("etag"), '"' + md5(large) + '"');
  EXPECT_EQ(put_part(id, "9", small).status, 200);
  EXPECT_EQ(call("GET /bucket/k").status, 404) << "nothing is seen before it is complete";

  Reply done = complete(id, {{2, md5(large)}, {9, md5(small)}});
  ASSERT_EQ(done.status, 200) << done.body;
  std::string both = *unhex(md5(large)) + *unhex(md5(small));
  std::string etag = '"' + md5(both) + "-2\"";
  EXPECT_EQ(done.text("ETag"), "&quot;" + md5(both) + "-2&quot;");
  EXPECT_EQ(done.text("Key"), "k");
  EXPECT_EQ(done.text("Location"), "http://localhost:4566/bucket/k");
  EXPECT_EQ(done.text("ChecksumCRC64NVME"), base64_of(Algorithm::CRC64NVME, large + small));
  EXPECT_EQ(done.text("ChecksumType"), "FULL_OBJECT");

  Reply got = call("GET /bucket/k");
  EXPECT_EQ(got.status, 200);
  EXPECT_TRUE(got.body == large + small);
  EXPECT_EQ(got.header("etag"), etag);
  EXPECT_EQ(got.header("content-type"), "text/x");
  EXPECT_EQ(got.header("x-amz-meta-a"), "b");
  EXPECT_EQ(got.header("x-amz-storage-class"), "STANDARD_IA");
  Reply across = call("GET /bucket/k", "", {{"range", "bytes=5242878-5242881"}});
  EXPECT_EQ(across.status, 206);
  EXPECT_EQ(across.body, "aata");

  Reply again = complete(id, {{2, md5(large)}, {9, md5(small)}});
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.text("ETag"), "&quot;" + md5(both) + "-2&quot;");
  EXPECT_EQ(put_part(id, "1", "x").error_code, "NoSuchUpload");
  EXPECT_EQ(call("GET /bucket/k?uploadId=" + id).error_code, "NoSuchUpload");
}

// s3-facts 46
TEST_F(MultipartTest, WhatIsNoPartIsRefused) {
  std::string id = begin();
  for (const char* number : {"0", "10001", "-1"}) {
    Reply reply = put_part(id, number, "x");
    EXPECT_EQ(reply.status, 400) << number;
    EXPECT_EQ(reply.error_code, "InvalidArgument") << number;
  }
  EXPECT_EQ(put_part(id, "10000", "x").status, 200);
  EXPECT_EQ(put_part(std::string(48, '0'), "1", "x").error_code, "NoSuchUpload");
  EXPECT_EQ(put_part("nonsense", "1", "x").status, 404);
  EXPECT_EQ(put_part(id, "1", "one").status, 200);
  EXPECT_EQ(put_part(id, "2", "two").status, 200);

  EXPECT_EQ(complete(id, {}).error_code, "MalformedXML");
  EXPECT_EQ(call("POST /bucket/k?uploadId=" + id, "").error_code, "MalformedXML");
  EXPECT_EQ(complete(id, {{2, md5("two")}, {1, md5("one")}}).error_code, "InvalidPartOrder");
  EXPECT_EQ(complete(id, {{3, md5("one")}}).error_code, "InvalidPart");
  EXPECT_EQ(complete(id, {{1, md5("two")}}).error_code, "InvalidPart");
  Reply small = complete(id, {{1, md5("one")}, {2, md5("two")}});
  EXPECT_EQ(small.status, 400);
  EXPECT_EQ(small.error_code, "EntityTooSmall");
  EXPECT_EQ(small.text("ProposedSize"), "3");
  EXPECT_EQ(small.text("MinSizeAllowed"), "5242880");
  EXPECT_EQ(small.text("PartNumber"), "1");
  EXPECT_EQ(small.text("ETag"), md5("one"));
  EXPECT_EQ(complete(std::string(48, '0'), {{1, md5("one")}}).error_code, "NoSuchUpload");
  EXPECT_EQ(complete(id, {{1, md5("one")}}, {{"x-amz-mp-object-size", "4"}}).error_code, "InvalidRequest");
  EXPECT_EQ(call("GET /bucket/k").status, 404) << "a refused request changes nothing";
  EXPECT_EQ(complete(id, {{1, md5("one")}}, {{"x-amz-mp-object-size", "3"}}).status, 200);
}

// s3-facts 47
TEST_F(MultipartTest, APartThatIsSentAgainIsReplaced) {
  std::string id = begin();
  EXPECT_EQ(put_part(id, "1", "old").status, 200);
  EXPECT_EQ(put_part(id, "1", "newer").status, 200);
  Reply parts = call("GET /bucket/k?uploadId=" + id);
  EXPECT_THAT(parts.all("Size"), ElementsAre("5"));
  EXPECT_EQ(complete(id, {{1, md5("old")}}).error_code, "InvalidPart");
  EXPECT_EQ(complete(id, {{1, md5("newer")}}).status, 200);
  EXPECT_EQ(call("GET /bucket/k").body, "newer");
}

TEST_F(MultipartTest, AnEmptyPartIsAnEmptyObject) {
  std::string id = begin();
  EXPECT_EQ(put_part(id, "1", "").status, 200);
  EXPECT_EQ(complete(id, {{1, md5("")}}).status, 200);
  Reply got = call("GET /bucket/k");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "");
  EXPECT_EQ(got.header("etag"), '"' + md5(*unhex(md5(""))) + "-1\"");
}

// s3-facts 42 and 43
TEST_F(MultipartTest, ChecksumsHaveKinds) {
  auto refused = [&](Headers headers) {
    Reply reply = call("POST /bucket/k?uploads", "", std::move(headers));
    EXPECT_EQ(reply.status, 400);
    return reply.error_code + ": " + reply.text("Message");
  };
  EXPECT_EQ(refused({{"x-amz-checksum-algorithm", "SHA256"}, {"x-amz-checksum-type", "FULL_OBJECT"}}),
            "InvalidRequest: The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.");
  EXPECT_EQ(refused({{"x-amz-checksum-algorithm", "CRC64NVME"}, {"x-amz-checksum-type", "COMPOSITE"}}),
            "InvalidRequest: The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.");
  EXPECT_EQ(
      refused({{"x-amz-checksum-type", "COMPOSITE"}}),
      "InvalidRequest: The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
  EXPECT_THAT(refused({{"x-amz-checksum-algorithm", "CRC31"}}), testing::StartsWith("InvalidRequest"));

  Reply begun = call("POST /bucket/k?uploads", "", {{"x-amz-checksum-algorithm", "SHA256"}});
  EXPECT_EQ(begun.header("x-amz-checksum-algorithm"), "SHA256");
  EXPECT_EQ(begun.header("x-amz-checksum-type"), "COMPOSITE");
  std::string id = begun.text("UploadId");
  std::string sum = base64_of(Algorithm::SHA256, "one");
  EXPECT_EQ(put_part(id, "1", "one").error_code, "InvalidRequest") << "a composite needs the parts' checksums";
  EXPECT_EQ(put_part(id, "1", "one", {{"x-amz-checksum-crc32", base64_of(Algorithm::CRC32, "one")}}).error_code,
            "InvalidRequest");
  EXPECT_EQ(put_part(id, "1", "one", {{"x-amz-checksum-sha256", "nonsense"}}).error_code, "InvalidRequest");
  EXPECT_EQ(put_part(id, "1", "two", {{"x-amz-checksum-sha256", sum}}).error_code, "BadDigest");
  EXPECT_THAT(call("GET /bucket/k?uploadId=" + id).all("Part"), IsEmpty()) << "nothing is stored after a failure";
  Reply part = put_part(id, "1", "one", {{"x-amz-checksum-sha256", sum}});
  EXPECT_EQ(part.status, 200);
  EXPECT_EQ(part.header("x-amz-checksum-sha256"), sum);
  EXPECT_EQ(call("GET /bucket/k?uploadId=" + id).text("ChecksumSHA256"), sum);

  EXPECT_EQ(complete(id, {{1, md5("one")}}).error_code, "InvalidRequest");
  std::string more = "<ChecksumSHA256>" + sum + "</ChecksumSHA256>";
  digest::Digest whole = digest::digest_of(Algorithm::SHA256, *unbase64(sum));
  EXPECT_EQ(complete(id, {{1, md5("one"), more}}, {{"x-amz-checksum-sha256", sum}}).error_code, "BadDigest");
  Reply done = complete(id, {{1, md5("one"), more}}, {{"x-amz-checksum-sha256", whole.base64() + "-1"}});
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.text("ChecksumSHA256"), whole.base64() + "-1");
  EXPECT_EQ(done.text("ChecksumType"), "COMPOSITE");
  Reply head = call("HEAD /bucket/k", "", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(head.header("x-amz-checksum-sha256"), whole.base64() + "-1");
}

// s3-facts 36
TEST_F(MultipartTest, ConditionsOfComplete) {
  std::string id = begin();
  EXPECT_EQ(put_part(id, "1", "one").status, 200);
  EXPECT_EQ(complete(id, {{1, md5("one")}}, {{"if-none-match", "\"x\""}}).status, 501);
  EXPECT_EQ(complete(id, {{1, md5("one")}}, {{"if-match", "\"x\""}}).error_code, "NoSuchKey");
  world_.sim.advance(seconds(1));
  EXPECT_EQ(put("k", "object").status, 200);
  Reply conflict = complete(id, {{1, md5("one")}}, {{"if-match", '"' + md5("object") + '"'}});
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.error_code, "ConditionalRequestConflict");
  EXPECT_EQ(conflict.text("Condition"), "If-Match");
  EXPECT_EQ(conflict.text("Key"), "k");
  EXPECT_EQ(complete(id, {{1, md5("one")}}, {{"if-none-match", "*"}}).status, 409);
  std::string later = begin();
  EXPECT_EQ(put_part(later, "1", "one").status, 200);
  Reply failed = complete(later, {{1, md5("one")}}, {{"if-none-match", "*"}});
  EXPECT_EQ(failed.status, 412);
  EXPECT_EQ(failed.text("Condition"), "If-None-Match");
  EXPECT_EQ(call("GET /bucket/k").body, "object");
  EXPECT_EQ(complete(id, {{1, md5("one")}}).status, 200);
}

// s3-facts 49
TEST_F(MultipartTest, APartIsCopiedFromAnObject) {
  EXPECT_EQ(put("a%20b", "0123456789").status, 200);
  std::string id = begin();
  const std::string source = "/bucket/a%20b";
  Reply whole = copy_part(id, "1", {{"x-amz-copy-source", source}});
  EXPECT_EQ(whole.status, 200) << whole.body;
  EXPECT_EQ(whole.text("ETag"), "&quot;" + md5("0123456789") + "&quot;");
  EXPECT_TRUE(whole.has("LastModified"));
  Reply piece = copy_part(id, "2", {{"x-amz-copy-source", source}, {"x-amz-copy-source-range", "bytes=2-4"}});
  EXPECT_EQ(piece.text("ETag"), "&quot;" + md5("234") + "&quot;");

  auto code = [&](std::string name, std::string value) {
    Reply reply = copy_part(id, "3", {{"x-amz-copy-source", source}, {std::move(name), std::move(value)}});
    return std::to_string(reply.status) + ' ' + reply.error_code;
  };
  for (const char* range : {"bytes=0-10", "bytes=4-2", "bytes=-3", "bytes=3-", "0-3", "bytes=0-1,3-4", "bytes=a-b"}) {
    EXPECT_EQ(code("x-amz-copy-source-range", range), "400 InvalidArgument") << range;
  }
  EXPECT_EQ(code("x-amz-copy-source-if-match", "\"x\""), "412 PreconditionFailed");
  EXPECT_EQ(code("x-amz-copy-source-if-none-match", md5("0123456789")), "412 PreconditionFailed");
  EXPECT_EQ(copy_part(id, "3", {{"x-amz-copy-source", "bucket/none"}}).error_code, "NoSuchKey");
  EXPECT_EQ(copy_part(id, "3", {{"x-amz-copy-source", "nowhere/a"}}).error_code, "NoSuchBucket");
  EXPECT_EQ(copy_part(id, "3", {{"x-amz-copy-source", "bucket"}}).error_code, "InvalidArgument");
  EXPECT_THAT(call("GET /bucket/k?uploadId=" + id).all("Part"), SizeIs(2));
  EXPECT_EQ(complete(id, {{2, md5("234")}}).status, 200);
  EXPECT_EQ(call("GET /bucket/k").body, "234");
}

// s3-facts 49
TEST_F(MultipartTest, APartIsCopiedFromAnObjectOfParts) {
  std::string id = begin();
  const std::string large(kFiveMebibytes, 'a');
  EXPECT_EQ(put_part(id, "1", large).status, 200);
  EXPECT_EQ(put_part(id, "2", "tail").status, 200);
  EXPECT_EQ(complete(id, {{1, md5(large)}, {2, md5("tail")}}).status, 200);
  std::string into = begin();
  Reply piece =
      copy_part(into, "1", {{"x-amz-copy-source", "bucket/k"}, {"x-amz-copy-source-range", "bytes=5242878-5242881"}});
  EXPECT_EQ(piece.text("ETag"), "&quot;" + md5("aata") + "&quot;") << piece.body;
}

TEST_F(MultipartTest, AVersionIsCopied) {
  world_.set_versioning(bucket_, record::Fence::ENABLED);
  Reply old = put("s", "old");
  EXPECT_EQ(put("s", "new").status, 200);
  std::string version = old.header("x-amz-version-id");
  std::string id = begin();
  Reply copied = copy_part(id, "1", {{"x-amz-copy-source", "bucket/s?versionId=" + version}});
  EXPECT_EQ(copied.text("ETag"), "&quot;" + md5("old") + "&quot;");
  EXPECT_EQ(copied.header("x-amz-copy-source-version-id"), version);
  Reply done = complete(id, {{1, md5("old")}});
  EXPECT_EQ(done.header("x-amz-version-id").size(), 32u);
}

// s3-facts 11
TEST_F(MultipartTest, PartsAreListedInPages) {
  std::string id = begin();
  for (const char* number : {"1", "3", "5"}) EXPECT_EQ(put_part(id, number, number).status, 200);
  Reply all = call("GET /bucket/k?uploadId=" + id);
  EXPECT_THAT(all.all("PartNumber"), ElementsAre("1", "3", "5"));
  EXPECT_EQ(all.text("IsTruncated"), "false");
  EXPECT_EQ(all.text("StorageClass"), "STANDARD");
  EXPECT_THAT(all.all("ID"), ElementsAre("arn:aws:iam::111122223333:root", canonical_id(kOwner)));
  Reply page = call("GET /bucket/k?max-parts=2&uploadId=" + id);
  EXPECT_THAT(page.all("PartNumber"), ElementsAre("1", "3"));
  EXPECT_EQ(page.text("IsTruncated"), "true");
  EXPECT_EQ(page.text("NextPartNumberMarker"), "3");
  Reply rest = call("GET /bucket/k?part-number-marker=3&uploadId=" + id);
  EXPECT_THAT(rest.all("PartNumber"), ElementsAre("5"));
  EXPECT_EQ(rest.text("PartNumberMarker"), "3");
  EXPECT_THAT(call("GET /bucket/k?part-number-marker=2147483647&uploadId=" + id).all("Part"), IsEmpty());
  EXPECT_EQ(call("GET /bucket/k?max-parts=-1&uploadId=" + id).error_code, "InvalidArgument");
  EXPECT_EQ(call("GET /bucket/k?part-number-marker=-1&uploadId=" + id).error_code, "InvalidArgument");
}

// s3-facts 3, 11
TEST_F(MultipartTest, UploadsAreListedByKeyThenByTime) {
  std::string b1 = begin("b");
  world_.sim.advance(seconds(1));
  std::string b2 = begin("b");
  std::string a = begin("a"), slash = begin("c/1"), more = begin("c/2"), odd = begin("d%20%2B");
  Reply all = call("GET /bucket?uploads");
  EXPECT_THAT(all.all("UploadId"), ElementsAre(a, b1, b2, slash, more, odd));
  EXPECT_EQ(all.text("IsTruncated"), "false");
  EXPECT_THAT(call("GET /bucket?uploads&prefix=c/").all("UploadId"), ElementsAre(slash, more));
  Reply grouped = call("GET /bucket?uploads&delimiter=/");
  EXPECT_THAT(grouped.all("UploadId"), ElementsAre(a, b1, b2, odd));
  EXPECT_THAT(grouped.all("CommonPrefixes"), ElementsAre("<Prefix>c/</Prefix>"));
  EXPECT_THAT(call("GET /bucket?uploads&key-marker=b").all("UploadId"), ElementsAre(slash, more, odd));
  EXPECT_THAT(call("GET /bucket?uploads&key-marker=b&upload-id-marker=" + b1).all("UploadId"),
              ElementsAre(b2, slash, more, odd));
  EXPECT_THAT(call("GET /bucket?uploads&upload-id-marker=" + b1).all("UploadId"), SizeIs(6));
  EXPECT_EQ(call("GET /bucket?uploads&key-marker=b&upload-id-marker=x").error_code, "InvalidArgument");
  EXPECT_EQ(call("GET /bucket?uploads&max-uploads=-1").error_code, "InvalidArgument");
  EXPECT_THAT(call("GET /bucket?uploads&max-uploads=0").all("Upload"), IsEmpty());
  Reply encoded = call("GET /bucket?uploads&encoding-type=url&prefix=d");
  EXPECT_EQ(encoded.text("Key"), "d+%2B");

  // Page by page, each place shown once, whether it is an upload or a common prefix.
  std::vector<std::string> seen;
  std::string markers;
  for (int page = 0; page < 10; ++page) {
    Reply reply = call("GET /bucket?uploads&delimiter=/&max-uploads=1" + markers);
    for (auto& id : reply.all("UploadId")) seen.push_back(id);
    for (auto& prefix : reply.all("CommonPrefixes")) seen.push_back(prefix);
    if (reply.text("IsTruncated") == "false") break;
    markers = "&key-marker=" + reply.text("NextKeyMarker") + "&upload-id-marker=" + reply.text("NextUploadIdMarker");
  }
  EXPECT_THAT(seen, ElementsAre(a, b1, b2, "<Prefix>c/</Prefix>", odd));
}

TEST_F(MultipartTest, AnAbortedUploadIsGone) {
  std::string id = begin();
  EXPECT_EQ(put_part(id, "1", "one").status, 200);
  EXPECT_EQ(call("DELETE /bucket/k?uploadId=" + id).status, 204);
  EXPECT_EQ(call("DELETE /bucket/k?uploadId=" + id).error_code, "NoSuchUpload");
  EXPECT_EQ(complete(id, {{1, md5("one")}}).error_code, "NoSuchUpload");
  EXPECT_THAT(call("GET /bucket?uploads").all("Upload"), IsEmpty());
}

TEST_F(MultipartTest, AnUploadIsOfItsKeyAlone) {
  std::string id = begin();
  EXPECT_EQ(call("GET /bucket/other?uploadId=" + id).error_code, "NoSuchUpload");
  EXPECT_EQ(call("POST /bucket/other?uploadId=" + id, document({{1, md5("")}})).error_code, "NoSuchUpload");
}

}  // namespace
}  // namespace skerry::s3
