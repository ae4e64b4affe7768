#include "base/bytes.h"
#include "digest/hasher.h"
#include "s3/ops/bind.h"
#include "s3/ops_fixture.h"

namespace skerry::s3 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kXmlns = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

class BucketSettingsTest : public OpsTest {
 protected:
  BucketSettingsTest() {
    bind_buckets(registry_, world_.buckets(), world_.meta(), NewBucketDefaults::Aws2023);
    bind_bucket_access(registry_, {world_.buckets(), directory_, world_.meta()});
    bind_bucket_settings(registry_, world_.buckets());
    bucket_ = world_.make_bucket("bucket");
  }

  // With the digest that such documents need.
  Reply put(std::string target, std::string body) {
    std::string md5 = base64(digest::digest_of(digest::Algorithm::MD5, body).bytes());
    return call("PUT " + target, std::move(body), {{"content-md5", md5}});
  }
  std::string set_versioning(std::string inside) {
    Reply reply = put("/bucket?versioning",
                      fmt::format("<VersioningConfiguration{}>{}</VersioningConfiguration>", kXmlns, inside));
    return fmt::format("{} {}", reply.status, reply.error_code);
  }
  std::string versioning() { return call("GET /bucket?versioning").text("Status"); }

  static std::string tags(const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::string out;
    for (const auto& [key, value] : pairs) out += fmt::format("<Tag><Key>{}</Key><Value>{}</Value></Tag>", key, value);
    return fmt::format("<Tagging{}><TagSet>{}</TagSet></Tagging>", kXmlns, out);
  }
  std::string set_tags(const std::vector<std::pair<std::string, std::string>>& pairs) {
    Reply reply = put("/bucket?tagging", tags(pairs));
    return fmt::format("{} {}", reply.status, reply.error_code);
  }

  FoundBucket bucket_;
};

TEST_F(BucketSettingsTest, VersioningIsSetAndHasItsEffect) {
  Reply never = call("GET /bucket?versioning");
  EXPECT_EQ(never.status, 200);
  EXPECT_THAT(never.body, HasSubstr("<VersioningConfiguration"));
  EXPECT_FALSE(never.has("Status"));
  EXPECT_EQ(set_versioning("<Status>Enabled</Status>"), "200 ");
  EXPECT_EQ(versioning(), "Enabled");
  auto installed = world_.put(bucket_, "k", 1);  // bucket_ knows nothing of it yet
  ASSERT_TRUE(installed);
  EXPECT_TRUE(installed->versioned);
  EXPECT_FALSE(installed->row.null_version());
  EXPECT_EQ(set_versioning("<Status>Suspended</Status><MfaDelete>Disabled</MfaDelete>"), "200 ");
  EXPECT_EQ(versioning(), "Suspended");
  installed = world_.put(bucket_, "k", 2);
  ASSERT_TRUE(installed);
  EXPECT_TRUE(installed->row.null_version());
}

TEST_F(BucketSettingsTest, AVersioningThatIsNoneIsRefused) {
  EXPECT_EQ(set_versioning(""), "400 IllegalVersioningConfigurationException");
  EXPECT_EQ(set_versioning("<Status>enabled</Status>"), "400 MalformedXML");
  EXPECT_EQ(set_versioning("<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>"), "501 NotImplemented");
  EXPECT_EQ(put("/bucket?versioning", "<VersioningConfiguration>").error_code, "MalformedXML");
  EXPECT_EQ(put("/bucket?versioning", "").error_code, "MissingRequestBodyError");
  EXPECT_EQ(versioning(), "(none)") << "a refused request changes nothing";
}

// Point 62.
TEST_F(BucketSettingsTest, TagsAreKept) {
  Reply none = call("GET /bucket?tagging");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.text("Code"), "NoSuchTagSet");
  EXPECT_EQ(none.text("BucketName"), "bucket");
  EXPECT_EQ(set_tags({{"b", "1"}, {"a", ""}}), "204 ");
  Reply some = call("GET /bucket?tagging");
  EXPECT_THAT(some.all("Key"), ElementsAre("b", "a"));
  EXPECT_THAT(some.all("Value"), ElementsAre("1", ""));
  EXPECT_EQ(set_tags({{"c", "3"}}), "204 ");
  EXPECT_THAT(call("GET /bucket?tagging").all("Key"), ElementsAre("c"));
  EXPECT_EQ(call("DELETE /bucket?tagging").status, 204);
  EXPECT_EQ(call("DELETE /bucket?tagging").status, 204);
  EXPECT_EQ(call("GET /bucket?tagging").error_code, "NoSuchTagSet");
  EXPECT_EQ(call("HEAD /bucket").status, 200) << "the bucket is still there";
}

