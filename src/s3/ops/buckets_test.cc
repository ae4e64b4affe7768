#include "s3/ops/bind.h"
#include "s3/ops_fixture.h"

namespace skerry::s3 {
namespace {

using testing::ElementsAre;

std::string constraint(std::string_view region) {
  return "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>" +
         std::string(region) + "</LocationConstraint></CreateBucketConfiguration>";
}

class BucketsTest : public OpsTest {
 protected:
  BucketsTest() {
    bind_buckets(registry_, world_.buckets(), world_.meta(), NewBucketDefaults::Aws2023);
    bind_bucket_access(registry_, {world_.buckets(), directory_, world_.meta()});
    bind_listings(registry_, world_.meta());
  }
};

TEST_F(BucketsTest, ABucketIsMadeFoundAndRemoved) {
  Reply made = call("PUT /bucket");
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(made.header("location"), "/bucket");
  Reply head = call("HEAD /bucket");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("x-amz-bucket-region"), "us-east-1");
  EXPECT_EQ(head.header("x-amz-access-point-alias"), "false");
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(call("GET /bucket?list-type=2").text("KeyCount"), "0");
  Reply removed = call("DELETE /bucket");
  EXPECT_EQ(removed.status, 204);
  EXPECT_EQ(removed.body, "");
  EXPECT_EQ(call("HEAD /bucket").status, 404);
  EXPECT_EQ(call("DELETE /bucket").error_code, "NoSuchBucket");
  EXPECT_EQ(call("GET /bucket?list-type=2").text("BucketName"), "bucket");
}

// Point 15.
TEST_F(BucketsTest, NamesThatAreNoneAreRefused) {
  for (std::string name : {"ab", "UpperCase", "under_score", "a..b", "-ab", "ab-", ".ab", "192.168.0.1", "xn--abc",
                           "sthree-abc", "abc-s3alias", "abc--ol-s3", "a%20b"}) {
    Reply reply = call("PUT /" + name);
    EXPECT_EQ(reply.status, 400) << name;
    EXPECT_EQ(reply.text("Code"), "InvalidBucketName") << name;
  }
  EXPECT_EQ(call("PUT /" + std::string(64, 'a')).error_code, "InvalidBucketName");
  EXPECT_EQ(call("PUT /" + std::string(63, 'a')).status, 200);
  EXPECT_EQ(call("PUT /a.b-c.1").status, 200);
  EXPECT_THAT(call("GET /").all("Name"), ElementsAre("a.b-c.1", std::string(63, 'a')));
}

// Point 16.
TEST_F(BucketsTest, AnExistingBucketIsSaidToBeSo) {
  EXPECT_EQ(call("PUT /bucket").status, 200);
  EXPECT_EQ(call("PUT /bucket").status, 200) << "the first region's legacy";
  Reply taken = call({.target = "PUT /bucket", .account = std::string(kStranger)});
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(taken.text("Code"), "BucketAlreadyExists");
  EXPECT_EQ(taken.text("BucketName"), "bucket");

  Ask irish{.target = "PUT /irish", .body = constraint("eu-west-1"), .region = "eu-west-1"};
  EXPECT_EQ(call(irish).status, 200);
  Reply again = call(irish);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.text("Code"), "BucketAlreadyOwnedByYou");
  EXPECT_EQ(call("PUT /irish").text("Code"), "BucketAlreadyOwnedByYou") << "it is not in the first region";
}

