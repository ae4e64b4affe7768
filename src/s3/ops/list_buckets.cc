#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/ops/buckets.h"
#include "s3/ops/listing_token.h"

namespace skerry::s3 {
namespace {

constexpr std::int32_t kBucketsMax = 10'000;
constexpr std::string_view kTokenKind = "buckets";

Bucket shown(const FoundBucket& found, bool with_region) {
  Bucket bucket;
  bucket.name = found.name;
  bucket.creation_date = Time{microseconds(found.record.created_us())};
  if (with_region) bucket.bucket_region = found.record.region();
  return bucket;
}

class ListBuckets {
 public:
  explicit ListBuckets(BucketRegistry& buckets) : buckets_(&buckets) {}

  Task<std::expected<ListBucketsOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                    ListBucketsRequest request) {
    std::int32_t limit = request.max_buckets.value_or(kBucketsMax);
    if (limit < 1 || limit > kBucketsMax) {
      co_return std::unexpected(invalid_argument("Argument max-buckets must be an integer between 1 and 10000",
                                                 "max-buckets", std::to_string(limit)));
    }
    BucketRegistry::Query query{.account_id = context.principal.account_id,
                                .prefix = request.prefix.value_or(""),
                                .region = request.bucket_region.value_or(""),
                                .limit = static_cast<std::size_t>(limit)};
    if (request.continuation_token && !request.continuation_token->empty()) {
      auto after = open_token(kTokenKind, query.account_id, *request.continuation_token);
      if (!after) co_return std::unexpected(wrong_token(*request.continuation_token));
      query.after = std::move(*after);
    }
    // Clients of the days before paging are answered as they were.
    bool paged = request.max_buckets || request.continuation_token || request.prefix || request.bucket_region;
    std::string account = query.account_id;
    auto page = co_await buckets_->list(std::move(query));
    if (!page) co_return std::unexpected(page.error());

    ListBucketsOutput output;
    output.owner = Owner{.id = context.principal.canonical_id};
    output.prefix = std::move(request.prefix);
    auto& buckets = output.buckets.emplace();
    buckets.reserve(page->buckets.size());
    for (const FoundBucket& found : page->buckets) buckets.push_back(shown(found, paged));
    if (page->next) output.continuation_token = make_token(kTokenKind, account, *page->next);
    co_return output;
  }

 private:
  BucketRegistry* buckets_;
};

}  // namespace

void bind_list_buckets(wire::Registry& registry, BucketRegistry& buckets) {
  registry.bind<ListBucketsOp>(ListBuckets(buckets));
}

}  // namespace skerry::s3
