#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The keys of a bucket's partition. docs/durability.md draws them.
//
// A key begins with a class byte. Object keys are bytes of any value; where something follows one, it is escaped so
// that the order of the rows is the byte order of the keys: 00 becomes 00 FF, and 00 01 ends it.
namespace skerry::s3::keys {

using Stamp = std::uint64_t;  // microseconds since 1970; of two versions of a key the later has the larger

enum class Class : char {
  Fence = 0x01,
  Config = 0x02,        // a configuration document by name
  Current = 0x10,       // object key -> the latest version, where that is an object
  Marker = 0x11,        // object key -> the latest version, where that is a delete marker
  Version = 0x12,       // object key, inverted stamp -> a version that is not the latest
  Detail = 0x13,        // object key, inverted stamp -> what no listing shows
  Parts = 0x14,         // object key, inverted stamp, index -> a piece of a large part table
  Upload = 0x15,        // object key, stamp, random -> a multipart upload in progress
  Part = 0x16,          // upload id, part number -> a part of one
  Outbox = 0x17,        // events caused by writes (a later issue)
  Retired = 0x18,       // object key, inverted stamp -> its detail is still there, to be taken apart
  UploadDetail = 0x19,  // upload id -> what the upload's version is to have
  EndedUpload = 0x1a,   // upload id -> there may still be parts of it, to be dropped
  // 0xF0 and up are storage's own (storage/blob_ledger.h).
};

std::string fence();
std::string config(std::string_view name);

// Not escaped: nothing follows the object key, so that a listing's prefix is the row's.
std::string current(std::string_view object_key);
std::string marker(std::string_view object_key);
std::string_view object_key_of_current(std::string_view row);  // of a current or a marker row

std::string version(std::string_view object_key, Stamp stamp);
std::string detail(std::string_view object_key, Stamp stamp);
std::string parts(std::string_view object_key, Stamp stamp, std::uint32_t index);

std::string retired(std::string_view object_key, Stamp stamp);
std::string retired_versions();  // prefix of all

struct VersionKey {
  std::string object_key;
  Stamp stamp = 0;
};
// Of a row of class version, detail or retired.
std::optional<VersionKey> parse_version(std::string_view row);

// Rows of one object key sort together, newest version first. The prefix of all of them:
std::string versions_of(std::string_view object_key);
// Where a scan of version rows begins so that every object key that starts with `prefix` is met.
std::string versions_with_prefix(std::string_view prefix);

struct UploadId {
  static constexpr std::size_t kBytes = 8 + 16;
  Stamp initiated = 0;
  std::string unique;  // 16 random bytes

  std::string bytes() const;
  std::string text() const;  // what clients see: 48 hex digits
  static std::optional<UploadId> parse(std::string_view text);
  friend bool operator==(const UploadId&, const UploadId&) = default;
};

std::string upload(std::string_view object_key, const UploadId& id);
std::string uploads_with_prefix(std::string_view prefix);
std::string uploads_of(std::string_view object_key);
struct UploadKey {
  std::string object_key;
  UploadId id;
};
std::optional<UploadKey> parse_upload(std::string_view row);
std::string upload_detail(const UploadId& id);
std::string ended_upload(const UploadId& id);
std::string ended_uploads();  // prefix of all
std::optional<UploadId> parse_ended_upload(std::string_view row);

std::string part(const UploadId& id, std::uint32_t number);
std::string parts_of(const UploadId& id);  // prefix of all
std::uint32_t part_number(std::string_view row);

// The first key after all that begin with `prefix`; empty: there is none (all FF).
std::string after_prefix(std::string_view prefix);
// The first key after `key`.
std::string next(std::string key);

}  // namespace skerry::s3::keys
