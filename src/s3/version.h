#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "s3/keys.h"
#include "s3/records.pb.h"

// How clients see what a version's row holds.
namespace skerry::s3 {

// Which version a request names. A null version is found by being one; the others by their stamp, and the salt, which
// nobody can guess, so that an id says nothing about other versions and never comes back after a clock was set back.
struct VersionId {
  bool null = false;
  keys::Stamp stamp = 0;
  std::uint64_t salt = 0;

  static std::optional<VersionId> parse(std::string_view text);  // "null" or 32 hex digits
  static VersionId of(const record::VersionRow& row);
  std::string text() const;
  bool names(const record::VersionRow& row) const;
};

// Without quotes: `md5` or `md5-parts`.
std::string etag(const record::VersionRow& row);
std::string quoted_etag(const record::VersionRow& row);
// As clients write it in If-Match and its kin, quoted or not; `*` matches anything.
bool etag_matches(std::string_view condition, const record::VersionRow& row);

// Last-Modified: whole seconds, as HTTP's dates have no more.
inline std::int64_t modified_seconds(const record::VersionRow& row) {
  return static_cast<std::int64_t>(row.stamp() / 1'000'000);
}

std::string last_modified(const record::VersionRow& row);  // as the header has it

std::string_view storage_class_name(record::StorageClass storage_class);
std::optional<record::StorageClass> parse_storage_class(std::string_view name);

}  // namespace skerry::s3
