#include "s3/ops/bind.h"
#include "s3/ops_fixture.h"

namespace skerry::s3 {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class ListingsTest : public OpsTest {
 protected:
  ListingsTest() {
    bind_listings(registry_, world_.meta());
    bucket_ = world_.make_bucket("bucket");
  }

  std::string put(std::string key, std::uint64_t size = 1) {
    auto installed = world_.put(bucket_, std::move(key), size);
    EXPECT_TRUE(installed);
    return VersionId::of(installed->row).text();
  }
  std::string remove(std::string key) {
    auto removed = world_.sim.run(world_.index().remove(bucket_, std::move(key), {}));
    EXPECT_TRUE(removed);
    return removed->version_id.value_or("");
  }

  static std::string query_text(std::string_view text) {
    std::string out;
    for (char c : text) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
  }

  // What is refused: status, code, argument.
  std::string refusal(std::string_view query) {
    Reply reply = call("GET /bucket?" + std::string(query));
    return fmt::format("{} {} {}", reply.status, reply.error_code, reply.text("ArgumentName"));
  }

  FoundBucket bucket_;
};

TEST_F(ListingsTest, V2ShowsObjects) {
  NewVersion version = world_.new_version(5);
  version.row.set_etag_md5(std::string(16, '\x11'));
  version.row.mutable_checksum()->set_algorithm(static_cast<std::uint32_t>(digest::Algorithm::CRC64NVME));
  version.row.set_storage_class(record::STANDARD_IA);
  std::string key = "a <&> key";
  ASSERT_TRUE(world_.sim.run(world_.index().install(bucket_, key, version, {})));
  Reply reply = call("GET /bucket?list-type=2");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"));
  EXPECT_EQ(reply.text("Name"), "bucket");
  EXPECT_EQ(reply.text("Prefix"), "");
  EXPECT_EQ(reply.text("MaxKeys"), "1000");
  EXPECT_EQ(reply.text("KeyCount"), "1");
  EXPECT_EQ(reply.text("IsTruncated"), "false");
  EXPECT_EQ(reply.text("Key"), "a &lt;&amp;&gt; key");
  EXPECT_EQ(reply.text("ETag"), "&quot;11111111111111111111111111111111&quot;");
  EXPECT_EQ(reply.text("Size"), "5");
  EXPECT_EQ(reply.text("StorageClass"), "STANDARD_IA");
  EXPECT_THAT(reply.text("LastModified"), testing::MatchesRegex("20[0-9-]+T[0-9:]+\\.000Z"));
  // Point 10.
  EXPECT_EQ(reply.text("ChecksumAlgorithm"), "CRC64NVME");
  EXPECT_EQ(reply.text("ChecksumType"), "FULL_OBJECT");
  EXPECT_FALSE(reply.has("Owner"));
  EXPECT_EQ(call("GET /bucket?list-type=2&fetch-owner=true").text("ID"), canonical_id(kOwner));
  EXPECT_EQ(call("GET /bucket").text("ID"), canonical_id(kOwner)) << "V1 always has it";
  for (std::string absent : {"Delimiter", "EncodingType", "ContinuationToken", "NextContinuationToken", "StartAfter",
                             "Marker", "NextMarker", "CommonPrefixes"}) {
    EXPECT_FALSE(reply.has(absent)) << absent;
  }
}

// Points 1 and 2.
TEST_F(ListingsTest, V2TokensAreOpaqueAndChecked) {
  std::vector<std::string> keys = {"\x01"s, "+"s, "a b"s, "a%2Fb"s, "a/"s, "\xf0\x9f\xa6\x80"s};
  for (const std::string& key : keys) put(key);
  std::vector<std::string> seen;
  std::string query = "list-type=2&max-keys=1&encoding-type=url";
  std::string token;
  for (;;) {
    Reply page = call("GET /bucket?" + query + (token.empty() ? "" : "&continuation-token=" + query_text(token)));
    ASSERT_EQ(page.status, 200) << page.body;
    for (std::string& key : page.all("Key")) seen.push_back(std::move(key));
    EXPECT_EQ(page.text("ContinuationToken"), token.empty() ? "(none)" : token);
    if (page.text("IsTruncated") == "false") {
      EXPECT_FALSE(page.has("NextContinuationToken"));
      break;
    }
    token = page.text("NextContinuationToken");
  }
  EXPECT_THAT(seen, ElementsAre("%01", "%2B", "a+b", "a%252Fb", "a/", "%F0%9F%A6%80"));

  Reply both = call("GET /bucket?list-type=2&start-after=zzz&continuation-token=" + query_text(token));
  EXPECT_EQ(both.all("Key").size(), 1u) << "the token wins";
  EXPECT_EQ(both.text("StartAfter"), "zzz");
  EXPECT_EQ(both.text("ContinuationToken"), token);

  for (std::string wrong :
       {"wrong"s, token + "A", token.substr(1), token.substr(0, token.size() - 4), ""s, "1"s, "1AAAAAAAAAAA="s}) {
    Reply reply = call("GET /bucket?list-type=2&continuation-token=" + query_text(wrong));
    EXPECT_EQ(reply.status, 400) << wrong;
    EXPECT_EQ(reply.text("Code"), "InvalidArgument");
    EXPECT_EQ(reply.text("Message"), "The continuation token provided is incorrect");
    EXPECT_EQ(reply.text("ArgumentName"), "continuation-token");
  }
  world_.make_bucket("other");
  EXPECT_EQ(call("GET /other?list-type=2&continuation-token=" + query_text(token)).error_code, "InvalidArgument")
      << "it is of another bucket";
}

// Point 3.
TEST_F(ListingsTest, UrlEncodingIsOfKeysOnly) {
  for (std::string key : {"a b/+=&~", "a b/c", "d/e*_-.", "d+"}) put(key);
  Reply reply = call("GET /bucket?list-type=2&encoding-type=url&prefix=a%20b/&start-after=%2B&delimiter=%3D");
  EXPECT_EQ(reply.text("EncodingType"), "url");
  EXPECT_THAT(reply.all("Prefix"), ElementsAre("a+b/", "a+b/%2B%3D")) << "the query's own, and the common one";
  EXPECT_EQ(reply.text("Delimiter"), "%3D");
  EXPECT_EQ(reply.text("StartAfter"), "%2B");
  EXPECT_EQ(reply.text("Key"), "a+b/c");

  reply = call("GET /bucket?encoding-type=url&marker=a%20b/c&max-keys=1&delimiter=/");
  EXPECT_EQ(reply.text("Marker"), "a+b/c");
  EXPECT_EQ(reply.text("Key"), "d%2B");
  EXPECT_EQ(reply.text("NextMarker"), "d%2B");
  reply = call("GET /bucket?encoding-type=url&prefix=d/");
  EXPECT_EQ(reply.text("Key"), "d/e*_-.");
  reply = call("GET /bucket?encoding-type=url&prefix=a%20b/%2B");
  EXPECT_EQ(reply.text("Key"), "a+b/%2B%3D%26%7E");

  reply = call("GET /bucket?versions&encoding-type=url&key-marker=a%20b/c&max-keys=1");
  EXPECT_EQ(reply.text("KeyMarker"), "a+b/c");
  EXPECT_EQ(reply.text("NextKeyMarker"), "d%2B");
  EXPECT_EQ(reply.text("NextVersionIdMarker"), "null");

  for (std::string listing : {"", "list-type=2&", "versions&"}) {
    reply = call("GET /bucket?" + listing + "encoding-type=base64");
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.text("Code"), "InvalidArgument");
    EXPECT_EQ(reply.text("Message"), "Invalid Encoding Method specified in Request");
    EXPECT_EQ(reply.text("ArgumentName"), "encoding-type");
    EXPECT_EQ(reply.text("ArgumentValue"), "base64");
  }
}

