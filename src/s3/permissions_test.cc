#include "s3/permissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "s3/acl.h"
#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/test_callers.h"

namespace skerry::s3 {
namespace {

using testing::HasSubstr;

constexpr const char* kOwnerAccount = "111122223333";
constexpr const char* kOtherAccount = "444455556666";

// One request for one bucket, without a store: what the front would ask, asked here.
class PermitTest : public testing::Test {
 protected:
  PermitTest() {
    request_.method = "GET";
    admission_->bucket.name = "b";
    admission_->bucket.record.set_account_id(kOwnerAccount);
    admission_->bucket.access = access_;
    admission_->now = Time(seconds(1'800'000'000));
  }

  void policy(std::string_view statements) { access_->policy.add(policy_of(statements, iam::policy::Kind::Resource)); }

  // Null: anonymous.
  std::expected<void, wire::ApiError> ask(const wire::Operation& operation,
                                          std::shared_ptr<const iam::Principal> caller,
                                          const record::VersionDetail* detail = nullptr) {
    prepare(operation, caller);
    Thing thing = target_of(*context_);
    thing.detail = detail;
    std::string_view kind = operation.permissions[0].resource->name;
    return permit(*context_, facts_of(*context_, *admission_), kind, thing);
  }
  bool allowed(const wire::Operation& operation, std::shared_ptr<const iam::Principal> caller,
               const record::VersionDetail* detail = nullptr) {
    return ask(operation, std::move(caller), detail).has_value();
  }
  void prepare(const wire::Operation& operation, std::shared_ptr<const iam::Principal> caller) {
    route_.operation = &operation;
    route_.service = operation.service;
    route_.labels = {{"Bucket", "b"}, {"Key", "k"}};
    context_.emplace(wire::Context{.request = request_, .route = route_});
    if (caller) context_->principal = as_caller(std::move(caller));
    context_->found = admission_;
  }

  net::Request request_;
  wire::Route route_;
  std::shared_ptr<BucketAccess> access_ = std::make_shared<BucketAccess>();
  std::shared_ptr<Admission> admission_ = std::make_shared<Admission>();
  std::optional<wire::Context> context_;
};

constexpr std::string_view kGetAll = R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"*"})";
constexpr std::string_view kPublicRead =
    R"({"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"})";

TEST_F(PermitTest, RootInItsOwnAccountAndUsersByTheirPolicies) {
  EXPECT_TRUE(allowed(GetObjectOp::descriptor(), root_of(kOwnerAccount)));
  EXPECT_TRUE(allowed(GetObjectOp::descriptor(), user_of(kOwnerAccount, kGetAll)));
  EXPECT_FALSE(allowed(PutObjectOp::descriptor(), user_of(kOwnerAccount, kGetAll)));
  EXPECT_FALSE(allowed(GetObjectOp::descriptor(), nullptr));
}

TEST_F(PermitTest, DenialsAreInAwssWords) {
  auto refused = ask(PutObjectOp::descriptor(), user_of(kOwnerAccount, kGetAll));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: s3:PutObject on resource: "
            "\"arn:aws:s3:::b/k\" because no identity-based policy allows the s3:PutObject action");
  policy(R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*"})");
  refused = ask(GetObjectOp::descriptor(), root_of(kOwnerAccount));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("with an explicit deny in a resource-based policy"));
}

TEST_F(PermitTest, NobodyLocksTheRootOutOfThePolicy) {
  policy(R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]})");
  constexpr std::string_view kAll = R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})";
  for (const auto* operation :
       {&PutBucketPolicyOp::descriptor(), &GetBucketPolicyOp::descriptor(), &DeleteBucketPolicyOp::descriptor()}) {
    EXPECT_TRUE(allowed(*operation, root_of(kOwnerAccount))) << operation->name;
    EXPECT_FALSE(allowed(*operation, user_of(kOwnerAccount, kAll))) << operation->name;
    EXPECT_FALSE(allowed(*operation, root_of(kOtherAccount))) << operation->name;
  }
  EXPECT_FALSE(allowed(GetBucketTaggingOp::descriptor(), root_of(kOwnerAccount)));
}

