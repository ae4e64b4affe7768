#pragma once
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "s3/api/types.h"
#include "s3/content_store.h"
#include "s3/errors.h"
#include "s3/ops/checksum_fields.h"
#include "s3/ops/encoded_word.h"
#include "s3/ops/find_object.h"
#include "s3/ops/object_headers.h"
#include "s3/ops/range.h"
#include "s3/ops/read_conditions.h"
#include "storage/meta_store.h"
#include "wire/context.h"

// The way that Get- and HeadObject share: which version, on what conditions, which of its bytes, and what is said of
// it.
namespace skerry::s3 {

// What a request asks for. Refers to the request.
struct ObjectQuery {
  const std::string& key;
  std::optional<VersionId> version;
  ReadConditions conditions;
  const std::string* range = nullptr;
  std::optional<std::int32_t> part_number;
  std::string_view method;
  // Of a copy's source: how the headers of the conditions begin. Then there is no 304.
  std::string_view condition_prefix{};
};

// The version that answers it.
struct ObjectView {
  FoundVersion found;
  record::VersionDetail detail;
  ByteRange bytes;
  bool partial = false;              // 206: `bytes` was asked for
  std::optional<record::Part> part;  // of several, the one that was asked for

  const record::VersionRow& row() const { return found.row; }
  // Of the bytes as they are given: the object's where they are all of it, a part's where it has one.
  std::optional<ShownChecksum> checksum() const;
};

// Errors: InvalidArgument (version id, part number), InvalidRequest (a part and a range).
std::expected<void, wire::ApiError> check_part_number(std::optional<std::int32_t> part_number, bool with_range);

// Both requests spell these members alike.
template <class Request>
std::expected<ObjectQuery, wire::ApiError> read_object_query(const Request& request, std::string_view method) {
  auto version = read_version_id(request.version_id);
  if (!version) return std::unexpected(std::move(version.error()));
  if (auto good = check_part_number(request.part_number, request.range.has_value()); !good) {
    return std::unexpected(std::move(good.error()));
  }
  return ObjectQuery{.key = request.key,
                     .version = *version,
                     .conditions = read_conditions(request),
                     .range = request.range ? &*request.range : nullptr,
                     .part_number = request.part_number,
                     .method = method};
}

// Finds versions for readers and opens their contents. A version that goes away between two steps is looked up again,
// some times (kLookupsMax).
//
// Life: a value; what it refers to outlives it. Threads: any.
class ObjectReader {
 public:
  struct Parts {
    ObjectIndex& index;
    ContentStore& contents;
    storage::MetaStore& meta;
    const Clock& clock;
  };
  explicit ObjectReader(Parts parts) : parts_(parts) {}

  // Errors: NoSuchKey, NoSuchVersion, MethodNotAllowed; PreconditionFailed, NotModified; InvalidRange,
  // InvalidPartNumber; OperationAborted.
  Task<std::expected<ObjectView, wire::ApiError>> view(const FoundBucket& bucket, const ObjectQuery& query) const;

  // The same, with the bytes. Errors: also InvalidObjectState, for what AWS has archived.
  struct Opened {
    ObjectView view;
    ContentStore::Content content;
  };
  Task<std::expected<Opened, wire::ApiError>> open(const FoundBucket& bucket, const ObjectQuery& query) const;

 private:
  template <class T>
  using MaybeGone = std::expected<std::optional<T>, wire::ApiError>;

  Task<MaybeGone<ObjectView>> try_view(const FoundBucket& bucket, const ObjectQuery& query) const;
  Task<MaybeGone<ContentStore::Content>> try_open(const FoundBucket& bucket, const std::string& key,
                                                  const ObjectView& view) const;
  Task<MaybeGone<std::monostate>> select_part(const FoundBucket& bucket, const ObjectQuery& query,
                                              ObjectView& view) const;

  Parts parts_;
};

std::string content_range(const ObjectView& view);

// Whether the caller is told that the object has tags: who may read them.
bool may_see_tags(const wire::Context& context, const ObjectView& view);

// What the object's headers say, unless the request wants them otherwise.
template <class Request, class Output>
void show_system_headers(Output& out, const record::SystemHeaders& headers, const Request& request) {
  auto show = [](std::optional<std::string>& into, const std::optional<std::string>& wanted, const std::string& kept) {
    if (wanted) {
      into = *wanted;
    } else if (!kept.empty()) {
      into = kept;
    }
  };
  show(out.content_type, request.response_content_type, headers.content_type());
  show(out.content_encoding, request.response_content_encoding, headers.content_encoding());
  show(out.content_disposition, request.response_content_disposition, headers.content_disposition());
  show(out.content_language, request.response_content_language, headers.content_language());
  show(out.cache_control, request.response_cache_control, headers.cache_control());
  show(out.expires, request.response_expires, headers.expires());
  if (!out.content_type) out.content_type = kDefaultContentType;
  if (!headers.website_redirect_location().empty()) out.website_redirect_location = headers.website_redirect_location();
}

template <class Request, class Output>
void show_object(Output& out, const FoundBucket& bucket, const ObjectView& view, const Request& request) {
  const record::VersionRow& row = view.row();
  out.accept_ranges = "bytes";
  out.last_modified = Time(seconds(modified_seconds(row)));
  out.etag = quoted_etag(row);
  out.version_id = shown_version_id(bucket, row);
  out.server_side_encryption = kEncryption;
  if (row.storage_class() != record::STANDARD) out.storage_class = std::string(storage_class_name(row.storage_class()));
  show_system_headers(out, view.detail.headers(), request);
  if (!view.detail.user_metadata().empty()) {
    auto& metadata = out.metadata.emplace();
    for (const auto& [name, value] : view.detail.user_metadata()) metadata.emplace(name, encode_header_text(value));
  }
  if (view.detail.tags_size() > 0) out.tag_count = view.detail.tags_size();
  if (view.part) out.parts_count = static_cast<std::int32_t>(row.etag_parts());
  if (view.partial) out.content_range = content_range(view);
  if (request.checksum_mode == "ENABLED") {
    if (auto shown = view.checksum()) show_checksum(out, *shown);
  }
}

}  // namespace skerry::s3
