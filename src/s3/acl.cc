#include "s3/acl.h"

#include <algorithm>
#include <array>

namespace skerry::s3 {
namespace {

using record::Grant;

void grant(AccessControlList& acl, AclPermission permission, std::string_view canonical_id) {
  Grant& added = *acl.add_grants();
  added.set_permission(permission);
  added.set_canonical_id(std::string(canonical_id));
}

void grant_group(AccessControlList& acl, AclPermission permission, std::string_view group) {
  Grant& added = *acl.add_grants();
  added.set_permission(permission);
  added.set_group(std::string(group));
}

bool is_public(const Grant& given) { return given.group() == kAllUsers || given.group() == kAuthenticatedUsers; }

bool is_for(const Grant& given, std::string_view canonical_id) {
  if (given.group().empty()) return !canonical_id.empty() && given.canonical_id() == canonical_id;
  if (given.group() == kAllUsers) return true;
  return given.group() == kAuthenticatedUsers && !canonical_id.empty();
}

struct Need {
  std::string_view action;
  AclNeed need;
};
constexpr std::array kNeeds = {
    Need{"s3:listbucket", {Grant::READ, false}},
    Need{"s3:listbucketversions", {Grant::READ, false}},
    Need{"s3:listbucketmultipartuploads", {Grant::READ, false}},
    Need{"s3:putobject", {Grant::WRITE, false}},
    Need{"s3:deleteobject", {Grant::WRITE, false}},
    Need{"s3:getbucketacl", {Grant::READ_ACP, false}},
    Need{"s3:putbucketacl", {Grant::WRITE_ACP, false}},
    Need{"s3:getobject", {Grant::READ, true}},
    Need{"s3:getobjectversion", {Grant::READ, true}},
    Need{"s3:getobjectacl", {Grant::READ_ACP, true}},
    Need{"s3:getobjectversionacl", {Grant::READ_ACP, true}},
    Need{"s3:putobjectacl", {Grant::WRITE_ACP, true}},
    Need{"s3:putobjectversionacl", {Grant::WRITE_ACP, true}},
};

}  // namespace

std::optional<AclNeed> acl_need(std::string_view action) {
  auto found = std::ranges::find(kNeeds, action, &Need::action);
  if (found == kNeeds.end()) return std::nullopt;
  return found->need;
}

bool acl_allows(const AccessControlList& acl, std::string_view canonical_id, AclPermission wanted,
                PublicGrants public_grants) {
  if (!canonical_id.empty() && canonical_id == acl.owner() && (wanted == Grant::READ_ACP || wanted == Grant::WRITE_ACP))
    return true;
  return std::ranges::any_of(acl.grants(), [&](const Grant& given) {
    if (given.permission() != wanted && given.permission() != Grant::FULL_CONTROL) return false;
    if (public_grants == PublicGrants::Ignored && is_public(given)) return false;
    return is_for(given, canonical_id);
  });
}

bool is_public(const AccessControlList& acl) {
  return std::ranges::any_of(acl.grants(), [](const Grant& given) { return is_public(given); });
}

AccessControlList private_acl(std::string_view owner) {
  AccessControlList acl;
  acl.set_owner(std::string(owner));
  grant(acl, Grant::FULL_CONTROL, owner);
  return acl;
}

bool is_private(const AccessControlList& acl) {
  return acl.grants_size() == 1 && acl.grants(0).permission() == Grant::FULL_CONTROL &&
         acl.grants(0).canonical_id() == acl.owner();
}

std::optional<AccessControlList> canned_acl(std::string_view name, std::string_view owner,
                                            std::string_view bucket_owner) {
  AccessControlList acl = private_acl(owner);
  if (name == "private") return acl;
  if (name == "public-read" || name == "public-read-write") {
    grant_group(acl, Grant::READ, kAllUsers);
    if (name == "public-read-write") grant_group(acl, Grant::WRITE, kAllUsers);
    return acl;
  }
  if (name == "authenticated-read") {
    grant_group(acl, Grant::READ, kAuthenticatedUsers);
    return acl;
  }
  if (name == "log-delivery-write") {
    grant_group(acl, Grant::WRITE, kLogDelivery);
    grant_group(acl, Grant::READ_ACP, kLogDelivery);
    return acl;
  }
  if (name == "bucket-owner-read" || name == "bucket-owner-full-control") {
    if (owner != bucket_owner) {
      grant(acl, name == "bucket-owner-read" ? Grant::READ : Grant::FULL_CONTROL, bucket_owner);
    }
    return acl;
  }
  return std::nullopt;
}

bool is_bucket_owner_full_control(const AccessControlList& acl, std::string_view bucket_owner) {
  return acl.grants_size() > 0 && std::ranges::all_of(acl.grants(), [&](const Grant& given) {
           return given.permission() == Grant::FULL_CONTROL && given.canonical_id() == bucket_owner;
         });
}

}  // namespace skerry::s3