// Point 62.
TEST_F(BucketSettingsTest, TagsThatAreNoneAreRefused) {
  ASSERT_EQ(set_tags({{"a", "1"}}), "204 ");
  EXPECT_EQ(set_tags({{"a", "1"}, {"a", "2"}}), "400 InvalidTag");
  EXPECT_EQ(set_tags({{"aws:a", "1"}}), "400 InvalidTag");
  EXPECT_EQ(set_tags({{"", "1"}}), "400 InvalidTag");
  EXPECT_EQ(set_tags({{std::string(129, 'k'), "1"}}), "400 InvalidTag");
  EXPECT_EQ(set_tags({{"k", std::string(257, 'v')}}), "400 InvalidTag");
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 51; ++i) many.emplace_back("k" + std::to_string(i), "v");
  EXPECT_EQ(set_tags(many), "400 BadRequest");
  EXPECT_THAT(call("GET /bucket?tagging").all("Key"), ElementsAre("a")) << "a refused request changes nothing";
  many.pop_back();
  EXPECT_EQ(set_tags(many), "204 ");
  EXPECT_EQ(call("GET /bucket?tagging").all("Key").size(), 50u);
  EXPECT_EQ(call("PUT /bucket?tagging", tags({{"a", "1"}})).error_code, "InvalidRequest") << "without a digest";
}

TEST_F(BucketSettingsTest, ABucketIsMadeWithItsTags) {
  std::string body = fmt::format(
      "<CreateBucketConfiguration{}><Tags><Tag><Key>a</Key><Value>1</Value></Tag></Tags></CreateBucketConfiguration>",
      kXmlns);
  ASSERT_EQ(call("PUT /tagged", body).status, 200);
  EXPECT_THAT(call("GET /tagged?tagging").all("Key"), ElementsAre("a"));
  EXPECT_EQ(call("PUT /tagged", body).error_code, "BucketAlreadyOwnedByYou") << "they would be lost";
}

// Points 61, 63 and 65.
TEST_F(BucketSettingsTest, WhatNobodyHasSetIsAWSsDefault) {
  Reply acl = call("GET /bucket?acl");
  EXPECT_THAT(acl.body, HasSubstr("<AccessControlPolicy"));
  EXPECT_THAT(acl.all("ID"), ElementsAre(canonical_id(kOwner), canonical_id(kOwner)));
  EXPECT_THAT(acl.body, HasSubstr("xsi:type=\"CanonicalUser\""));
  EXPECT_THAT(acl.all("Permission"), ElementsAre("FULL_CONTROL"));

  Reply encryption = call("GET /bucket?encryption");
  EXPECT_EQ(encryption.status, 200);
  EXPECT_EQ(encryption.text("SSEAlgorithm"), "AES256");
  EXPECT_EQ(encryption.text("BucketKeyEnabled"), "false");
  EXPECT_EQ(encryption.text("EncryptionType"), "SSE-C");

  auto document = [&](std::string setting) {
    Reply reply = call("GET /bucket?" + setting);
    EXPECT_EQ(reply.status, 200) << setting;
    return reply.body.substr(reply.body.find('\n') + 1);
  };
  EXPECT_EQ(document("logging"), fmt::format("<BucketLoggingStatus{}></BucketLoggingStatus>", kXmlns));
  EXPECT_EQ(document("accelerate"), fmt::format("<AccelerateConfiguration{}></AccelerateConfiguration>", kXmlns));
  EXPECT_EQ(document("notification"), fmt::format("<NotificationConfiguration{}></NotificationConfiguration>", kXmlns));
  EXPECT_EQ(
      document("requestPayment"),
      fmt::format("<RequestPaymentConfiguration{}><Payer>BucketOwner</Payer></RequestPaymentConfiguration>", kXmlns));
}

// A setting that would be stored without its effect is not taken.
TEST_F(BucketSettingsTest, WhatIsNotServedSaysSo) {
  for (std::string setting : {"encryption", "logging", "accelerate", "requestPayment", "notification", "cors",
                              "lifecycle", "website", "replication", "object-lock"}) {
    Reply reply = put("/bucket?" + setting, "<Anything/>");
    EXPECT_EQ(reply.status, 501) << setting;
    EXPECT_EQ(reply.text("Code"), "NotImplemented") << setting;
    EXPECT_THAT(reply.text("Message"), HasSubstr("Put")) << setting;
  }
  EXPECT_EQ(call("DELETE /bucket?encryption").status, 501);
  EXPECT_EQ(call("GET /bucket?lifecycle").status, 501);
}

TEST_F(BucketSettingsTest, SettingsAreTheOwnersAlone) {
  for (std::string target : {"GET /bucket?versioning", "GET /bucket?tagging", "GET /bucket?acl",
                             "GET /bucket?encryption", "DELETE /bucket?tagging", "PUT /bucket?versioning"}) {
    EXPECT_EQ(call({.target = target, .account = std::string(kStranger)}).error_code, "AccessDenied") << target;
    EXPECT_EQ(call({.target = target, .account = ""}).error_code, "AccessDenied") << target;
  }
}

}  // namespace
}  // namespace skerry::s3
