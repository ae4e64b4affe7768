#include "s3/ops/copy_reading.h"

#include <algorithm>

#include "s3/errors.h"
#include "s3/front.h"

namespace skerry::s3 {

Task<std::expected<FoundBucket, wire::ApiError>> find_source_bucket(BucketRegistry& buckets,
                                                                    const wire::Context& context, std::string name,
                                                                    const std::optional<std::string>& expected_owner) {
  auto bucket = co_await find_readable_bucket(buckets, context, std::move(name));
  if (!bucket || !expected_owner) co_return bucket;
  bool account =
      expected_owner->size() == 12 && std::ranges::all_of(*expected_owner, [](char c) { return c >= '0' && c <= '9'; });
  if (!account) {
    co_return std::unexpected(error(Errc::InvalidBucketOwnerAWSAccountID).with("BucketOwner", *expected_owner));
  }
  if (*expected_owner != bucket->record.account_id()) co_return std::unexpected(error(Errc::AccessDenied));
  co_return bucket;
}

wire::ApiError source_error(wire::ApiError failed) {
  failed.headers.clear();  // they are of the source, the answer is of the copy
  if (failed.is(*error(Errc::MethodNotAllowed).info)) {
    return error(Errc::InvalidRequest,
                 "The source of a copy request may not specifically refer to a delete marker by version id.");
  }
  if (failed.is(*error(Errc::InvalidObjectState).info)) return error(Errc::ObjectNotInActiveTierError);
  return failed;
}

}  // namespace skerry::s3
