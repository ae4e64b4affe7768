#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "s3/records.pb.h"

// Access control lists: who has what by them. What they mean together with policies is decided elsewhere.
namespace skerry::s3 {

using record::AccessControlList;
using AclPermission = record::Grant::Permission;

inline constexpr std::string_view kAllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
inline constexpr std::string_view kAuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
inline constexpr std::string_view kLogDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";

// Who owns what nobody has signed for. Source: S3's user guide.
inline constexpr std::string_view kAnonymousId = "65a011a29cdf8ec533ec3d1ccaae921c";

inline constexpr int kGrantsMax = 100;

// What a caller has to have been granted for an action, where it can be had by an ACL at all. The action in lower case,
// as policies have it; `on_object`: whether it is the object's list that grants it. Source: the table in "Mapping of
// ACL permissions and access policy permissions", S3's user guide.
struct AclNeed {
  AclPermission permission;
  bool on_object;
};
std::optional<AclNeed> acl_need(std::string_view action);

// Whether grants to everybody and to everybody with an account count (ignore_public_acls).
enum class PublicGrants : bool { Count, Ignored };

// Whether the list gives the caller that permission. The owner may always read and write the list itself.
// `canonical_id`: of the caller's account; empty: anonymous.
bool acl_allows(const AccessControlList& acl, std::string_view canonical_id, AclPermission wanted,
                PublicGrants public_grants);

// Whether it gives anything to everybody, or to everybody with an account.
bool is_public(const AccessControlList& acl);

// What has no list of its own, and what a request asks for that names none: all for the owner.
AccessControlList private_acl(std::string_view owner);
bool is_private(const AccessControlList& acl);

// The list that a canned name stands for. `bucket_owner`: of the bucket that an object is in; of a bucket the same as
// `owner`. Nothing: there is no such name.
std::optional<AccessControlList> canned_acl(std::string_view name, std::string_view owner,
                                            std::string_view bucket_owner);

// Whether all that it says is that the owner of the bucket has everything: what buckets without ACLs take, too.
bool is_bucket_owner_full_control(const AccessControlList& acl, std::string_view bucket_owner);

}  // namespace skerry::s3
