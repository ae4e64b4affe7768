#include "s3/acl.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace skerry::s3 {
namespace {

const std::string kOwnerId(64, 'a'), kFriendId(64, 'b'), kStrangerId(64, 'c');
constexpr std::string_view kNobody;
constexpr AclPermission kAll[] = {record::Grant::READ, record::Grant::WRITE, record::Grant::READ_ACP,
                                  record::Grant::WRITE_ACP};

// What the caller may by the list: one letter each, capital for the list itself.
std::string may(const AccessControlList& acl, std::string_view caller, PublicGrants grants = PublicGrants::Count) {
  std::string out;
  for (const AclPermission& permission : kAll) {
    if (acl_allows(acl, caller, permission, grants)) out += "rwRW"[&permission - kAll];
  }
  return out;
}

AccessControlList canned(std::string_view name) { return canned_acl(name, kOwnerId, kFriendId).value(); }

// The table of canned ACLs in S3's user guide. kFriendId owns the bucket that the object is in.
TEST(AclTest, CannedAclsGrantWhatTheyAreDocumentedTo) {
  struct Case {
    std::string_view name, friend_may, stranger_may, nobody_may;
  };
  for (const Case& c :
       {Case{"private", "", "", ""}, Case{"public-read", "r", "r", "r"}, Case{"public-read-write", "rw", "rw", "rw"},
        Case{"authenticated-read", "r", "r", ""}, Case{"bucket-owner-read", "r", "", ""},
        Case{"bucket-owner-full-control", "rwRW", "", ""}, Case{"log-delivery-write", "", "", ""}}) {
    AccessControlList acl = canned(c.name);
    EXPECT_EQ(acl.owner(), kOwnerId);
    EXPECT_EQ(may(acl, kOwnerId), "rwRW") << c.name;
    EXPECT_EQ(may(acl, kFriendId), c.friend_may) << c.name;
    EXPECT_EQ(may(acl, kStrangerId), c.stranger_may) << c.name;
    EXPECT_EQ(may(acl, kNobody), c.nobody_may) << c.name;
    EXPECT_EQ(is_public(acl), c.name.starts_with("public") || c.name == "authenticated-read") << c.name;
    EXPECT_EQ(is_private(acl), c.name == "private") << c.name;
  }
  EXPECT_FALSE(canned_acl("public", kOwnerId, kFriendId));
  EXPECT_FALSE(canned_acl("", kOwnerId, kFriendId));
}

TEST(AclTest, EachPermissionIsItselfAndFullControlIsAll) {
  for (AclPermission permission : {record::Grant::FULL_CONTROL, record::Grant::READ, record::Grant::WRITE,
                                   record::Grant::READ_ACP, record::Grant::WRITE_ACP}) {
    AccessControlList acl = private_acl(kOwnerId);
    record::Grant& grant = *acl.add_grants();
    grant.set_permission(permission);
    grant.set_canonical_id(kFriendId);
    auto at = std::ranges::find(kAll, permission);
    EXPECT_EQ(may(acl, kFriendId), at == std::end(kAll) ? "rwRW" : std::string(1, "rwRW"[at - kAll]));
    EXPECT_EQ(may(acl, kStrangerId), "");
    EXPECT_EQ(may(acl, kNobody), "");
  }
}

TEST(AclTest, AnOwnerWithoutGrantsMayStillReadAndMendTheList) {
  AccessControlList acl;
  acl.set_owner(kOwnerId);
  EXPECT_EQ(may(acl, kOwnerId), "RW");
  EXPECT_EQ(may(acl, kFriendId), "");
  EXPECT_EQ(may(AccessControlList(), kNobody), "") << "nobody is not the owner of what has none";
}

TEST(AclTest, PublicGrantsThatAreIgnoredGiveNothing) {
  EXPECT_EQ(may(canned("public-read-write"), kStrangerId, PublicGrants::Ignored), "");
  EXPECT_EQ(may(canned("public-read"), kNobody, PublicGrants::Ignored), "");
  EXPECT_EQ(may(canned("authenticated-read"), kStrangerId, PublicGrants::Ignored), "");
  EXPECT_EQ(may(canned("bucket-owner-read"), kFriendId, PublicGrants::Ignored), "r");
  EXPECT_EQ(may(canned("public-read"), kOwnerId, PublicGrants::Ignored), "rwRW");
}

TEST(AclTest, OnlySomeActionsCanBeHadByAnAcl) {
  EXPECT_EQ(acl_need("s3:getobject")->permission, record::Grant::READ);
  EXPECT_TRUE(acl_need("s3:getobject")->on_object);
  EXPECT_EQ(acl_need("s3:putobject")->permission, record::Grant::WRITE);
  EXPECT_FALSE(acl_need("s3:putobject")->on_object) << "the bucket's list says who may put objects into it";
  EXPECT_FALSE(acl_need("s3:putbucketpolicy"));
  EXPECT_FALSE(acl_need("s3:getobjecttagging"));
}

TEST(AclTest, FullControlOfTheBucketsOwnerIsToldFromMore) {
  EXPECT_TRUE(is_bucket_owner_full_control(private_acl(kOwnerId), kOwnerId));
  EXPECT_FALSE(is_bucket_owner_full_control(private_acl(kOwnerId), kFriendId));
  EXPECT_FALSE(is_bucket_owner_full_control(canned("public-read"), kOwnerId));
  EXPECT_FALSE(is_bucket_owner_full_control(AccessControlList(), kOwnerId));
}

}  // namespace
}  // namespace skerry::s3
