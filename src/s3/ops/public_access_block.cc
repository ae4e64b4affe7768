#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/bucket_access_settings.h"

namespace skerry::s3 {
namespace {

Task<std::expected<GetPublicAccessBlockOutput, wire::ApiError>> get_public_access_block(wire::Context& context,
                                                                                        GetPublicAccessBlockRequest) {
  const FoundBucket& bucket = bucket_of(context);
  if (!bucket.access->record.has_public_access_block()) {
    co_return std::unexpected(error(Errc::NoSuchPublicAccessBlockConfiguration).with("BucketName", bucket.name));
  }
  const record::PublicAccessBlock& block = bucket.access->record.public_access_block();
  GetPublicAccessBlockOutput output;
  PublicAccessBlockConfiguration& shown = output.public_access_block_configuration.emplace();
  shown.block_public_acls = block.block_public_acls();
  shown.ignore_public_acls = block.ignore_public_acls();
  shown.block_public_policy = block.block_public_policy();
  shown.restrict_public_buckets = block.restrict_public_buckets();
  co_return output;
}

AccessChanged put_public_access_block(const PutPublicAccessBlockRequest& request) {
  const PublicAccessBlockConfiguration& wanted = request.public_access_block_configuration;
  if (!wanted.block_public_acls && !wanted.ignore_public_acls && !wanted.block_public_policy &&
      !wanted.restrict_public_buckets) {
    return std::unexpected(error(Errc::InvalidRequest, "Must specify at least one configuration."));
  }
  record::PublicAccessBlock block;  // what is not said is off
  block.set_block_public_acls(wanted.block_public_acls.value_or(false));
  block.set_ignore_public_acls(wanted.ignore_public_acls.value_or(false));
  block.set_block_public_policy(wanted.block_public_policy.value_or(false));
  block.set_restrict_public_buckets(wanted.restrict_public_buckets.value_or(false));
  return [block](record::BucketAccess& access) -> std::expected<void, wire::ApiError> {
    *access.mutable_public_access_block() = block;
    return {};
  };
}

AccessChanged delete_public_access_block(const DeletePublicAccessBlockRequest&) {
  return [](record::BucketAccess& access) -> std::expected<void, wire::ApiError> {
    access.clear_public_access_block();
    return {};
  };
}

}  // namespace

void bind_public_access_block(wire::Registry& registry, BucketRegistry& buckets) {
  registry.bind<GetPublicAccessBlockOp>(get_public_access_block);
  bind_access_change<PutPublicAccessBlockOp>(registry, buckets, put_public_access_block);
  bind_access_change<DeletePublicAccessBlockOp>(registry, buckets, delete_public_access_block);
}

}  // namespace skerry::s3