// Point 16.
TEST_F(BucketsTest, ALocationFitsTheRegionOfTheSignature) {
  auto make = [&](std::string name, std::string body, std::string region) {
    Reply reply = call({.target = "PUT /" + name, .body = std::move(body), .region = std::move(region)});
    return reply.status == 200 ? "ok" : reply.text("Code");
  };
  EXPECT_EQ(make("b-1", constraint("us-east-1"), "us-east-1"), "InvalidLocationConstraint");
  EXPECT_EQ(make("b-1", constraint("us-east-1"), "eu-west-1"), "InvalidLocationConstraint");
  EXPECT_EQ(make("b-1", constraint("eu-wset-1"), "us-east-1"), "InvalidLocationConstraint");
  EXPECT_EQ(make("b-1", constraint("nowhere"), "nowhere"), "InvalidLocationConstraint");
  EXPECT_EQ(make("b-1", "", "eu-west-1"), "IllegalLocationConstraintException");
  EXPECT_EQ(make("b-1", constraint("eu-central-1"), "eu-west-1"), "IllegalLocationConstraintException");
  EXPECT_EQ(make("b-1", "<oops", "us-east-1"), "MalformedXML");
  EXPECT_EQ(call("GET /").all("Name").size(), 0u) << "a refused request changes nothing";
  EXPECT_EQ(make("b-1", constraint("eu-central-1"), "eu-central-1"), "ok");
  EXPECT_EQ(make("b-2", constraint("ap-southeast-2"), "us-east-1"), "ok") << "the global endpoint";
  EXPECT_EQ(make("b-3", constraint("EU"), "eu-west-1"), "ok");
  EXPECT_EQ(make("b-4", constraint(""), "us-east-1"), "ok");
  Reply old = call({.target = "PUT /b-5", .version = auth::SignatureVersion::V2});
  EXPECT_EQ(old.status, 200) << old.body;

  auto location = [&](std::string name, std::string region) {
    return call({.target = "GET /" + name + "?location", .region = region}).text("LocationConstraint");
  };
  EXPECT_EQ(location("b-1", "eu-central-1"), "(none)") << "the element has a namespace";
  Reply reply = call({.target = "GET /b-1?location", .region = "us-east-1"});
  EXPECT_THAT(reply.body, testing::HasSubstr(">eu-central-1</LocationConstraint>")) << "asked in the first region";
  EXPECT_EQ(call({.target = "GET /b-1?location", .region = "eu-west-1"}).text("Code"), "AuthorizationHeaderMalformed");
  EXPECT_THAT(call("GET /b-3?location").body, testing::HasSubstr(">EU</LocationConstraint>"));
  EXPECT_THAT(call("GET /b-5?location").body, testing::HasSubstr("2006-03-01/\"></LocationConstraint>"));
}

TEST_F(BucketsTest, WhatABucketCannotBeIsRefused) {
  auto make = [&](std::string header, std::string value) {
    Reply reply = call("PUT /bucket", "", {{header, value}});
    return std::to_string(reply.status) + " " + reply.error_code;
  };
  EXPECT_EQ(make("x-amz-acl", "public-read"), "400 InvalidBucketAclWithObjectOwnership");
  EXPECT_EQ(make("x-amz-grant-read", "id=1"), "400 InvalidBucketAclWithObjectOwnership");
  EXPECT_EQ(make("x-amz-object-ownership", "Mine"), "400 InvalidArgument");
  EXPECT_EQ(make("x-amz-bucket-object-lock-enabled", "true"), "501 NotImplemented");
  EXPECT_EQ(call("HEAD /bucket").status, 404) << "a refused request changes nothing";
  EXPECT_EQ(make("x-amz-acl", "private"), "200 ");
  EXPECT_EQ(make("x-amz-object-ownership", "BucketOwnerEnforced"), "409 BucketAlreadyOwnedByYou") << "it would be lost";
}

// Point 17.
TEST_F(BucketsTest, ABucketWithObjectsOrVersionsIsKept) {
  FoundBucket bucket = world_.make_bucket("bucket");
  ASSERT_TRUE(world_.put(bucket, "k", 1));
  Reply kept = call("DELETE /bucket");
  EXPECT_EQ(kept.status, 409);
  EXPECT_EQ(kept.text("Code"), "BucketNotEmpty");
  EXPECT_EQ(kept.text("Message"), "The bucket you tried to delete is not empty");

  world_.set_versioning(bucket, record::Fence::ENABLED);
  ASSERT_TRUE(world_.sim.run(world_.index().remove(bucket, "k", {})));
  kept = call("DELETE /bucket");
  EXPECT_EQ(kept.text("Code"), "BucketNotEmpty");
  EXPECT_THAT(kept.text("Message"), testing::EndsWith("You must delete all versions in the bucket."));
  EXPECT_EQ(call("HEAD /bucket").status, 200);
}

