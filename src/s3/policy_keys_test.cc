#include "s3/policy_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "s3/api/ops.h"

namespace skerry::s3 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PolicyKeysTest : public testing::Test {
 protected:
  PolicyKeysTest() { bucket_.record.set_account_id("111122223333"); }

  std::vector<std::string> ask(const wire::Operation& operation, std::string_view key, Thing thing = {},
                               std::size_t permission = 0) {
    RequestFacts facts{.operation = operation.name,
                       .headers = headers_,
                       .query = query_,
                       .peer = peer_,
                       .signing = signing_,
                       .now = Time(seconds(1000)),
                       .more = more_,
                       .tags = tags_.empty() ? nullptr : &tags_};
    PolicyKeys keys(facts, operation.permissions[permission], thing, "999999999999");
    auto found = keys.find(key);
    auto again = keys.find(key);
    EXPECT_TRUE(std::ranges::equal(found, again)) << key;
    return {found.begin(), found.end()};
  }

  FoundBucket bucket_;
  net::Headers headers_;
  wire::Parameters query_;
  net::Peer peer_;
  Signing signing_;
  std::vector<std::pair<std::string_view, std::string_view>> more_;
  std::vector<record::Tag> tags_;
};

record::Tag tag(std::string key, std::string value) {
  record::Tag out;
  out.set_key(std::move(key));
  out.set_value(std::move(value));
  return out;
}

TEST_F(PolicyKeysTest, HeadersCountWhereverTheyWereSent) {
  const auto& put = PutObjectOp::descriptor();
  EXPECT_THAT(ask(put, "s3:x-amz-server-side-encryption"), IsEmpty());
  headers_.add("x-amz-server-side-encryption", "AES256");
  EXPECT_THAT(ask(put, "s3:x-amz-server-side-encryption"), ElementsAre("AES256"));
  query_.emplace_back("x-amz-acl", "public-read");
  EXPECT_THAT(ask(put, "s3:x-amz-acl"), ElementsAre("public-read"));
  headers_.add("if-none-match", "*");
  EXPECT_THAT(ask(put, "s3:if-none-match"), ElementsAre("*"));
  query_.emplace_back("if-match", "x");
  EXPECT_THAT(ask(put, "s3:if-match"), IsEmpty()) << "no presigned header, a parameter that means nothing";
  headers_.add("x-amz-grant-read", "");
  EXPECT_THAT(ask(put, "s3:x-amz-grant-read"), ElementsAre(""));
}

TEST_F(PolicyKeysTest, AnActionHasOnlyItsOwnKeys) {
  headers_.add("x-amz-acl", "private");
  query_ = {{"prefix", "a/"}, {"versionId", "null"}};
  EXPECT_THAT(ask(GetObjectOp::descriptor(), "s3:x-amz-acl"), IsEmpty());
  EXPECT_THAT(ask(GetObjectOp::descriptor(), "s3:prefix"), IsEmpty());
  EXPECT_THAT(ask(ListObjectsV2Op::descriptor(), "s3:versionid"), IsEmpty());
  EXPECT_THAT(ask(GetObjectOp::descriptor(), "s3:nonsense"), IsEmpty());
}

TEST_F(PolicyKeysTest, Listings) {
  query_ = {{"prefix", ""}, {"delimiter", "/"}, {"max-keys", "7"}};
  for (const auto* list :
       {&ListObjectsOp::descriptor(), &ListObjectsV2Op::descriptor(), &ListObjectVersionsOp::descriptor()}) {
    EXPECT_THAT(ask(*list, "s3:prefix"), ElementsAre(""));
    EXPECT_THAT(ask(*list, "s3:delimiter"), ElementsAre("/"));
    EXPECT_THAT(ask(*list, "s3:max-keys"), ElementsAre("7"));
  }
  query_.clear();
  EXPECT_THAT(ask(ListObjectsV2Op::descriptor(), "s3:prefix"), IsEmpty());
}

TEST_F(PolicyKeysTest, VersionsOnlyOfOneVersion) {
  EXPECT_THAT(ask(GetObjectOp::descriptor(), "s3:versionid", {.version_id = "null"}), ElementsAre("null"));
  EXPECT_THAT(ask(GetObjectOp::descriptor(), "s3:versionid"), IsEmpty());
}

