#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/buckets.h"
#include "s3/ops/listings.h"
#include "s3/ops/multipart.h"
#include "s3/version.h"

namespace skerry::s3 {
namespace {

std::expected<std::uint32_t, wire::ApiError> read_marker(std::optional<std::int32_t> sent) {
  if (sent.value_or(0) >= 0) return static_cast<std::uint32_t>(sent.value_or(0));
  return std::unexpected(invalid_argument("Argument part-number-marker must be an integer between 0 and 2147483647",
                                          "part-number-marker", std::to_string(*sent)));
}

class ListParts {
 public:
  explicit ListParts(MultipartStore& uploads) : uploads_(uploads) {}

  Task<std::expected<ListPartsOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                  ListPartsRequest request) const {
    auto limit =
        page_size(request.max_parts, "max-parts", "Argument max-parts must be an integer between 0 and 2147483647");
    if (!limit) co_return std::unexpected(limit.error());
    auto after = read_marker(request.part_number_marker);
    if (!after) co_return std::unexpected(after.error());
    const FoundBucket& bucket = bucket_of(context);
    std::string key = request.key;
    auto upload = co_await uploads_.find(bucket, std::move(key), std::move(request.upload_id));
    if (!upload) co_return std::unexpected(upload.error());
    auto page = co_await uploads_.list_parts(bucket, *upload, *after, static_cast<std::size_t>(*limit));
    if (!page) co_return std::unexpected(page.error());

    ListPartsOutput out;
    out.bucket = std::move(request.bucket);
    out.key = std::move(request.key);
    out.upload_id = upload->id.text();
    out.part_number_marker = static_cast<std::int32_t>(*after);
    std::uint32_t last = page->parts.empty() ? 0 : page->parts.back().number;
    out.next_part_number_marker = static_cast<std::int32_t>(last);
    out.max_parts = *limit;
    out.is_truncated = page->truncated;
    show_parts(*page, *upload, out.parts.emplace());
    out.initiator = initiator_of(upload->record, context);
    out.owner = owner_of(bucket);
    out.storage_class = std::string(storage_class_name(upload->record.storage_class()));
    show_checksum_kind(out, upload->record);
    co_return out;
  }

 private:
  static void show_parts(const StoredPartsPage& page, const FoundUpload& upload, wire::List<Part>& out) {
    for (const StoredPart& stored : page.parts) {
      Part& part = out.emplace_back();
      part.part_number = static_cast<std::int32_t>(stored.number);
      part.last_modified = modified(stored.record);
      part.etag = quoted_etag(stored.record);
      part.size = static_cast<std::int64_t>(stored.record.size());
      show_part_checksum(part, upload, stored.record);
    }
  }

  MultipartStore& uploads_;
};

}  // namespace

void bind_list_parts(wire::Registry& registry, MultipartStore& uploads) {
  registry.bind<ListPartsOp>(ListParts(uploads));
}

}  // namespace skerry::s3
