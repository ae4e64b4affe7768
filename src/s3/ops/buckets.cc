#include "s3/ops/buckets.h"

#include "s3/api/ops.h"
#include "s3/front.h"
#include "s3/ops/bind.h"
#include "s3/ops/done.h"

namespace skerry::s3 {
namespace {

class DeleteBucket {
 public:
  explicit DeleteBucket(BucketRegistry& buckets) : buckets_(&buckets) {}

  Task<Done> operator()(wire::Context& context, DeleteBucketRequest) {
    FoundBucket bucket = bucket_of(context);
    auto removed = co_await buckets_->remove(std::move(bucket));
    co_return done(std::move(removed));
  }

 private:
  BucketRegistry* buckets_;
};

Task<std::expected<HeadBucketOutput, wire::ApiError>> head_bucket(wire::Context& context, HeadBucketRequest) {
  HeadBucketOutput output;
  output.bucket_region = bucket_of(context).record.region();
  output.access_point_alias = false;
  co_return output;
}

Task<std::expected<GetBucketLocationOutput, wire::ApiError>> get_bucket_location(wire::Context& context,
                                                                                 GetBucketLocationRequest) {
  const record::Bucket& record = bucket_of(context).record;
  GetBucketLocationOutput output;
  // S3 is older than its regions: the first has no constraint.
  if (record.region() != "us-east-1") {
    output.location_constraint = record.location().empty() ? record.region() : record.location();
  }
  co_return output;
}

}  // namespace

void bind_buckets(wire::Registry& registry, BucketRegistry& buckets, storage::MetaStore& meta,
                  NewBucketDefaults defaults) {
  bind_create_bucket(registry, buckets, AclReader(meta, buckets), defaults);
  bind_list_buckets(registry, buckets);
  registry.bind<DeleteBucketOp>(DeleteBucket(buckets));
  registry.bind<HeadBucketOp>(head_bucket);
  registry.bind<GetBucketLocationOp>(get_bucket_location);
}

}  // namespace skerry::s3