// Points 19, 23 and 27.
TEST_F(BucketsTest, StrangersAndOtherRegionsLearnTheRegionAndNoMore) {
  Ask make{.target = "PUT /bucket", .body = constraint("eu-west-1"), .region = "eu-west-1"};
  ASSERT_EQ(call(make).status, 200);
  Reply stranger = call({.target = "HEAD /bucket", .account = std::string(kStranger), .region = "eu-west-1"});
  EXPECT_EQ(stranger.status, 403);
  EXPECT_EQ(stranger.header("x-amz-bucket-region"), "eu-west-1");
  EXPECT_EQ(stranger.body, "");
  EXPECT_EQ(call({.target = "HEAD /bucket", .account = ""}).status, 403);
  Reply elsewhere = call("HEAD /bucket");
  EXPECT_EQ(elsewhere.status, 400);
  EXPECT_EQ(elsewhere.header("x-amz-bucket-region"), "eu-west-1");
  Reply list = call("GET /bucket");
  EXPECT_EQ(list.text("Code"), "AuthorizationHeaderMalformed");
  EXPECT_EQ(list.text("Region"), "eu-west-1");

  auto expecting = [&](std::string owner) {
    Reply reply = call({.target = "GET /bucket?list-type=2",
                        .headers = {{"x-amz-expected-bucket-owner", owner}},
                        .region = "eu-west-1"});
    return std::to_string(reply.status) + " " + reply.error_code;
  };
  EXPECT_EQ(expecting(std::string(kOwner)), "200 ");
  EXPECT_EQ(expecting(std::string(kStranger)), "403 AccessDenied");
  EXPECT_EQ(expecting("12345"), "400 InvalidBucketOwnerAWSAccountID");
}

TEST_F(BucketsTest, BucketsAreListedByNameAndInPages) {
  for (std::string name : {"log-b", "abc", "log-a", "zzz"}) ASSERT_EQ(call("PUT /" + name).status, 200);
  ASSERT_EQ(call({.target = "PUT /log-c", .body = constraint("eu-west-1")}).status, 200);
  ASSERT_EQ(call({.target = "PUT /other", .account = std::string(kStranger)}).status, 200);

  Reply all = call("GET /");
  EXPECT_THAT(all.all("Name"), ElementsAre("abc", "log-a", "log-b", "log-c", "zzz"));
  EXPECT_EQ(all.text("ID"), canonical_id(kOwner));
  EXPECT_FALSE(all.has("BucketRegion")) << "as before there was paging";
  EXPECT_FALSE(all.has("ContinuationToken"));
  EXPECT_THAT(all.text("CreationDate"), testing::EndsWith("Z"));

  EXPECT_THAT(call("GET /?prefix=log-").all("Name"), ElementsAre("log-a", "log-b", "log-c"));
  Reply irish = call("GET /?bucket-region=eu-west-1");
  EXPECT_THAT(irish.all("Name"), ElementsAre("log-c"));
  EXPECT_THAT(irish.all("BucketRegion"), ElementsAre("eu-west-1"));

  std::vector<std::string> names;
  std::string target = "GET /?max-buckets=2";
  for (int pages = 1; pages <= 3; ++pages) {
    Reply page = call(target);
    for (std::string& name : page.all("Name")) names.push_back(name);
    EXPECT_EQ(page.has("ContinuationToken"), pages < 3);
    std::string token = page.text("ContinuationToken");
    for (std::size_t at; (at = token.find_first_of("+/=")) != token.npos;) {
      token.replace(at, 1, token[at] == '+' ? "%2B" : token[at] == '/' ? "%2F" : "%3D");
    }
    target = "GET /?max-buckets=2&continuation-token=" + token;
  }
  EXPECT_THAT(names, ElementsAre("abc", "log-a", "log-b", "log-c", "zzz"));

  EXPECT_EQ(call("GET /?max-buckets=0").text("Code"), "InvalidArgument");
  EXPECT_EQ(call("GET /?max-buckets=10001").text("Code"), "InvalidArgument");
  Reply wrong = call("GET /?max-buckets=2&continuation-token=wrong");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.text("ArgumentName"), "continuation-token");
}

TEST_F(BucketsTest, PoliciesMayGoByThePlaceOfANewBucket) {
  auto make = [&](std::string body) {
    Ask ask{.target = "PUT /made-by-ann",
            .body = std::move(body),
            .caller = user_of(std::string(kOwner), R"({"Effect":"Allow","Action":"s3:CreateBucket","Resource":"*",
                "Condition":{"StringLike":{"s3:LocationConstraint":"eu-*"}}})")};
    return call(std::move(ask)).status;
  };
  EXPECT_EQ(make(""), 403);
  EXPECT_EQ(make("<CreateBucketConfiguration><LocationConstraint>us-west-2</LocationConstraint>"
                 "</CreateBucketConfiguration>"),
            403);
  EXPECT_EQ(call("HEAD /made-by-ann").status, 404);
  EXPECT_EQ(make("<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>"
                 "</CreateBucketConfiguration>"),
            200);
}

}  // namespace
}  // namespace skerry::s3
