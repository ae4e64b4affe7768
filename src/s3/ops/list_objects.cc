#include "s3/api/ops.h"
#include "s3/front.h"
#include "s3/listing.h"
#include "s3/ops/buckets.h"
#include "s3/ops/listings.h"

namespace skerry::s3 {
namespace {

class ListObjects {
 public:
  explicit ListObjects(storage::MetaStore& meta) : meta_(&meta) {}

  Task<std::expected<ListObjectsOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                    ListObjectsRequest request) {
    auto key_text = KeyText::parse(request.encoding_type);
    if (!key_text) co_return std::unexpected(key_text.error());
    auto limit = page_size(request.max_keys);
    if (!limit) co_return std::unexpected(limit.error());
    if (auto good = check_key_parts({&request.prefix, &request.delimiter, &request.marker}); !good) {
      co_return std::unexpected(good.error());
    }
    ListQuery query{.prefix = request.prefix.value_or(""),
                    .delimiter = request.delimiter.value_or(""),
                    .limit = static_cast<std::size_t>(*limit)};
    query.begin = begin_after(request.marker.value_or(""), query.prefix, query.delimiter);
    bool grouped = !query.delimiter.empty();
    auto page = co_await list_objects(*meta_, bucket_of(context), std::move(query));
    if (!page) co_return std::unexpected(page.error());

    ListObjectsOutput output;
    output.is_truncated = page->truncated;
    output.marker = key_text->show(request.marker.value_or(""));
    // Without a delimiter the last key is the marker, and AWS leaves it to the client to see that.
    if (page->truncated && grouped) output.next_marker = key_text->show(page->last);
    output.contents = shown_objects(page->objects, *key_text, owner_of(bucket_of(context)));
    output.name = std::move(request.bucket);
    output.prefix = key_text->show(request.prefix.value_or(""));
    if (grouped) output.delimiter = key_text->show_if(request.delimiter);
    output.max_keys = *limit;
    output.common_prefixes = shown_prefixes(page->common_prefixes, *key_text);
    output.encoding_type = std::move(request.encoding_type);
    co_return output;
  }

 private:
  storage::MetaStore* meta_;
};

}  // namespace

void bind_list_objects(wire::Registry& registry, storage::MetaStore& meta) {
  registry.bind<ListObjectsOp>(ListObjects(meta));
}

}  // namespace skerry::s3