// Point 4.
TEST_F(ListingsTest, CommonPrefixesCountAndAreNotRepeated) {
  for (std::string key : {"a/1", "a/2", "b", "c/1", "c/2", "d"}) put(key);
  std::vector<std::string> pages;
  std::string token;
  do {
    Reply page = call("GET /bucket?list-type=2&delimiter=/&max-keys=1" +
                      (token.empty() ? "" : "&continuation-token=" + query_text(token)));
    EXPECT_EQ(page.text("KeyCount"), "1");
    auto prefixes = page.all("Prefix");
    pages.push_back(page.has("Key") ? page.text("Key") : prefixes.back());
    token = page.has("NextContinuationToken") ? page.text("NextContinuationToken") : "";
  } while (!token.empty() && pages.size() < 10);
  EXPECT_THAT(pages, ElementsAre("a/", "b", "c/", "d"));
}

// Point 5.
TEST_F(ListingsTest, MaxKeysIsBounded) {
  put("a");
  for (std::string listing : {"", "list-type=2&", "versions&"}) {
    SCOPED_TRACE(listing);
    Reply none = call("GET /bucket?" + listing + "max-keys=0");
    EXPECT_EQ(none.text("IsTruncated"), "false");
    EXPECT_FALSE(none.has("Key"));
    EXPECT_EQ(none.text("MaxKeys"), "0");
    EXPECT_EQ(call("GET /bucket?" + listing + "max-keys=5000").text("MaxKeys"), "1000");
    EXPECT_EQ(call("GET /bucket?" + listing + "max-keys=").text("MaxKeys"), "1000");
    EXPECT_EQ(refusal(listing + "max-keys=-1"),
              listing == "versions&" ? "400 InvalidArgument max-keys" : "400 InvalidArgument maxKeys");
    EXPECT_EQ(refusal(listing + "max-keys=ten"), "400 InvalidArgument max-keys");
    EXPECT_EQ(refusal(listing + "max-keys=99999999999"), "400 InvalidArgument max-keys");
  }
  EXPECT_EQ(call("GET /bucket?max-keys=-1").text("Message"),
            "Argument maxKeys must be an integer between 0 and 2147483647");
}

