#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/acl_reader.h"
#include "s3/ops/bucket_access_settings.h"
#include "s3/ops/done.h"

namespace skerry::s3 {
namespace {

// Where ACLs are off the owner has everything, whatever the list said before.
Task<std::expected<GetBucketAclOutput, wire::ApiError>> get_bucket_acl(wire::Context& context, GetBucketAclRequest) {
  const BucketAccess& access = *bucket_of(context).access;
  AccessControlList acl = access.acls_enabled() ? access.acl() : private_acl(access.owner);
  GetBucketAclOutput output;
  output.owner = Owner{.id = acl.owner()};
  output.grants = shown_grants(acl);
  co_return output;
}

class PutBucketAcl {
 public:
  PutBucketAcl(BucketRegistry& buckets, AclReader acls) : buckets_(&buckets), acls_(acls) {}

  Task<Done> operator()(wire::Context& context, PutBucketAclRequest request) {
    FoundBucket& bucket = bucket_of(context);
    AclOwners owners{bucket.access->owner, bucket.access->owner};
    SentAcl sent = sent_acl(request);
    const SentAcl said = sent;
    auto acl = co_await acls_.read_either(std::move(sent), std::move(request.access_control_policy), std::move(owners));
    if (!acl) co_return std::unexpected(acl.error());
    if (!bucket.access->acls_enabled()) {
      if (is_good_without_acls(said, *acl, bucket.access->owner)) co_return Nothing{};
      co_return std::unexpected(error(Errc::AccessControlListNotSupported));
    }
    if (auto good = co_await acls_.check_public(context.principal, bucket, "", *acl, "s3:PutBucketAcl"); !good) {
      co_return std::unexpected(good.error());
    }
    BucketRegistry::AccessChange change =
        [acl = std::move(*acl)](record::BucketAccess& access) -> std::expected<void, wire::ApiError> {
      if (access.ownership() == record::BucketAccess::BUCKET_OWNER_ENFORCED) {
        return std::unexpected(error(Errc::AccessControlListNotSupported));
      }
      if (is_private(acl)) {
        access.clear_acl();
      } else {
        *access.mutable_acl() = acl;
      }
      return {};
    };
    auto changed = co_await buckets_->update_access(bucket, std::move(change));
    co_return done(std::move(changed));
  }

 private:
  BucketRegistry* buckets_;
  AclReader acls_;
};

}  // namespace

void bind_bucket_acl(wire::Registry& registry, BucketRegistry& buckets, AclReader acls) {
  registry.bind<GetBucketAclOp>(get_bucket_acl);
  registry.bind<PutBucketAclOp>(PutBucketAcl(buckets, acls));
}

}  // namespace skerry::s3