TEST_F(PermitTest, NobodyOfAnotherAccountIsToldWhy) {
  for (auto caller :
       {std::shared_ptr<const iam::Principal>(), std::shared_ptr<const iam::Principal>(root_of(kOtherAccount))}) {
    auto refused = ask(GetObjectOp::descriptor(), caller);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "Access Denied");
  }
}

TEST_F(PermitTest, OverAccountsBothSidesHaveToAllow) {
  EXPECT_FALSE(allowed(GetObjectOp::descriptor(), user_of(kOtherAccount, kGetAll)));
  policy(
      R"({"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"})");
  EXPECT_TRUE(allowed(GetObjectOp::descriptor(), user_of(kOtherAccount, kGetAll)));
  EXPECT_TRUE(allowed(GetObjectOp::descriptor(), root_of(kOtherAccount)));
  EXPECT_FALSE(allowed(GetObjectOp::descriptor(), user_of(kOtherAccount, "")));
}

TEST_F(PermitTest, EveryoneByThePolicyUnlessPublicBucketsAreRestricted) {
  policy(kPublicRead);
  access_->policy_is_public = true;
  EXPECT_TRUE(allowed(GetObjectOp::descriptor(), nullptr));
  EXPECT_FALSE(allowed(PutObjectOp::descriptor(), nullptr));
  EXPECT_TRUE(allowed(GetObjectOp::descriptor(), user_of(kOwnerAccount, "")));

  admission_->bucket.blocked.set_restrict_public_buckets(true);
  EXPECT_FALSE(allowed(GetObjectOp::descriptor(), nullptr));
  EXPECT_FALSE(allowed(GetObjectOp::descriptor(), user_of(kOtherAccount, kGetAll)));
  EXPECT_TRUE(allowed(GetObjectOp::descriptor(), user_of(kOwnerAccount, "")));
  EXPECT_TRUE(allowed(PutObjectOp::descriptor(), root_of(kOwnerAccount)));
  access_->policy_is_public = false;
  EXPECT_TRUE(allowed(GetObjectOp::descriptor(), nullptr)) << "the block is about policies that are public";
}

// A course's two statements: nothing without encryption, and nothing with another one.
TEST_F(PermitTest, UploadsHaveToAskForEncryption) {
  policy(R"({"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*",
             "Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}},
            {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*",
             "Condition":{"Null":{"s3:x-amz-server-side-encryption":"true"}}})");
  const auto& put = PutObjectOp::descriptor();
  EXPECT_FALSE(allowed(put, root_of(kOwnerAccount)));
  request_.headers.add("x-amz-server-side-encryption", "aws:kms");
  EXPECT_FALSE(allowed(put, root_of(kOwnerAccount)));
  request_.headers.set("x-amz-server-side-encryption", "AES256");
  EXPECT_TRUE(allowed(put, root_of(kOwnerAccount)));
  request_.headers.clear();
  route_.query = {{"x-amz-server-side-encryption", "AES256"}};
  EXPECT_TRUE(allowed(put, root_of(kOwnerAccount))) << "presigned";
  EXPECT_TRUE(allowed(GetObjectOp::descriptor(), root_of(kOwnerAccount)));
}

TEST_F(PermitTest, ListingsByPrefix) {
  auto ann = user_of(kOwnerAccount, R"({"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b",
      "Condition":{"StringLike":{"s3:prefix":["","home/${aws:username}/*"]},"NumericLessThanEquals":{"s3:max-keys":"10"}}})");
  for (auto [prefix, max_keys, good] :
       std::initializer_list<std::tuple<const char*, const char*, bool>>{{"", "10", true},
                                                                         {"home/ann/x", "1", true},
                                                                         {"home/bob/", "1", false},
                                                                         {"home", "1", false},
                                                                         {"", "11", false}}) {
    route_.query = {{"list-type", "2"}, {"prefix", prefix}, {"max-keys", max_keys}};
    EXPECT_EQ(allowed(ListObjectsV2Op::descriptor(), ann), good) << prefix << max_keys;
  }
  route_.query = {{"list-type", "2"}};
  EXPECT_FALSE(allowed(ListObjectsV2Op::descriptor(), ann));
}

