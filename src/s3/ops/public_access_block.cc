#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/bucket_access_settings.h"
#include "s3control/api/ops.h"

namespace skerry::s3 {
namespace {

// The API speaks of a bucket's block and of an account's in two services, whose shapes are alike.

template <class Configuration>
Configuration shown(const record::PublicAccessBlock& block) {
  return {.block_public_acls = block.block_public_acls(),
          .ignore_public_acls = block.ignore_public_acls(),
          .block_public_policy = block.block_public_policy(),
          .restrict_public_buckets = block.restrict_public_buckets()};
}

template <class Configuration>
std::expected<record::PublicAccessBlock, wire::ApiError> read(const Configuration& wanted) {
  if (!wanted.block_public_acls && !wanted.ignore_public_acls && !wanted.block_public_policy &&
      !wanted.restrict_public_buckets) {
    return std::unexpected(error(Errc::InvalidRequest, "Must specify at least one configuration."));
  }
  record::PublicAccessBlock block;  // what is not said is off
  block.set_block_public_acls(wanted.block_public_acls.value_or(false));
  block.set_ignore_public_acls(wanted.ignore_public_acls.value_or(false));
  block.set_block_public_policy(wanted.block_public_policy.value_or(false));
  block.set_restrict_public_buckets(wanted.restrict_public_buckets.value_or(false));
  return block;
}

// ---- of a bucket

Task<std::expected<GetPublicAccessBlockOutput, wire::ApiError>> get_public_access_block(wire::Context& context,
                                                                                        GetPublicAccessBlockRequest) {
  const FoundBucket& bucket = bucket_of(context);
  if (!bucket.access->record.has_public_access_block()) {
    co_return std::unexpected(error(Errc::NoSuchPublicAccessBlockConfiguration).with("BucketName", bucket.name));
  }
  GetPublicAccessBlockOutput output;
  output.public_access_block_configuration =
      shown<PublicAccessBlockConfiguration>(bucket.access->record.public_access_block());
  co_return output;
}

AccessChanged put_public_access_block(const PutPublicAccessBlockRequest& request) {
  auto block = read(request.public_access_block_configuration);
  if (!block) return std::unexpected(std::move(block.error()));
  return [block = *block](record::BucketAccess& access) -> std::expected<void, wire::ApiError> {
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

// ---- of an account: the caller's own, as the front has made sure

class AccountBlock {
 public:
  using Set = std::expected<s3control::Nothing, wire::ApiError>;

  explicit AccountBlock(BucketRegistry& buckets) : buckets_(&buckets) {}

  Task<std::expected<s3control::GetPublicAccessBlockOutput, wire::ApiError>> operator()(
      wire::Context&, s3control::GetPublicAccessBlockRequest request) const {
    auto block = co_await buckets_->account_public_access_block(request.account_id);
    if (!block) co_return std::unexpected(std::move(block.error()));
    if (!*block) {
      co_return std::unexpected(
          error(Errc::NoSuchPublicAccessBlockConfiguration).with("AccountId", std::move(request.account_id)));
    }
    s3control::GetPublicAccessBlockOutput output;
    output.public_access_block_configuration = shown<s3control::PublicAccessBlockConfiguration>(**block);
    co_return output;
  }

  Task<Set> operator()(wire::Context&, s3control::PutPublicAccessBlockRequest request) const {
    auto block = read(request.public_access_block_configuration);
    if (!block) co_return std::unexpected(std::move(block.error()));
    co_return co_await set(std::move(request.account_id), std::move(*block));
  }

  Task<Set> operator()(wire::Context&, s3control::DeletePublicAccessBlockRequest request) const {
    co_return co_await set(std::move(request.account_id), std::nullopt);
  }

 private:
  Task<Set> set(std::string account_id, std::optional<record::PublicAccessBlock> block) const {
    auto committed = co_await buckets_->set_account_public_access_block(std::move(account_id), std::move(block));
    if (!committed) co_return std::unexpected(std::move(committed.error()));
    co_return s3control::Nothing{};
  }

  BucketRegistry* buckets_;
};

}  // namespace

void bind_public_access_block(wire::Registry& registry, BucketRegistry& buckets) {
  registry.bind<GetPublicAccessBlockOp>(get_public_access_block);
  bind_access_change<PutPublicAccessBlockOp>(registry, buckets, put_public_access_block);
  bind_access_change<DeletePublicAccessBlockOp>(registry, buckets, delete_public_access_block);
  registry.bind<s3control::GetPublicAccessBlockOp>(AccountBlock(buckets));
  registry.bind<s3control::PutPublicAccessBlockOp>(AccountBlock(buckets));
  registry.bind<s3control::DeletePublicAccessBlockOp>(AccountBlock(buckets));
}

}  // namespace skerry::s3