// Point 6.
TEST_F(ListingsTest, V1HasANextMarkerWithADelimiterOnly) {
  for (std::string key : {"a/1", "b", "c"}) put(key);
  Reply plain = call("GET /bucket?max-keys=1");
  EXPECT_EQ(plain.text("IsTruncated"), "true");
  EXPECT_FALSE(plain.has("NextMarker"));
  EXPECT_EQ(plain.text("Marker"), "");
  Reply grouped = call("GET /bucket?max-keys=1&delimiter=/");
  EXPECT_EQ(grouped.text("NextMarker"), "a/");
  EXPECT_EQ(call("GET /bucket?max-keys=1&delimiter=/&marker=a/").text("Key"), "b");
  EXPECT_FALSE(call("GET /bucket?delimiter=/&marker=b").has("NextMarker"));
}

// Points 7, 8 and 13.
TEST_F(ListingsTest, OrderIsThatOfBytesAndDelimitersAreAnyString) {
  for (std::string key : {"a/", "a0", "a-b", "obj/", "obj+", "a//b", "../x", "/"}) put(key);
  EXPECT_THAT(call("GET /bucket?list-type=2").all("Key"),
              ElementsAre("../x", "/", "a-b", "a/", "a//b", "a0", "obj+", "obj/"));
  EXPECT_THAT(call("GET /bucket?list-type=2&delimiter=").all("Key").size(), 8u);
  EXPECT_FALSE(call("GET /bucket?list-type=2&delimiter=").has("Delimiter"));
  Reply inside = call("GET /bucket?list-type=2&delimiter=/&prefix=a/");
  EXPECT_THAT(inside.all("Key"), ElementsAre("a/"));
  EXPECT_THAT(inside.all("Prefix"), ElementsAre("a/", "a//"));
  Reply odd = call("GET /bucket?list-type=2&delimiter=bj");
  EXPECT_THAT(odd.all("Prefix"), ElementsAre("", "obj"));
  EXPECT_THAT(call("GET /bucket?list-type=2&prefix=/").all("Key"), ElementsAre("/"));
}

