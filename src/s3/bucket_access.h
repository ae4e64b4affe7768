#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "iam/principal.h"
#include "s3/records.pb.h"

namespace skerry::s3 {

// What a bucket's own settings say of who may use it: its policy, its public access block, its ownership controls and
// its ACL, in the form in which requests are held against them.
//
// All of it lies in one row of the bucket, written in one batch with a fence of the next generation: a fence that was
// read says whether what is at hand is still so (bucket_access_cache.h).
//
// Life: shared by the requests that found it. Threads: any; it never changes.
struct BucketAccess {
  record::BucketAccess record;
  std::string owner;  // canonical id of the account whose bucket it is
  // The policy, compiled; none where the bucket has none.
  iam::PolicySet policy;
  bool policy_is_public = false;

  bool acls_enabled() const { return record.ownership() != record::BucketAccess::BUCKET_OWNER_ENFORCED; }

  // Of the row's bytes; nullopt: a bucket of a time before there was this row, whose owner alone may use it. Null: the
  // row or the policy in it cannot be read, and nobody may go by what is left of it.
  static std::shared_ptr<BucketAccess> read(const std::optional<std::string>& row);

  // The bucket's own list; where none was set, its owner's alone.
  record::AccessControlList acl() const;
};

// The name of its configuration document.
inline constexpr std::string_view kAccessDocument = "access";

}  // namespace skerry::s3