TEST_F(PermitTest, ReadsByTheTagsThatTheObjectHas) {
  auto ann = user_of(kOwnerAccount, R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"*",
      "Condition":{"StringEquals":{"s3:ExistingObjectTag/public":"yes"}}})");
  record::VersionDetail detail;
  EXPECT_FALSE(allowed(GetObjectOp::descriptor(), ann, &detail));
  record::Tag* tag = detail.add_tags();
  tag->set_key("public");
  tag->set_value("yes");
  EXPECT_TRUE(allowed(GetObjectOp::descriptor(), ann, &detail));
  prepare(GetObjectOp::descriptor(), ann);
  EXPECT_TRUE(wants_tags(*context_, GetObjectOp::descriptor().permissions[0], target_of(*context_)));
  EXPECT_FALSE(wants_tags(*context_, PutObjectOp::descriptor().permissions[0], target_of(*context_)));
  prepare(GetObjectOp::descriptor(), user_of(kOwnerAccount, kGetAll));
  EXPECT_FALSE(wants_tags(*context_, GetObjectOp::descriptor().permissions[0], target_of(*context_)));
}

TEST_F(PermitTest, AVersionHasAnActionOfItsOwn) {
  route_.query = {{"versionId", "null"}};
  EXPECT_FALSE(allowed(GetObjectOp::descriptor(), user_of(kOwnerAccount, kGetAll)));
  auto ann = user_of(kOwnerAccount, R"({"Effect":"Allow","Action":"s3:GetObjectVersion","Resource":"*",
      "Condition":{"StringEquals":{"s3:VersionId":"null"}}})");
  EXPECT_TRUE(allowed(GetObjectOp::descriptor(), ann));
  route_.query = {{"versionId", "0123456789abcdef0123456789abcdef"}};
  EXPECT_FALSE(allowed(GetObjectOp::descriptor(), ann));
  route_.query.clear();
  EXPECT_FALSE(allowed(GetObjectOp::descriptor(), ann));
}

TEST_F(PermitTest, ThatAKeyIsMissingIsForThoseWhoMayList) {
  auto told = [&](std::shared_ptr<const iam::Principal> caller, wire::ApiError failed) {
    prepare(GetObjectOp::descriptor(), std::move(caller));
    return as_told(*context_, admission_->bucket, std::move(failed));
  };
  auto lister = user_of(kOwnerAccount, R"({"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"})");
  for (const auto& missing : {no_such_key("k"), no_such_version("k", "v")}) {
    EXPECT_TRUE(told(lister, missing).is(*missing.info));
    EXPECT_TRUE(told(root_of(kOwnerAccount), missing).is(*missing.info));
    wire::ApiError hidden = told(user_of(kOwnerAccount, kGetAll), missing);
    EXPECT_TRUE(hidden.is(info(Errc::AccessDenied)));
    EXPECT_THAT(hidden.message, HasSubstr("perform: s3:ListBucket on resource: \"arn:aws:s3:::b\""));
    EXPECT_TRUE(hidden.headers.empty());
    EXPECT_EQ(told(nullptr, missing).message, "Access Denied");
  }
  EXPECT_TRUE(told(user_of(kOwnerAccount, ""), error(Errc::PreconditionFailed)).is(info(Errc::PreconditionFailed)));
}

class AclGrantsTest : public PermitTest {
 protected:
  AclGrantsTest() {
    access_->record.set_ownership(record::BucketAccess::OBJECT_WRITER);
    access_->owner = std::string(64, '1');
    *detail_.mutable_acl() = *canned_acl("public-read", access_->owner, access_->owner);
  }
  void grant(AclPermission permission, const std::string& canonical_id) {
    record::Grant* given = access_->record.mutable_acl()->add_grants();
    given->set_permission(permission);
    given->set_canonical_id(canonical_id);
  }
  record::VersionDetail detail_;
};

