#include "s3/upload_listing.h"

#include <algorithm>

#include "s3/errors.h"
#include "s3/listing.h"

namespace skerry::s3 {
namespace {

// The rows of all keys that begin with `prefix`.
std::string begin_of(std::string_view prefix) { return keys::uploads_with_prefix(prefix); }
std::string end_of(std::string_view prefix) { return keys::after_prefix(begin_of(prefix)); }

std::string begin_after_marker(const UploadQuery& query) {
  if (query.key_marker.empty()) return {};
  if (query.upload_marker) return keys::next(keys::upload(query.key_marker, *query.upload_marker));
  if (common_prefix_of(query.key_marker, query.prefix, query.delimiter) == query.key_marker) {
    return end_of(query.key_marker);
  }
  return keys::after_prefix(keys::uploads_of(query.key_marker));
}

class UploadLister {
 public:
  UploadLister(storage::MetaStore& meta, const FoundBucket& bucket, const UploadQuery& query)
      : meta_(meta),
        query_(query),
        request_{.partition = bucket.partition(),
                 .begin = std::max(begin_of(query.prefix), begin_after_marker(query)),
                 .end = end_of(query.prefix)} {}

  Task<std::expected<UploadPage, wire::ApiError>> run() {
    if (query_.limit == 0) co_return UploadPage{};
    while (request_.begin < request_.end) {
      // With a delimiter every row may end in a jump, after which the rest of the page is useless.
      request_.limit = query_.delimiter.empty() ? remaining() : std::min<std::size_t>(remaining(), 8);
      storage::ScanRequest ask = request_;
      auto rows = co_await meta_.scan(std::move(ask));
      if (!rows) co_return std::unexpected(store_error(rows.error()));
      for (const storage::Row& row : rows->rows) {
        if (row.key < jump_) continue;
        if (auto shown = show(row); !shown) co_return std::unexpected(shown.error());
        if (page_.truncated) co_return std::move(page_);
      }
      if (!rows->next) break;
      request_.begin = std::max(*rows->next, jump_);
    }
    co_return std::move(page_);
  }

 private:
  // One more than fits, to learn whether there is more.
  std::size_t remaining() const { return query_.limit + 1 - page_.uploads.size() - page_.common_prefixes.size(); }

  std::expected<void, wire::ApiError> show(const storage::Row& row) {
    if (remaining() == 1) {
      page_.truncated = true;
      return {};
    }
    auto parsed = keys::parse_upload(row.key);
    if (!parsed) return std::unexpected(corrupt("an upload's key"));
    std::string group(common_prefix_of(parsed->object_key, query_.prefix, query_.delimiter));
    if (!group.empty()) {
      jump_ = end_of(group);
      page_.last_key = group;
      page_.last_upload.reset();
      page_.common_prefixes.push_back(std::move(group));
      return {};
    }
    page_.last_key = parsed->object_key;
    page_.last_upload = parsed->id;
    ListedUpload& upload = page_.uploads.emplace_back();
    upload.key = std::move(parsed->object_key);
    upload.id = std::move(parsed->id);
    if (!upload.record.ParseFromString(row.value)) return std::unexpected(corrupt("an upload"));
    return {};
  }

  storage::MetaStore& meta_;
  const UploadQuery& query_;
  storage::ScanRequest request_;
  std::string jump_;  // rows before it belong to a common prefix that was shown
  UploadPage page_;
};

}  // namespace

Task<std::expected<UploadPage, wire::ApiError>> list_uploads(storage::MetaStore& meta, const FoundBucket& bucket,
                                                             UploadQuery query) {
  UploadLister lister(meta, bucket, query);
  co_return co_await lister.run();
}

}  // namespace skerry::s3
