#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/task.h"
#include "s3/bucket.h"
#include "s3/object_index.h"
#include "s3/version.h"
#include "wire/error.h"

// Finding the version that a request reads, in S3's words for what is not there.
namespace skerry::s3 {

// Of a `versionId` in a query or a document. Errors: InvalidArgument.
std::expected<std::optional<VersionId>, wire::ApiError> read_version_id(const std::optional<std::string>& sent);

// The version id that answers name: absent where the bucket never had versions.
std::optional<std::string> shown_version_id(const FoundBucket& bucket, const record::VersionRow& row);

// The error of reading a delete marker: NoSuchKey where it is the latest version, MethodNotAllowed where it was named.
wire::ApiError delete_marker_error(const FoundBucket& bucket, std::string_view key, const record::VersionRow& row,
                                   bool named, std::string_view method);

// A version that is an object. Errors: NoSuchKey, NoSuchVersion, those of delete_marker_error.
Task<std::expected<FoundVersion, wire::ApiError>> find_object(ObjectIndex& index, const FoundBucket& bucket,
                                                              const std::string& key, std::optional<VersionId> id,
                                                              std::string_view method);

struct DescribedVersion {
  FoundVersion found;
  record::VersionDetail detail;
};

// The same with its detail. A version that goes away between the two reads is looked up again, some times.
// Errors: also OperationAborted, when it always goes away.
Task<std::expected<DescribedVersion, wire::ApiError>> load_object(ObjectIndex& index, const FoundBucket& bucket,
                                                                  const std::string& key, std::optional<VersionId> id,
                                                                  std::string_view method);

// Each of a key's writers may make a reader look again; so many in a row, one between any two reads, is no accident.
inline constexpr int kLookupsMax = 100;

}  // namespace skerry::s3
