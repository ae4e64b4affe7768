#include "s3/keys.h"

#include "base/bytes.h"
#include "base/check.h"

namespace skerry::s3::keys {
namespace {

constexpr std::string_view kEnd("\x00\x01", 2);

std::string begin(Class c) { return std::string(1, static_cast<char>(c)); }

bool is(std::string_view row, Class c) { return !row.empty() && row.front() == static_cast<char>(c); }

void append_escaped(std::string& out, std::string_view object_key) {
  for (char c : object_key) {
    out += c;
    if (c == '\0') out += '\xff';
  }
}

std::string escaped(Class c, std::string_view object_key) {
  std::string out = begin(c);
  out.reserve(object_key.size() + 16);
  append_escaped(out, object_key);
  return out;
}

std::string ended(Class c, std::string_view object_key) {
  std::string out = escaped(c, object_key);
  out += kEnd;
  return out;
}

std::string stamped(Class c, std::string_view object_key, Stamp stamp) {
  std::string out = ended(c, object_key);
  append_be64(out, ~stamp);  // inverted: scans go forward, listings show the newest first
  return out;
}

// Takes an escaped object key and its end off the front of `rest`.
std::optional<std::string> take_object_key(std::string_view& rest) {
  std::string key;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] != '\0') {
      key += rest[i];
      continue;
    }
    if (i + 1 == rest.size()) return std::nullopt;
    if (rest[i + 1] == kEnd[1]) {
      rest.remove_prefix(i + kEnd.size());
      return key;
    }
    key += '\0';
    ++i;  // the FF
  }
  return std::nullopt;
}

}  // namespace

std::string fence() { return begin(Class::Fence); }
std::string config(std::string_view name) { return begin(Class::Config).append(name); }
std::string current(std::string_view object_key) { return begin(Class::Current).append(object_key); }
std::string marker(std::string_view object_key) { return begin(Class::Marker).append(object_key); }

std::string_view object_key_of_current(std::string_view row) {
  CHECK(is(row, Class::Current) || is(row, Class::Marker), "not a row of the current versions");
  return row.substr(1);
}

std::string version(std::string_view object_key, Stamp stamp) { return stamped(Class::Version, object_key, stamp); }
std::string detail(std::string_view object_key, Stamp stamp) { return stamped(Class::Detail, object_key, stamp); }

std::string parts(std::string_view object_key, Stamp stamp, std::uint32_t index) {
  std::string out = stamped(Class::Parts, object_key, stamp);
  append_be32(out, index);
  return out;
}

std::string retired(std::string_view object_key, Stamp stamp) { return stamped(Class::Retired, object_key, stamp); }

std::string retired_versions() { return begin(Class::Retired); }

std::optional<VersionKey> parse_version(std::string_view row) {
  if (!is(row, Class::Version) && !is(row, Class::Detail) && !is(row, Class::Retired)) return std::nullopt;
  row.remove_prefix(1);
  auto key = take_object_key(row);
  if (!key || row.size() != 8) return std::nullopt;
  return VersionKey{std::move(*key), ~load_be64(row.data())};
}

std::string versions_of(std::string_view object_key) { return ended(Class::Version, object_key); }
std::string versions_with_prefix(std::string_view prefix) { return escaped(Class::Version, prefix); }

std::string UploadId::bytes() const {
  std::string out;
  append_be64(out, initiated);
  return out.append(unique);
}

std::string UploadId::text() const { return hex(bytes()); }

std::optional<UploadId> UploadId::parse(std::string_view text) {
  auto raw = unhex(text);
  if (!raw || raw->size() != kBytes) return std::nullopt;
  return UploadId{load_be64(raw->data()), raw->substr(8)};
}

std::string upload(std::string_view object_key, const UploadId& id) {
  return ended(Class::Upload, object_key).append(id.bytes());
}

std::string uploads_with_prefix(std::string_view prefix) { return escaped(Class::Upload, prefix); }
std::string uploads_of(std::string_view object_key) { return ended(Class::Upload, object_key); }

std::optional<UploadKey> parse_upload(std::string_view row) {
  if (!is(row, Class::Upload)) return std::nullopt;
  row.remove_prefix(1);
  auto key = take_object_key(row);
  if (!key || row.size() != UploadId::kBytes) return std::nullopt;
  return UploadKey{std::move(*key), UploadId{load_be64(row.data()), std::string(row.substr(8))}};
}

std::string upload_detail(const UploadId& id) { return begin(Class::UploadDetail).append(id.bytes()); }
std::string ended_upload(const UploadId& id) { return ended_uploads().append(id.bytes()); }
std::string ended_uploads() { return begin(Class::EndedUpload); }

std::optional<UploadId> parse_ended_upload(std::string_view row) {
  if (!is(row, Class::EndedUpload) || row.size() != 1 + UploadId::kBytes) return std::nullopt;
  return UploadId{load_be64(row.data() + 1), std::string(row.substr(9))};
}

std::string parts_of(const UploadId& id) { return begin(Class::Part).append(id.bytes()); }

std::string part(const UploadId& id, std::uint32_t number) {
  std::string out = parts_of(id);
  append_be32(out, number);
  return out;
}

std::uint32_t part_number(std::string_view row) {
  CHECK(is(row, Class::Part) && row.size() == 1 + UploadId::kBytes + 4, "not a part's row");
  return load_be32(row.data() + row.size() - 4);
}

std::string after_prefix(std::string_view prefix) {
  std::string out(prefix);
  while (!out.empty() && out.back() == '\xff') out.pop_back();
  if (!out.empty()) ++out.back();
  return out;
}

std::string next(std::string key) {
  key += '\0';
  return key;
}

}  // namespace skerry::s3::keys
