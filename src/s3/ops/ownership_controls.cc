#include <algorithm>
#include <array>

#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/bucket_access_settings.h"

namespace skerry::s3 {
namespace {

using Access = record::BucketAccess;
struct OwnershipName {
  Access::Ownership ownership;
  std::string_view name;
};
constexpr std::array kOwnerships = {
    OwnershipName{Access::BUCKET_OWNER_ENFORCED, ObjectOwnership::kBucketOwnerEnforced},
    OwnershipName{Access::BUCKET_OWNER_PREFERRED, ObjectOwnership::kBucketOwnerPreferred},
    OwnershipName{Access::OBJECT_WRITER, ObjectOwnership::kObjectWriter},
};

Task<std::expected<GetBucketOwnershipControlsOutput, wire::ApiError>> get_bucket_ownership_controls(
    wire::Context& context, GetBucketOwnershipControlsRequest) {
  const FoundBucket& bucket = bucket_of(context);
  const Access& access = bucket.access->record;
  if (access.ownership_removed()) {
    co_return std::unexpected(error(Errc::OwnershipControlsNotFoundError).with("BucketName", bucket.name));
  }
  OwnershipControlsRule rule;
  rule.object_ownership = std::ranges::find(kOwnerships, access.ownership(), &OwnershipName::ownership)->name;
  GetBucketOwnershipControlsOutput output;
  output.ownership_controls.emplace().rules.push_back(std::move(rule));
  co_return output;
}

AccessChanged put_bucket_ownership_controls(const PutBucketOwnershipControlsRequest& request) {
  const auto& rules = request.ownership_controls.rules;
  auto ownership = rules.size() == 1 ? find_ownership(rules[0].object_ownership) : std::nullopt;
  if (!ownership) return std::unexpected(error(Errc::MalformedXML));
  return [ownership = *ownership](Access& access) -> std::expected<void, wire::ApiError> {
    // A list that gives somebody something would lose its effect without a word.
    if (ownership == Access::BUCKET_OWNER_ENFORCED && access.has_acl() && !is_private(access.acl())) {
      return std::unexpected(error(Errc::InvalidBucketAclWithObjectOwnership));
    }
    access.set_ownership(ownership);
    access.clear_ownership_removed();
    return {};
  };
}

AccessChanged delete_bucket_ownership_controls(const DeleteBucketOwnershipControlsRequest&) {
  return [](Access& access) -> std::expected<void, wire::ApiError> {
    access.set_ownership(Access::OBJECT_WRITER);
    access.set_ownership_removed(true);
    return {};
  };
}

}  // namespace

std::optional<Access::Ownership> find_ownership(std::string_view name) {
  auto found = std::ranges::find(kOwnerships, name, &OwnershipName::name);
  if (found == kOwnerships.end()) return std::nullopt;
  return found->ownership;
}

void bind_ownership_controls(wire::Registry& registry, BucketRegistry& buckets) {
  registry.bind<GetBucketOwnershipControlsOp>(get_bucket_ownership_controls);
  bind_access_change<PutBucketOwnershipControlsOp>(registry, buckets, put_bucket_ownership_controls);
  bind_access_change<DeleteBucketOwnershipControlsOp>(registry, buckets, delete_bucket_ownership_controls);
}

}  // namespace skerry::s3
