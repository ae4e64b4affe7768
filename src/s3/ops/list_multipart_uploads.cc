#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/buckets.h"
#include "s3/ops/listings.h"
#include "s3/ops/multipart.h"
#include "s3/upload_listing.h"
#include "s3/version.h"

namespace skerry::s3 {
namespace {

// Without a key marker AWS ignores it.
std::expected<std::optional<keys::UploadId>, wire::ApiError> read_upload_marker(
    const ListMultipartUploadsRequest& request) {
  const std::string marker = request.upload_id_marker.value_or("");
  if (marker.empty() || request.key_marker.value_or("").empty()) return std::nullopt;
  auto id = keys::UploadId::parse(marker);
  if (!id) return std::unexpected(invalid_argument("Invalid uploadId marker", "upload-id-marker", marker));
  return id;
}

class ListMultipartUploads {
 public:
  explicit ListMultipartUploads(storage::MetaStore& meta) : meta_(meta) {}

  Task<std::expected<ListMultipartUploadsOutput, wire::ApiError>> operator()(
      wire::Context& context, ListMultipartUploadsRequest request) const {
    auto key_text = KeyText::parse(request.encoding_type);
    if (!key_text) co_return std::unexpected(key_text.error());
    auto limit = page_size(request.max_uploads, "max-uploads",
                           "Argument max-uploads must be an integer between 0 and 2147483647");
    if (!limit) co_return std::unexpected(limit.error());
    if (auto good = check_key_parts({&request.prefix, &request.delimiter, &request.key_marker}); !good) {
      co_return std::unexpected(good.error());
    }
    auto upload_marker = read_upload_marker(request);
    if (!upload_marker) co_return std::unexpected(upload_marker.error());
    UploadQuery query{.prefix = request.prefix.value_or(""),
                      .delimiter = request.delimiter.value_or(""),
                      .key_marker = request.key_marker.value_or(""),
                      .upload_marker = std::move(*upload_marker),
                      .limit = static_cast<std::size_t>(*limit)};
    auto page = co_await list_uploads(meta_, bucket_of(context), std::move(query));
    if (!page) co_return std::unexpected(page.error());

    ListMultipartUploadsOutput out;
    out.bucket = std::move(request.bucket);
    out.key_marker = key_text->show(request.key_marker.value_or(""));
    out.upload_id_marker = request.upload_id_marker.value_or("");
    out.next_key_marker = page->truncated ? key_text->show(page->last_key) : "";
    out.next_upload_id_marker = page->truncated && page->last_upload ? page->last_upload->text() : "";
    out.prefix = key_text->show_if(request.prefix);
    if (!request.delimiter.value_or("").empty()) out.delimiter = key_text->show_if(request.delimiter);
    out.max_uploads = *limit;
    out.is_truncated = page->truncated;
    out.common_prefixes = shown_prefixes(page->common_prefixes, *key_text);
    out.encoding_type = std::move(request.encoding_type);
    show_uploads(*page, *key_text, context, out.uploads.emplace());
    co_return out;
  }

 private:
  static void show_uploads(const UploadPage& page, const KeyText& key_text, wire::Context& context,
                           wire::List<MultipartUpload>& out) {
    for (const ListedUpload& listed : page.uploads) {
      MultipartUpload& upload = out.emplace_back();
      upload.upload_id = listed.id.text();
      upload.key = key_text.show(listed.key);
      upload.initiated = Time{microseconds(listed.record.initiated_us())};
      upload.storage_class = std::string(storage_class_name(listed.record.storage_class()));
      upload.owner = owner_of(bucket_of(context));
      upload.initiator = initiator_of(listed.record, context);
      show_checksum_kind(upload, listed.record);
    }
  }

  storage::MetaStore& meta_;
};

}  // namespace

void bind_list_multipart_uploads(wire::Registry& registry, storage::MetaStore& meta) {
  registry.bind<ListMultipartUploadsOp>(ListMultipartUploads(meta));
}

}  // namespace skerry::s3