TEST_F(AclGrantsTest, EveryoneByGroups) {
  const auto& get = GetObjectOp::descriptor();
  EXPECT_FALSE(allowed(get, nullptr)) << "the object's list has not been read";
  prepare(get, nullptr);
  EXPECT_TRUE(
      judge(*context_, facts_of(*context_, *admission_), get.permissions[0], target_of(*context_)).acl_may_allow);
  EXPECT_TRUE(allowed(get, nullptr, &detail_));
  EXPECT_TRUE(allowed(get, user_of(kOwnerAccount, ""), &detail_));
  EXPECT_FALSE(allowed(get, user_of(kOtherAccount, ""), &detail_)) << "its own account has to allow it, too";
  EXPECT_TRUE(allowed(get, user_of(kOtherAccount, kGetAll), &detail_));
  EXPECT_FALSE(allowed(PutObjectOp::descriptor(), nullptr, &detail_));

  admission_->bucket.blocked.set_ignore_public_acls(true);
  EXPECT_FALSE(allowed(get, nullptr, &detail_));
  EXPECT_FALSE(allowed(get, user_of(kOtherAccount, kGetAll), &detail_));
}

TEST_F(AclGrantsTest, ADenyHoldsAgainstThem) {
  policy(R"({"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"})");
  EXPECT_FALSE(allowed(GetObjectOp::descriptor(), nullptr, &detail_));
}

TEST_F(AclGrantsTest, WhereTheyAreOffTheySayNothing) {
  access_->record.set_ownership(record::BucketAccess::BUCKET_OWNER_ENFORCED);
  EXPECT_FALSE(allowed(GetObjectOp::descriptor(), nullptr, &detail_));
}

TEST_F(AclGrantsTest, AnAccountByItsCanonicalId) {
  const auto& list = ListObjectsV2Op::descriptor();
  constexpr std::string_view kList = R"({"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"})";
  EXPECT_FALSE(allowed(list, root_of(kOtherAccount)));
  grant(record::Grant::READ, std::string(64, '4'));
  EXPECT_TRUE(allowed(list, root_of(kOtherAccount)));
  EXPECT_TRUE(allowed(list, user_of(kOtherAccount, kList)));
  EXPECT_FALSE(allowed(list, user_of(kOtherAccount, "")));
  EXPECT_FALSE(allowed(PutObjectOp::descriptor(), root_of(kOtherAccount)));
  EXPECT_FALSE(allowed(list, nullptr));
}

TEST(RequestFacts, WhatARequestSays) {
  net::Headers headers;
  headers.add("x-amz-acl", "private");
  headers.add("if-match", "*");
  wire::Parameters query{{"x-amz-tagging", "a=b"}, {"if-none-match", "x"}, {"x-amz-grant-read", "id=1"}};
  net::Peer peer;
  const std::pair<std::string_view, std::string_view> more[] = {{"copied-tags", ""}};
  RequestFacts facts{.operation = "PutObject",
                     .headers = headers,
                     .query = query,
                     .peer = peer,
                     .signing = {},
                     .now = {},
                     .more = more};
  using wire::RequestFact;
  EXPECT_TRUE(facts.holds({RequestFact::Sent, "x-amz-acl"}));
  EXPECT_TRUE(facts.holds({RequestFact::Sent, "x-amz-tagging"}));
  EXPECT_TRUE(facts.holds({RequestFact::Sent, "copied-tags"}));
  EXPECT_FALSE(facts.holds({RequestFact::Sent, "if-none-match"}));
  EXPECT_FALSE(facts.holds({RequestFact::Sent, "x-amz-storage-class"}));
  EXPECT_TRUE(facts.holds({RequestFact::Begins, "x-amz-grant-"}));
  EXPECT_FALSE(facts.holds({RequestFact::Begins, "x-amz-object-lock-"}));
  EXPECT_TRUE(facts.holds({RequestFact::Is, "x-amz-acl", "private"}));
  EXPECT_FALSE(facts.holds({RequestFact::IsNot, "x-amz-acl", "private"}));
  EXPECT_FALSE(facts.holds({RequestFact::IsNot, "if-match", "*"}));
  EXPECT_FALSE(facts.holds({RequestFact::IsNot, "x-amz-storage-class", "STANDARD"}));
}

}  // namespace
}  // namespace skerry::s3