// Point 9.
TEST_F(ListingsTest, VersionsAreNewestFirst) {
  put("a", 1);
  world_.set_versioning(bucket_, record::Fence::ENABLED);
  std::string second = put("a", 2), third = put("a", 3), marker = remove("a");
  std::string other = put("b/1", 4);
  Reply all = call("GET /bucket?versions");
  EXPECT_THAT(all.body, HasSubstr("<ListVersionsResult "));
  EXPECT_THAT(all.all("VersionId"), ElementsAre(third, second, "null", other, marker));
  EXPECT_THAT(all.all("IsLatest"), ElementsAre("false", "false", "false", "true", "true"));
  EXPECT_THAT(all.all("Size"), ElementsAre("3", "2", "1", "4"));
  EXPECT_EQ(all.all("DeleteMarker").size(), 1u);
  EXPECT_EQ(all.all("ID").size(), 5u);
  EXPECT_EQ(all.text("KeyMarker"), "");
  EXPECT_EQ(all.text("VersionIdMarker"), "");

  Reply page = call("GET /bucket?versions&max-keys=2");
  EXPECT_EQ(page.text("IsTruncated"), "true");
  EXPECT_EQ(page.text("NextKeyMarker"), "a");
  EXPECT_EQ(page.text("NextVersionIdMarker"), third);
  page = call("GET /bucket?versions&delimiter=/&key-marker=a&version-id-marker=" + third);
  EXPECT_THAT(page.all("VersionId"), ElementsAre(second, "null"));
  EXPECT_THAT(page.all("Prefix"), ElementsAre("", "b/"));
  EXPECT_EQ(page.text("KeyMarker"), "a");
  EXPECT_EQ(page.text("VersionIdMarker"), third);
  EXPECT_THAT(call("GET /bucket?versions&key-marker=a").all("Key"), ElementsAre("b/1"));
  page = call("GET /bucket?versions&delimiter=/&max-keys=4&key-marker=a&version-id-marker=null");
  EXPECT_THAT(page.all("Prefix"), ElementsAre("", "b/"));
  EXPECT_EQ(page.text("IsTruncated"), "false");

  EXPECT_EQ(refusal("versions&version-id-marker=null"), "400 InvalidArgument version-id-marker");
  EXPECT_EQ(refusal("versions&key-marker=a&version-id-marker="), "400 InvalidArgument version-id-marker");
  EXPECT_EQ(refusal("versions&key-marker=a&version-id-marker=x"), "400 InvalidArgument version-id-marker");
  EXPECT_FALSE(call("GET /bucket?list-type=2").has("a")) << "no marker is an object";
  EXPECT_THAT(call("GET /bucket?list-type=2").all("Key"), ElementsAre("b/1"));
}

// Point 10.
TEST_F(ListingsTest, ControlBytesAreReferences) {
  put("a\x01\r\nb");
  EXPECT_EQ(call("GET /bucket?list-type=2").text("Key"), "a&#x1;&#xd;&#xa;b");
}

// Point 12.
TEST_F(ListingsTest, WhatWasWrittenIsListedAtOnce) {
  put("a", 1);
  put("a", 2);
  EXPECT_EQ(call("GET /bucket?list-type=2").text("Size"), "2");
  remove("a");
  EXPECT_FALSE(call("GET /bucket?list-type=2").has("Key"));
}

TEST_F(ListingsTest, WhatCanBeNoPartOfAKeyIsRefused) {
  std::string longest(1024, 'k'), longer(1025, 'k');
  put(longest);
  EXPECT_EQ(call("GET /bucket?list-type=2&prefix=" + longest).text("KeyCount"), "1");
  EXPECT_EQ(refusal("list-type=2&prefix=" + longer), "400 KeyTooLongError (none)");
  EXPECT_EQ(refusal("marker=" + longer), "400 KeyTooLongError (none)");
  EXPECT_EQ(refusal("versions&key-marker=%FF"), "400 InvalidURI (none)");
  EXPECT_EQ(refusal("list-type=2&prefix=%zz"), "400 InvalidURI (none)");
}

}  // namespace
}  // namespace skerry::s3
