#pragma once
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "s3/acl.h"
#include "s3/api/ops.h"
#include "s3/bucket_registry.h"
#include "storage/meta_store.h"
#include "wire/context.h"
#include "wire/error.h"

namespace skerry::s3 {

// What a request's headers say of an access control list, as they were sent.
struct SentAcl {
  std::optional<std::string> canned;  // x-amz-acl
  struct Grant {
    AclPermission permission;
    std::string_view header;
    std::string grantees;  // id="…", uri="…", emailAddress="…"
  };
  std::vector<Grant> grants;

  bool empty() const { return !canned && grants.empty(); }
  void add(AclPermission permission, std::string_view header, const std::optional<std::string>& grantees) {
    if (grantees) grants.push_back({permission, header, *grantees});
  }
};

// Of the requests that make a bucket or an object or set a list, whose members are spelt alike. Objects made have no
// x-amz-grant-write.
template <class Request>
SentAcl sent_acl(const Request& request) {
  using record::Grant;
  SentAcl out{.canned = request.acl};
  out.add(Grant::FULL_CONTROL, "x-amz-grant-full-control", request.grant_full_control);
  out.add(Grant::READ, "x-amz-grant-read", request.grant_read);
  if constexpr (requires { request.grant_write; }) out.add(Grant::WRITE, "x-amz-grant-write", request.grant_write);
  out.add(Grant::READ_ACP, "x-amz-grant-read-acp", request.grant_read_acp);
  out.add(Grant::WRITE_ACP, "x-amz-grant-write-acp", request.grant_write_acp);
  return out;
}

// Canonical ids of who owns what the list is of, and of the bucket.
struct AclOwners {
  std::string owner;
  std::string bucket_owner;
};

// From what clients say of access control lists to lists, and back.
//
// Life: as long as the registry that it is bound to. Threads: any.
class AclReader {
 public:
  AclReader(storage::MetaStore& meta, BucketRegistry& buckets) : meta_(&meta), buckets_(&buckets) {}

  // Of headers; private where they say nothing.
  // Errors: InvalidRequest (canned and grants), InvalidArgument, UnresolvableGrantByEmailAddress, NotImplemented.
  Task<std::expected<AccessControlList, wire::ApiError>> read(SentAcl sent, AclOwners owners) const;

  // Of the document that PutBucketAcl and PutObjectAcl take.
  // Errors: MalformedACLError, InvalidArgument, AccessDenied (another owner), UnresolvableGrantByEmailAddress.
  Task<std::expected<AccessControlList, wire::ApiError>> read_document(AccessControlPolicy document,
                                                                       AclOwners owners) const;

  // What either of those operations sets: from exactly one of headers and document.
  // Errors: also UnexpectedContent (both), MissingSecurityHeader (neither).
  Task<std::expected<AccessControlList, wire::ApiError>> read_either(SentAcl sent,
                                                                     std::optional<AccessControlPolicy> document,
                                                                     AclOwners owners) const;

  // The list of an object that `writer` makes in the bucket. Nothing: it needs none, as it is the bucket owner's alone.
  // Errors: those of read(), AccessControlListNotSupported, AccessDenied (public, and that is blocked).
  Task<std::expected<std::optional<AccessControlList>, wire::ApiError>> of_new_object(const wire::Principal& writer,
                                                                                      const FoundBucket& bucket,
                                                                                      std::string_view key,
                                                                                      SentAcl sent) const;

  // Errors: AccessDenied, where the list is public and the bucket or its account blocks that. `key`: of an object's.
  Task<std::expected<void, wire::ApiError>> check_public(const wire::Principal& caller, const FoundBucket& bucket,
                                                         std::string_view key, const AccessControlList& acl,
                                                         std::string_view action) const;

 private:
  Task<std::expected<record::Grant, wire::ApiError>> grantee(std::string type, std::string value) const;
  Task<std::expected<bool, wire::ApiError>> is_account(std::string canonical_id) const;

  storage::MetaStore* meta_;
  BucketRegistry* buckets_;
};

// Whether what was sent is good where lists are off: that the bucket's owner has everything, in any of its forms. It
// holds there anyway. `private` says the same of the owner's own things, and AWS refuses it all the same.
bool is_good_without_acls(const SentAcl& sent, const AccessControlList& acl, std::string_view bucket_owner);

// As GetBucketAcl and GetObjectAcl show it.
wire::List<Grant> shown_grants(const AccessControlList& acl);

}  // namespace skerry::s3