TEST_F(PolicyKeysTest, Signatures) {
  const auto& get = GetObjectOp::descriptor();
  for (const char* key : {"s3:authtype", "s3:signatureversion", "s3:signatureage", "s3:tlsversion"}) {
    EXPECT_THAT(ask(get, key), IsEmpty()) << key;
  }
  signing_ = {auth::AuthKind::Query, auth::SignatureVersion::V4, Time(seconds(940))};
  peer_.tls_version = "TLSv1.3";
  EXPECT_THAT(ask(get, "s3:authtype"), ElementsAre("REST-QUERY-STRING"));
  EXPECT_THAT(ask(get, "s3:signatureversion"), ElementsAre("AWS4-HMAC-SHA256"));
  EXPECT_THAT(ask(get, "s3:signatureage"), ElementsAre("60000"));
  EXPECT_THAT(ask(get, "s3:tlsversion"), ElementsAre("1.3"));
  signing_ = {auth::AuthKind::Header, auth::SignatureVersion::V2, {}};
  EXPECT_THAT(ask(get, "s3:authtype"), ElementsAre("REST-HEADER"));
  EXPECT_THAT(ask(get, "s3:signatureversion"), ElementsAre("AWS"));
  EXPECT_THAT(ask(get, "s3:signatureage"), IsEmpty());
  signing_.kind = auth::AuthKind::Form;
  EXPECT_THAT(ask(PostObjectOp::descriptor(), "s3:authtype"), ElementsAre("POST"));
  query_.emplace_back("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  EXPECT_THAT(ask(get, "s3:x-amz-content-sha256"), IsEmpty());
  headers_.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  EXPECT_THAT(ask(get, "s3:x-amz-content-sha256"), ElementsAre("UNSIGNED-PAYLOAD"));
}

TEST_F(PolicyKeysTest, Accounts) {
  EXPECT_THAT(ask(GetObjectOp::descriptor(), "s3:resourceaccount", {.bucket = &bucket_}), ElementsAre("111122223333"));
  EXPECT_THAT(ask(GetObjectOp::descriptor(), "aws:resourceaccount", {.bucket = &bucket_}), ElementsAre("111122223333"));
  EXPECT_THAT(ask(CreateBucketOp::descriptor(), "s3:resourceaccount"), ElementsAre("999999999999"));
}

TEST_F(PolicyKeysTest, TagsOfTheObjectAreThoseThatWereRead) {
  record::VersionDetail detail;
  *detail.add_tags() = tag("Team", "blue");
  EXPECT_THAT(ask(GetObjectOp::descriptor(), "s3:existingobjecttag/team", {.detail = &detail}), ElementsAre("blue"));
  EXPECT_THAT(ask(GetObjectOp::descriptor(), "s3:existingobjecttag/other", {.detail = &detail}), IsEmpty());
  EXPECT_THAT(ask(GetObjectOp::descriptor(), "s3:existingobjecttag/team"), IsEmpty());
  EXPECT_THAT(ask(PutObjectOp::descriptor(), "s3:existingobjecttag/team", {.detail = &detail}), IsEmpty());
}

TEST_F(PolicyKeysTest, TagsOfTheRequest) {
  const auto& put = PutObjectOp::descriptor();
  headers_.add("x-amz-tagging", "Team=blue&size=x%20l");
  EXPECT_THAT(ask(put, "s3:requestobjecttag/team"), ElementsAre("blue"));
  EXPECT_THAT(ask(put, "s3:requestobjecttag/size"), ElementsAre("x l"));
  EXPECT_THAT(ask(put, "s3:requestobjecttag/none"), IsEmpty());
  EXPECT_THAT(ask(put, "s3:requestobjecttagkeys"), ElementsAre("Team", "size"));
  tags_ = {tag("from", "body")};
  EXPECT_THAT(ask(put, "s3:requestobjecttagkeys"), ElementsAre("from"));
  EXPECT_THAT(ask(CreateBucketOp::descriptor(), "aws:requesttag/from"), ElementsAre("body"));
  EXPECT_THAT(ask(CreateBucketOp::descriptor(), "aws:tagkeys"), ElementsAre("from"));
  tags_.clear();
  headers_.set("x-amz-tagging", "a=1&a=2");
  EXPECT_THAT(ask(put, "s3:requestobjecttagkeys"), IsEmpty());
}

TEST_F(PolicyKeysTest, CopySourcesWithAndWithoutTheirSlash) {
  const auto& copy = CopyObjectOp::descriptor();
  for (const char* header : {"from/a%20b", "/from/a%20b", "%2Ffrom/a%20b", "from/a+b?versionId=null"}) {
    headers_.set("x-amz-copy-source", header);
    EXPECT_THAT(ask(copy, "s3:x-amz-copy-source"), ElementsAre("from/a b", "/from/a b")) << header;
  }
}

TEST_F(PolicyKeysTest, WhatMakesAnObject) {
  EXPECT_THAT(ask(PutObjectOp::descriptor(), "s3:objectcreationoperation"), ElementsAre("true"));
  EXPECT_THAT(ask(CompleteMultipartUploadOp::descriptor(), "s3:objectcreationoperation"), ElementsAre("true"));
  EXPECT_THAT(ask(UploadPartOp::descriptor(), "s3:objectcreationoperation"), ElementsAre("false"));
  EXPECT_THAT(ask(UploadPartCopyOp::descriptor(), "s3:objectcreationoperation"), ElementsAre("false"));
}

TEST_F(PolicyKeysTest, FactsOfTheBody) {
  more_ = {{"LocationConstraint", "eu-west-1"}};
  EXPECT_THAT(ask(CreateBucketOp::descriptor(), "s3:locationconstraint"), ElementsAre("eu-west-1"));
}

// A key that the data promises and nobody works out would never be there.
TEST_F(PolicyKeysTest, EveryKeyOfEveryServedOperationIsWorkedOut) {
  signing_ = {auth::AuthKind::Header, auth::SignatureVersion::V4, Time(seconds(1))};
  peer_.tls_version = "TLSv1.2";
  query_ = {{"prefix", "a"}, {"delimiter", "b"}, {"max-keys", "1"}};
  tags_ = {tag("x", "y")};
  more_ = {{"LocationConstraint", "EU"}};
  record::VersionDetail detail;
  *detail.add_tags() = tag("x", "y");
  auto check = [&](const wire::Operation& operation) {
    for (std::size_t i = 0; i < operation.permissions.size(); ++i) {
      for (std::string_view listed : operation.permissions[i].version_action->keys) {
        std::string key(listed);
        if (key.ends_with('/')) key += 'x';
        std::string_view header = listed.substr(listed.find(':') + 1);
        headers_.clear();
        headers_.add(std::string(header), "value");
        if (header.starts_with("object-lock")) headers_.add("x-amz-" + std::string(header), "value");
        Thing thing{.bucket = &bucket_, .version_id = "null", .detail = &detail};
        EXPECT_FALSE(ask(operation, key, thing, i).empty()) << operation.name << " " << key;
      }
    }
  };
  S3Ops::each([&]<class Op>() { check(Op::descriptor()); });
}

}  // namespace
}  // namespace skerry::s3
