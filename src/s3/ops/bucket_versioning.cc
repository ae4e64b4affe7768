#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/bucket_settings.h"
#include "s3/ops/done.h"

namespace skerry::s3 {
namespace {

using record::Fence;

Task<std::expected<GetBucketVersioningOutput, wire::ApiError>> get_bucket_versioning(wire::Context& context,
                                                                                     GetBucketVersioningRequest) {
  GetBucketVersioningOutput output;
  switch (bucket_of(context).fence.versioning()) {
    case Fence::ENABLED:
      output.status = BucketVersioningStatus::kEnabled;
      break;
    case Fence::SUSPENDED:
      output.status = BucketVersioningStatus::kSuspended;
      break;
    default:  // never set: an empty document
      break;
  }
  co_return output;
}

class PutBucketVersioning {
 public:
  explicit PutBucketVersioning(BucketRegistry& buckets) : buckets_(&buckets) {}

  Task<Done> operator()(wire::Context& context, PutBucketVersioningRequest request) {
    const VersioningConfiguration& wanted = request.versioning_configuration;
    if (wanted.mfa_delete && *wanted.mfa_delete != MFADelete::kDisabled) {
      co_return std::unexpected(error(Errc::NotImplemented, "MFA delete is not implemented."));
    }
    if (!wanted.status) co_return std::unexpected(error(Errc::IllegalVersioningConfigurationException));
    Fence::Versioning state = *wanted.status == BucketVersioningStatus::kEnabled ? Fence::ENABLED : Fence::SUSPENDED;
    BucketRegistry::FenceChange change = [state](Fence& fence) { fence.set_versioning(state); };
    auto changed = co_await buckets_->update_fence(bucket_of(context), std::move(change));
    co_return done(std::move(changed));
  }

 private:
  BucketRegistry* buckets_;
};

}  // namespace

void bind_bucket_versioning(wire::Registry& registry, BucketRegistry& buckets) {
  registry.bind<GetBucketVersioningOp>(get_bucket_versioning);
  registry.bind<PutBucketVersioningOp>(PutBucketVersioning(buckets));
}

}  // namespace skerry::s3
