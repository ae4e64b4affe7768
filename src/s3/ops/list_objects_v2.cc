#include "base/bytes.h"
#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/listing.h"
#include "s3/ops/buckets.h"
#include "s3/ops/listing_token.h"
#include "s3/ops/listings.h"

namespace skerry::s3 {
namespace {

constexpr std::string_view kTokenKind = "objects-v2";

// A bucket of the same name that was made later is another.
std::string token_scope(const FoundBucket& bucket) {
  std::string scope;
  append_be64(scope, bucket.record.partition());
  return scope;
}

class ListObjectsV2 {
 public:
  explicit ListObjectsV2(storage::MetaStore& meta) : meta_(&meta) {}

  Task<std::expected<ListObjectsV2Output, wire::ApiError>> operator()(wire::Context& context,
                                                                      ListObjectsV2Request request) {
    const FoundBucket& bucket = bucket_of(context);
    auto key_text = KeyText::parse(request.encoding_type);
    if (!key_text) co_return std::unexpected(key_text.error());
    auto limit = page_size(request.max_keys);
    if (!limit) co_return std::unexpected(limit.error());
    if (auto good = check_key_parts({&request.prefix, &request.delimiter, &request.start_after}); !good) {
      co_return std::unexpected(good.error());
    }
    std::string after = request.start_after.value_or("");
    if (request.continuation_token) {  // which wins
      auto place = open_token(kTokenKind, token_scope(bucket), *request.continuation_token);
      if (!place) co_return std::unexpected(wrong_token(*request.continuation_token));
      after = std::move(*place);
    }
    ListQuery query{.prefix = request.prefix.value_or(""),
                    .delimiter = request.delimiter.value_or(""),
                    .limit = static_cast<std::size_t>(*limit)};
    query.begin = begin_after(after, query.prefix, query.delimiter);
    auto page = co_await list_objects(*meta_, bucket, std::move(query));
    if (!page) co_return std::unexpected(page.error());

    std::optional<Owner> owner;
    if (request.fetch_owner.value_or(false)) owner = owner_of(bucket_of(context));
    ListObjectsV2Output output;
    output.is_truncated = page->truncated;
    output.key_count = static_cast<std::int32_t>(page->objects.size() + page->common_prefixes.size());
    output.contents = shown_objects(page->objects, *key_text, owner);
    output.common_prefixes = shown_prefixes(page->common_prefixes, *key_text);
    output.name = std::move(request.bucket);
    output.prefix = key_text->show(request.prefix.value_or(""));
    if (request.delimiter && !request.delimiter->empty()) output.delimiter = key_text->show_if(request.delimiter);
    output.max_keys = *limit;
    output.encoding_type = std::move(request.encoding_type);
    output.continuation_token = std::move(request.continuation_token);
    output.start_after = key_text->show_if(request.start_after);
    if (page->truncated) output.next_continuation_token = make_token(kTokenKind, token_scope(bucket), page->last);
    co_return output;
  }

 private:
  storage::MetaStore* meta_;
};

}  // namespace

void bind_list_objects_v2(wire::Registry& registry, storage::MetaStore& meta) {
  registry.bind<ListObjectsV2Op>(ListObjectsV2(meta));
}

}  // namespace skerry::s3
