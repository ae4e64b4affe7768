#include "s3/version.h"

#include <array>
#include <utility>

#include "base/bytes.h"
#include "wire/text.h"

namespace skerry::s3 {
namespace {

constexpr std::array<std::pair<record::StorageClass, std::string_view>, 8> kStorageClasses{{
    {record::STANDARD, "STANDARD"},
    {record::REDUCED_REDUNDANCY, "REDUCED_REDUNDANCY"},
    {record::STANDARD_IA, "STANDARD_IA"},
    {record::ONEZONE_IA, "ONEZONE_IA"},
    {record::INTELLIGENT_TIERING, "INTELLIGENT_TIERING"},
    {record::GLACIER, "GLACIER"},
    {record::DEEP_ARCHIVE, "DEEP_ARCHIVE"},
    {record::GLACIER_IR, "GLACIER_IR"},
}};

// The tags of an If-Match list, one after the other; W/ is dropped, as S3's tags are all strong.
std::string_view next_tag(std::string_view& list) {
  while (!list.empty() && (list.front() == ' ' || list.front() == ',' || list.front() == '\t')) list.remove_prefix(1);
  std::string_view tag = list.substr(0, list.find(','));
  list.remove_prefix(tag.size());
  while (!tag.empty() && (tag.back() == ' ' || tag.back() == '\t')) tag.remove_suffix(1);
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  return tag;
}

}  // namespace

std::optional<VersionId> VersionId::parse(std::string_view text) {
  if (text == "null") return VersionId{.null = true};
  if (text.size() != 32) return std::nullopt;
  auto raw = unhex(text);
  if (!raw) return std::nullopt;
  return VersionId{.stamp = load_be64(raw->data()), .salt = load_be64(raw->data() + 8)};
}

VersionId VersionId::of(const record::VersionRow& row) {
  return {.null = row.null_version(), .stamp = row.stamp(), .salt = row.salt()};
}

std::string VersionId::text() const {
  if (null) return "null";
  std::string raw;
  append_be64(raw, stamp);
  append_be64(raw, salt);
  return hex(raw);
}

bool VersionId::names(const record::VersionRow& row) const {
  if (null || row.null_version()) return null == row.null_version();
  return stamp == row.stamp() && salt == row.salt();
}

std::string etag(const record::VersionRow& row) {
  std::string out = hex(row.etag_md5());
  if (row.etag_parts() > 0) out += '-' + std::to_string(row.etag_parts());
  return out;
}

std::string quoted_etag(const record::VersionRow& row) { return '"' + etag(row) + '"'; }

bool etag_matches(std::string_view condition, const record::VersionRow& row) {
  std::string own = etag(row);
  while (!condition.empty()) {
    std::string_view tag = next_tag(condition);
    if (tag == "*" || tag == own) return true;
  }
  return false;
}

std::string last_modified(const record::VersionRow& row) {
  std::string out;
  wire::append_time(out, Time(seconds(modified_seconds(row))), wire::TimeFormat::HttpDate, false);
  return out;
}

std::string_view storage_class_name(record::StorageClass storage_class) {
  for (const auto& [value, name] : kStorageClasses) {
    if (value == storage_class) return name;
  }
  return kStorageClasses.front().second;
}

std::optional<record::StorageClass> parse_storage_class(std::string_view name) {
  for (const auto& [value, known] : kStorageClasses) {
    if (known == name) return value;
  }
  return std::nullopt;
}

}  // namespace skerry::s3
