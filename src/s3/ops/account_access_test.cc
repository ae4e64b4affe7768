#include "s3/ops/objects_fixture.h"

// The public access block of a whole account, through S3 Control.
namespace skerry::s3 {
namespace {

using testing::HasSubstr;

constexpr std::string_view kPath = "/v20180820/configuration/publicAccessBlock";

class AccountAccessTest : public ObjectsTest {
 protected:
  AccountAccessTest() { bind_bucket_access(registry_, {world_.buckets(), directory_, world_.meta()}); }

  Reply ask(std::string_view method, std::string body = {}, Headers more = {},
            std::string account = std::string(kOwner)) {
    Ask ask{.target = fmt::format("{} {}", method, kPath), .body = std::move(body), .headers = std::move(more)};
    ask.headers.emplace_back("x-amz-account-id", std::move(account));
    ask.caller = caller_;
    ask.account = account_;
    return call(std::move(ask));
  }
  Reply put(std::string_view inside, Headers more = {}) {
    return ask(
        "PUT",
        fmt::format("<PublicAccessBlockConfiguration xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\">"
                    "{}</PublicAccessBlockConfiguration>",
                    inside),
        std::move(more));
  }
  static std::string said(const Reply& reply) { return fmt::format("{} {}", reply.status, reply.error_code); }

  static std::shared_ptr<const iam::Principal> allowed(std::string_view action) {
    return user_of(std::string(kOwner), fmt::format(R"({{"Effect":"Allow","Action":"{}","Resource":"*"}})", action));
  }

  std::shared_ptr<const iam::Principal> caller_;  // null: account_'s root
  std::string account_{kOwner};
};

TEST_F(AccountAccessTest, WhatIsPutIsTold) {
  Reply none = ask("GET");
  EXPECT_EQ(said(none), "404 NoSuchPublicAccessBlockConfiguration");
  EXPECT_EQ(none.text("Message"), "The public access block configuration was not found");
  EXPECT_EQ(none.text("AccountId"), kOwner);
  EXPECT_TRUE(none.body.contains("<ErrorResponse")) << none.body;
  Reply set = put("<BlockPublicAcls>true</BlockPublicAcls><RestrictPublicBuckets>false</RestrictPublicBuckets>");
  EXPECT_EQ(said(set), "200 ");
  EXPECT_EQ(set.body, "");
  Reply told = ask("GET");
  EXPECT_EQ(said(told), "200 ");
  EXPECT_THAT(told.body, HasSubstr("<PublicAccessBlockConfiguration"));
  EXPECT_EQ(told.text("BlockPublicAcls"), "true");
  for (std::string off : {"IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"}) {
    EXPECT_EQ(told.text(off), "false") << off;
  }
  EXPECT_EQ(said(put("<IgnorePublicAcls>true</IgnorePublicAcls>")), "200 ");
  EXPECT_EQ(ask("GET").text("BlockPublicAcls"), "false") << "a block is put as a whole";
  EXPECT_EQ(said(ask("DELETE")), "200 ");
  EXPECT_EQ(said(ask("GET")), "404 NoSuchPublicAccessBlockConfiguration");
  EXPECT_EQ(said(ask("DELETE")), "200 ");
}

TEST_F(AccountAccessTest, ADocumentThatIsNoneChangesNothing) {
  ASSERT_EQ(said(put("<BlockPublicAcls>true</BlockPublicAcls>")), "200 ");
  Reply empty = put("");
  EXPECT_EQ(said(empty), "400 InvalidRequest");
  EXPECT_EQ(empty.text("Message"), "Must specify at least one configuration.");
  EXPECT_EQ(said(put("<BlockPublicAcls>perhaps</BlockPublicAcls>")), "400 MalformedXML");
  EXPECT_EQ(said(ask("PUT")), "400 MissingRequestBodyError");
  EXPECT_EQ(said(ask("PUT", "<Pub")), "400 MalformedXML");
  std::string off = "<BlockPublicAcls>false</BlockPublicAcls>";
  EXPECT_EQ(said(put(off, {{"content-md5", "AAAAAAAAAAAAAAAAAAAAAA=="}})), "400 BadDigest");
  EXPECT_EQ(ask("GET").text("BlockPublicAcls"), "true");
}

TEST_F(AccountAccessTest, EveryAccountHasItsOwn) {
  ASSERT_EQ(said(put("<BlockPublicAcls>true</BlockPublicAcls>")), "200 ");
  for (std::string other : {std::string(kStranger), std::string("111"), std::string()}) {
    for (std::string method : {"GET", "PUT", "DELETE"}) {
      EXPECT_EQ(said(ask(method, "", {}, other)), "403 AccessDenied") << method << other;
    }
  }
  account_ = kStranger;
  EXPECT_EQ(said(ask("GET", "", {}, std::string(kStranger))), "404 NoSuchPublicAccessBlockConfiguration");
  EXPECT_EQ(said(ask("DELETE")), "403 AccessDenied");
  account_ = "";
  EXPECT_EQ(said(ask("GET")), "403 AccessDenied");
  account_ = kOwner;
  EXPECT_EQ(ask("GET").text("BlockPublicAcls"), "true");
}

TEST_F(AccountAccessTest, EachOperationHasItsAction) {
  const std::string document = "<BlockPublicAcls>true</BlockPublicAcls>";
  caller_ = allowed("s3:GetAccountPublicAccessBlock");
  EXPECT_EQ(said(ask("GET")), "404 NoSuchPublicAccessBlockConfiguration");
  Reply refused = put(document);
  EXPECT_EQ(said(refused), "403 AccessDenied");
  EXPECT_THAT(refused.text("Message"), HasSubstr("s3:PutAccountPublicAccessBlock"));
  EXPECT_EQ(said(ask("DELETE")), "403 AccessDenied");
  caller_ = allowed("s3:PutAccountPublicAccessBlock");
  EXPECT_EQ(said(ask("GET")), "403 AccessDenied");
  EXPECT_EQ(said(put(document)), "200 ");
  EXPECT_EQ(said(ask("DELETE")), "200 ");
  // A bucket's block is another thing.
  caller_ = allowed("s3:*BucketPublicAccessBlock");
  for (std::string method : {"GET", "PUT", "DELETE"}) EXPECT_EQ(said(ask(method)), "403 AccessDenied");
}

TEST_F(AccountAccessTest, OfTheRestNothingIsServed) {
  Reply refused =
      call(Ask{.target = "GET /v20180820/accesspoint/mine", .headers = {{"x-amz-account-id", std::string(kOwner)}}});
  EXPECT_EQ(said(refused), "501 NotImplemented");
  EXPECT_EQ(refused.text("Message"), "The operation GetAccessPoint is not implemented.");
}

}  // namespace
}  // namespace skerry::s3
