#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/find_object.h"
#include "s3/ops/objects.h"

namespace skerry::s3 {
namespace {

// The list that an object has been given, or its bucket's owner's.
AccessControlList list_of(const FoundBucket& bucket, const record::VersionDetail& detail) {
  return detail.has_acl() ? detail.acl() : private_acl(bucket.access->owner);
}

class GetObjectAcl {
 public:
  explicit GetObjectAcl(ObjectIndex& index) : index_(index) {}

  // Where ACLs are off, everything is the bucket's owner's, whatever the list said before.
  Task<std::expected<GetObjectAclOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                     GetObjectAclRequest request) const {
    const FoundBucket& bucket = bucket_of(context);
    auto id = read_version_id(request.version_id);
    if (!id) co_return std::unexpected(id.error());
    auto object = co_await load_object(index_, bucket, request.key, *id, "GET");
    if (!object) co_return std::unexpected(as_told(context, bucket, std::move(object.error())));
    AccessControlList acl =
        bucket.access->acls_enabled() ? list_of(bucket, object->detail) : private_acl(bucket.access->owner);
    GetObjectAclOutput out;
    out.owner = Owner{.id = acl.owner()};
    out.grants = shown_grants(acl);
    co_return out;
  }

 private:
  ObjectIndex& index_;
};

class PutObjectAcl {
 public:
  PutObjectAcl(ObjectIndex& index, AclReader acls) : index_(index), acls_(acls) {}

  Task<std::expected<PutObjectAclOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                     PutObjectAclRequest request) const {
    FoundBucket& bucket = bucket_of(context);
    auto id = read_version_id(request.version_id);
    if (!id) co_return std::unexpected(id.error());
    const SentAcl sent = sent_acl(request);
    // It is its owner's that the new list is to be: the object is looked up first, and again where it has changed.
    for (int attempt = 0; attempt < kLookupsMax; ++attempt) {
      auto object = co_await load_object(index_, bucket, request.key, *id, "PUT");
      if (!object) co_return std::unexpected(object.error());
      std::string owner =
          bucket.access->acls_enabled() ? list_of(bucket, object->detail).owner() : bucket.access->owner;
      auto acl = co_await new_list(context, bucket, request, sent, std::move(owner));
      if (!acl) co_return std::unexpected(acl.error());
      if (!bucket.access->acls_enabled()) {
        if (is_good_without_acls(sent, *acl, bucket.access->owner)) co_return PutObjectAclOutput{};
        co_return std::unexpected(error(Errc::AccessControlListNotSupported));
      }
      if (acl->owner() == bucket.access->owner && is_private(*acl)) {
        object->detail.clear_acl();
      } else {
        *object->detail.mutable_acl() = std::move(*acl);
      }
      std::string key = request.key;
      auto replaced =
          co_await index_.replace_detail(bucket, std::move(key), std::move(object->found), std::move(object->detail));
      if (!replaced) co_return std::unexpected(replaced.error());
      if (*replaced) co_return PutObjectAclOutput{};
    }
    co_return std::unexpected(operation_aborted());
  }

 private:
  Task<std::expected<AccessControlList, wire::ApiError>> new_list(const wire::Context& context,
                                                                  const FoundBucket& bucket,
                                                                  const PutObjectAclRequest& request, SentAcl sent,
                                                                  std::string owner) const {
    if (request.acl && *request.acl == "log-delivery-write") {
      co_return std::unexpected(invalid_argument("", "x-amz-acl", *request.acl));  // it is for buckets
    }
    AclOwners owners{std::move(owner), bucket.access->owner};
    std::optional<AccessControlPolicy> document = request.access_control_policy;
    auto acl = co_await acls_.read_either(std::move(sent), std::move(document), std::move(owners));
    if (!acl) co_return std::unexpected(acl.error());
    if (!bucket.access->acls_enabled()) co_return std::move(*acl);
    auto good = co_await acls_.check_public(context.principal, bucket, request.key, *acl, "s3:PutObjectAcl");
    if (!good) co_return std::unexpected(good.error());
    co_return std::move(*acl);
  }

  ObjectIndex& index_;
  AclReader acls_;
};

}  // namespace

void bind_object_acl(wire::Registry& registry, ObjectIndex& index, AclReader acls) {
  registry.bind<GetObjectAclOp>(GetObjectAcl(index));
  registry.bind<PutObjectAclOp>(PutObjectAcl(index, acls));
}

}  // namespace skerry::s3
