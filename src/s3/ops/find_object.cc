#include "s3/ops/find_object.h"

#include "s3/errors.h"

namespace skerry::s3 {

std::expected<std::optional<VersionId>, wire::ApiError> read_version_id(const std::optional<std::string>& sent) {
  if (!sent) return std::nullopt;
  if (sent->empty()) {
    return std::unexpected(invalid_argument("Version id cannot be the empty string", "versionId", *sent));
  }
  auto id = VersionId::parse(*sent);
  if (!id) return std::unexpected(invalid_argument("Invalid version id specified", "versionId", *sent));
  return *id;
}

std::optional<std::string> shown_version_id(const FoundBucket& bucket, const record::VersionRow& row) {
  if (!bucket.ever_versioned()) return std::nullopt;
  return VersionId::of(row).text();
}

wire::ApiError delete_marker_error(const FoundBucket& bucket, std::string_view key, const record::VersionRow& row,
                                   bool named, std::string_view method) {
  wire::ApiError failed = named ? error(Errc::MethodNotAllowed) : no_such_key(key);
  failed.headers.emplace_back("x-amz-delete-marker", "true");
  if (auto id = shown_version_id(bucket, row)) failed.headers.emplace_back("x-amz-version-id", std::move(*id));
  if (!named) return failed;
  failed.fields.emplace_back("Method", std::string(method));
  failed.fields.emplace_back("ResourceType", "DeleteMarker");
  failed.headers.emplace_back("allow", "DELETE");
  failed.headers.emplace_back("last-modified", last_modified(row));
  return failed;
}

Task<std::expected<FoundVersion, wire::ApiError>> find_object(ObjectIndex& index, const FoundBucket& bucket,
                                                              const std::string& key, std::optional<VersionId> id,
                                                              std::string_view method) {
  auto found = co_await index.find(bucket, key, id);
  if (found && found->row.delete_marker()) {
    co_return std::unexpected(delete_marker_error(bucket, key, found->row, id.has_value(), method));
  }
  co_return found;
}

Task<std::expected<DescribedVersion, wire::ApiError>> load_object(ObjectIndex& index, const FoundBucket& bucket,
                                                                  const std::string& key, std::optional<VersionId> id,
                                                                  std::string_view method) {
  for (int attempt = 0; attempt < kLookupsMax; ++attempt) {
    auto found = co_await find_object(index, bucket, key, id, method);
    if (!found) co_return std::unexpected(found.error());
    auto detail = co_await index.load_detail(bucket, key, found->row);
    if (!detail) co_return std::unexpected(detail.error());
    if (*detail) co_return DescribedVersion{std::move(*found), std::move(**detail)};
  }
  co_return std::unexpected(operation_aborted());
}

}  // namespace skerry::s3
