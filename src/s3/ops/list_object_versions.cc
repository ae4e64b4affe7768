#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/buckets.h"
#include "s3/ops/listings.h"
#include "s3/version_listing.h"

namespace skerry::s3 {
namespace {

// The version marker of a request that has one.
std::expected<std::optional<VersionId>, wire::ApiError> version_marker(const ListObjectVersionsRequest& request) {
  constexpr std::string_view kName = "version-id-marker";
  const auto& marker = request.version_id_marker;
  if (!marker) return std::nullopt;
  if (marker->empty()) {
    return std::unexpected(invalid_argument("A version-id marker cannot be empty.", kName, *marker));
  }
  if (request.key_marker.value_or("").empty()) {
    return std::unexpected(
        invalid_argument("A version-id marker cannot be specified without a key marker.", kName, *marker));
  }
  auto id = VersionId::parse(*marker);
  if (!id) return std::unexpected(invalid_argument("Invalid version id specified", kName, *marker));
  return id;
}

class ListObjectVersions {
 public:
  explicit ListObjectVersions(storage::MetaStore& meta) : meta_(&meta) {}

  Task<std::expected<ListObjectVersionsOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                           ListObjectVersionsRequest request) {
    auto key_text = KeyText::parse(request.encoding_type);
    if (!key_text) co_return std::unexpected(key_text.error());
    auto limit = page_size(request.max_keys, "max-keys", "max-keys cannot be negative");
    if (!limit) co_return std::unexpected(limit.error());
    auto marker = version_marker(request);
    if (!marker) co_return std::unexpected(marker.error());
    if (auto good = check_key_parts({&request.prefix, &request.delimiter, &request.key_marker}); !good) {
      co_return std::unexpected(good.error());
    }
    VersionQuery query{.prefix = request.prefix.value_or(""),
                       .delimiter = request.delimiter.value_or(""),
                       .key_marker = request.key_marker.value_or(""),
                       .version_marker = std::move(*marker),
                       .limit = static_cast<std::size_t>(*limit)};
    bool grouped = !query.delimiter.empty();
    auto page = co_await list_versions(*meta_, bucket_of(context), std::move(query));
    if (!page) co_return std::unexpected(page.error());

    ListObjectVersionsOutput output;
    output.is_truncated = page->truncated;
    output.key_marker = key_text->show(request.key_marker.value_or(""));
    output.version_id_marker = request.version_id_marker.value_or("");
    if (page->truncated) {
      output.next_key_marker = key_text->show(page->last_key);
      if (page->last_version) output.next_version_id_marker = page->last_version->text();
    }
    show_all(*page, *key_text, owner_of(bucket_of(context)), output);
    output.name = std::move(request.bucket);
    output.prefix = key_text->show(request.prefix.value_or(""));
    if (grouped) output.delimiter = key_text->show_if(request.delimiter);
    output.max_keys = *limit;
    output.common_prefixes = shown_prefixes(page->common_prefixes, *key_text);
    output.encoding_type = std::move(request.encoding_type);
    co_return output;
  }

 private:
  static void show_all(const VersionPage& page, const KeyText& key_text, const Owner& owner,
                       ListObjectVersionsOutput& output) {
    auto& versions = output.versions.emplace();
    auto& markers = output.delete_markers.emplace();
    for (const ListedVersion& listed : page.versions) {
      auto show = [&](auto& item) {
        item.key = key_text.show(listed.key);
        item.version_id = VersionId::of(listed.row).text();
        item.is_latest = listed.latest;
        item.owner = owner;
      };
      if (listed.row.delete_marker()) {
        DeleteMarkerEntry& entry = markers.emplace_back();
        show(entry);
        entry.last_modified = Time{seconds(modified_seconds(listed.row))};
      } else {
        ObjectVersion& version = versions.emplace_back();
        show(version);
        show_version(version, listed.row);
      }
    }
  }

  storage::MetaStore* meta_;
};

}  // namespace

void bind_list_object_versions(wire::Registry& registry, storage::MetaStore& meta) {
  registry.bind<ListObjectVersionsOp>(ListObjectVersions(meta));
}

}  // namespace skerry::s3
