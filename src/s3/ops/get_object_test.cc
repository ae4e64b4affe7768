#include "digest/hasher.h"
#include "s3/ops/objects_fixture.h"

namespace skerry::s3 {
namespace {

class GetObjectTest : public ObjectsTest {
 protected:
  // An object of two parts, as CompleteMultipartUpload makes it; gives its bytes.
  std::string make_parts(std::string key) {
    std::string first(200'000, 'a'), second(70'000, 'b');
    NewVersion version;
    std::uint32_t number = 0;
    for (const std::string& bytes : {first, second}) {
      StringSource source(bytes);
      std::vector algorithms{digest::Algorithm::CRC32};
      auto stored = world_.sim.run(contents_.store(bucket_, source, bytes.size(), algorithms));
      record::Part& part = *version.detail.add_parts();
      part.set_number(++number);
      part.set_size(bytes.size());
      part.set_blob_id(stored->blob_id);
      part.set_checksum(std::string(stored->digests[0].bytes()));
      stored->in_flight.settle();
    }
    version.row.set_size(first.size() + second.size());
    version.row.set_etag_md5(std::string(16, '\x22'));
    version.row.set_etag_parts(2);
    version.row.set_place(record::VersionRow::PARTS);
    version.row.mutable_checksum()->set_algorithm(1);
    version.row.mutable_checksum()->set_composite(true);
    version.detail.set_checksum("abcd");
    WriteCondition none;
    EXPECT_TRUE(world_.sim.run(world_.index().install(bucket_, key, std::move(version), none)));
    return first + second;
  }
};

TEST_F(GetObjectTest, Fact34NotModifiedHasItsETagAndNoBody) {
  auto made = put("k", "0123456789");
  for (auto reply : {get("k", {{"if-none-match", made.header("etag")}}), head("k", {{"if-none-match", "*"}})}) {
    EXPECT_EQ(reply.status, 304);
    EXPECT_EQ(reply.header("etag"), made.header("etag"));
    EXPECT_EQ(reply.body, "");
  }
  auto failed = get("k", {{"if-match", "\"x\""}});
  EXPECT_EQ(failed.status, 412);
  EXPECT_EQ(failed.text("Condition"), "If-Match");
  EXPECT_EQ(get("k", {{"if-modified-since", "not a date"}}).status, 200);
}

TEST_F(GetObjectTest, Fact38Ranges) {
  put("k", "0123456789");
  auto part = get("k", {{"range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "234");
  EXPECT_EQ(part.header("content-range"), "bytes 2-4/10");
  EXPECT_EQ(head("k", {{"range", "bytes=2-4"}}).status, 206);
  auto whole = get("k", {{"range", "bytes=1-0"}});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body, "0123456789");
  auto refused = get("k", {{"range", "bytes=100-200"}});
  EXPECT_EQ(refused.status, 416);
  EXPECT_EQ(refused.error_code, "InvalidRange");
  EXPECT_EQ(refused.text("ActualObjectSize") + refused.text("RangeRequested"), "10bytes=100-200");
  EXPECT_EQ(get("missing", {{"range", "bytes=100-200"}}).error_code, "NoSuchKey");
}

TEST_F(GetObjectTest, Fact39ChecksumsOfTheWholeOnly) {
  std::string crc = put("k", "0123456789").header("x-amz-checksum-crc64nvme");
  auto shown = [&](Headers headers) { return get("k", std::move(headers)).header("x-amz-checksum-crc64nvme"); };
  EXPECT_EQ(shown({}), "");
  EXPECT_EQ(shown({{"x-amz-checksum-mode", "ENABLED"}}), crc);
  EXPECT_EQ(shown({{"x-amz-checksum-mode", "ENABLED"}, {"range", "bytes=0-9"}}), crc);
  EXPECT_EQ(shown({{"x-amz-checksum-mode", "ENABLED"}, {"range", "bytes=0-8"}}), "");
}

TEST_F(GetObjectTest, Fact40Parts) {
  std::string bytes = make_parts("p");
  EXPECT_EQ(get("p").body, bytes);
  EXPECT_EQ(get("p", {{"range", "bytes=199998-200001"}}).body, "aabb");
  auto second = get("p?partNumber=2", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(second.status, 206);
  EXPECT_EQ(second.body, std::string(70'000, 'b'));
  EXPECT_EQ(second.header("x-amz-mp-parts-count"), "2");
  EXPECT_EQ(second.header("content-range"), "bytes 200000-269999/270000");
  EXPECT_EQ(second.header("x-amz-checksum-crc32"), digest::digest_of(digest::Algorithm::CRC32, second.body).base64());
  EXPECT_EQ(get("p", {{"x-amz-checksum-mode", "ENABLED"}}).header("x-amz-checksum-type"), "COMPOSITE");
  auto third = get("p?partNumber=3");
  EXPECT_EQ(third.status, 416);
  EXPECT_EQ(third.error_code, "InvalidPartNumber");
  EXPECT_EQ(third.text("PartNumberRequested") + "/" + third.text("ActualPartCount"), "3/2");
  EXPECT_EQ(get("p?partNumber=1", {{"range", "bytes=0-1"}}).error_code, "InvalidRequest");
  for (std::string bad : {"0", "-1", "10001", "x"}) EXPECT_EQ(get("p?partNumber=" + bad).error_code, "InvalidArgument");
}

TEST_F(GetObjectTest, Fact40WithoutPartsThereIsOne) {
  put("k", "0123456789");
  auto first = get("k?partNumber=1");
  EXPECT_EQ(first.status, 206);
  EXPECT_EQ(first.body, "0123456789");
  EXPECT_EQ(first.headers.count("x-amz-mp-parts-count"), 0u);
  EXPECT_EQ(get("k?partNumber=2").error_code, "InvalidPartNumber");
}

TEST_F(GetObjectTest, Fact21ResponseHeaders) {
  put("k", "x", {{"content-type", "text/plain"}, {"cache-control", "max-age=1"}});
  auto reply =
      get("k?response-content-type=text/"
          "x&response-cache-control=no-store&response-expires=Thu%2C%2001%20Dec%202044%2016%3A00%3A00%20GMT");
  EXPECT_EQ(reply.header("content-type"), "text/x");
  EXPECT_EQ(reply.header("cache-control"), "no-store");
  EXPECT_EQ(reply.header("expires"), "Thu, 01 Dec 2044 16:00:00 GMT");
  EXPECT_EQ(get("k").header("content-type"), "text/plain");
  for (auto [query, code] : std::vector<std::pair<std::string, std::string>>{
           {"?response-content-type=text/x", "InvalidRequest"}, {"", "AccessDenied"}}) {
    Ask ask{.target = "GET /bucket/k" + query, .account = ""};
    EXPECT_EQ(call(std::move(ask)).error_code, code);
  }
}

TEST_F(GetObjectTest, Fact52DeleteMarkers) {
  set_versioning(record::Fence::ENABLED);
  std::string first = put("k", "first").header("x-amz-version-id");
  auto removed = remove("k");
  EXPECT_EQ(removed.header("x-amz-delete-marker"), "true");
  std::string marker = removed.header("x-amz-version-id");
  auto latest = get("k");
  EXPECT_EQ(latest.error_code, "NoSuchKey");
  EXPECT_EQ(latest.header("x-amz-delete-marker") + latest.header("x-amz-version-id"), "true" + marker);
  auto named = get("k?versionId=" + marker);
  EXPECT_EQ(named.status, 405);
  EXPECT_EQ(named.text("ResourceType"), "DeleteMarker");
  EXPECT_EQ(named.header("allow"), "DELETE");
  EXPECT_EQ(head("k?versionId=" + marker).status, 405);
  EXPECT_EQ(get("k?versionId=" + first).body, "first");
  EXPECT_EQ(remove("k?versionId=" + marker).header("x-amz-delete-marker"), "true");
  EXPECT_EQ(get("k").body, "first");
}

TEST_F(GetObjectTest, Fact53VersionIds) {
  put("k", "x");
  EXPECT_EQ(get("k?versionId=null").body, "x");
  auto bad = get("k?versionId=nonsense");
  EXPECT_EQ(bad.error_code, "InvalidArgument");
  EXPECT_EQ(bad.text("Message") + bad.text("ArgumentName") + bad.text("ArgumentValue"),
            "Invalid version id specifiedversionIdnonsense");
  EXPECT_EQ(get("k?versionId=").error_code, "InvalidArgument");
  EXPECT_EQ(remove("k?versionId=nonsense").error_code, "InvalidArgument");
  set_versioning(record::Fence::ENABLED);
  std::string other = put("other", "y").header("x-amz-version-id");
  EXPECT_EQ(get("k?versionId=" + other).error_code, "NoSuchVersion");
  EXPECT_EQ(get("k").header("x-amz-version-id"), "null");
  set_versioning(record::Fence::SUSPENDED);
  EXPECT_EQ(put("k", "z").header("x-amz-version-id"), "null");
  EXPECT_EQ(get("k").body, "z");
}

TEST_F(GetObjectTest, Fact37ConditionsOfDelete) {
  auto made = put("k", "x");
  EXPECT_EQ(remove("k", {{"if-match", "\"x\""}}).error_code, "PreconditionFailed");
  for (std::string header : {"x-amz-if-match-size", "x-amz-if-match-last-modified-time"}) {
    auto refused = remove("k", {{header, "1"}});
    EXPECT_EQ(refused.status, 501);
    EXPECT_EQ(refused.text("Header"), header);
  }
  EXPECT_EQ(get("k").status, 200);
  EXPECT_EQ(remove("k", {{"if-match", made.header("etag")}}).status, 204);
}

// Readers see the old or the new, whatever comes between their look-ups.
TEST_F(GetObjectTest, ReadersBesideWriters) {
  put("k", std::string(100, 'a'));
  int read = 0;
  auto reader = [](auto& test, int& count) -> Task<> {
    for (int i = 0; i < 50; ++i) {
      Ask ask{.target = "GET /bucket/k"};
      auto reply = co_await test.send(std::move(ask));
      EXPECT_EQ(reply.status, 200);
      EXPECT_EQ(reply.body, std::string(100, reply.body.empty() ? '?' : reply.body[0]));
      ++count;
    }
  };
  auto writer = [](auto& test) -> Task<> {
    for (int i = 0; i < 100; ++i) {
      Ask ask{.target = "PUT /bucket/k",
              .body = std::string(100, static_cast<char>('b' + i % 20)),
              .headers = {{"content-length", "100"}}};
      auto reply = co_await test.send(std::move(ask));
      EXPECT_EQ(reply.status, 200);
    }
  };
  for (int i = 0; i < 4; ++i) spawn(world_.sim, reader(*this, read));
  for (int i = 0; i < 4; ++i) spawn(world_.sim, writer(*this));
  world_.sim.run_until_idle();
  EXPECT_EQ(read, 200);
}

}  // namespace
}  // namespace skerry::s3
