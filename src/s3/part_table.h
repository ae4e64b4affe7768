#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "s3/bucket.h"
#include "storage/blob_ledger.h"
#include "storage/meta_store.h"
#include "wire/error.h"

// The parts of a version of place PARTS: what CompleteMultipartUpload made of an upload. Few lie in the version's
// detail; many lie in rows of class parts (chunks), of which the detail has the directory, so that a short read of a
// large object loads one row and no value nears the 64 KiB that the store takes.
namespace skerry::s3 {

inline constexpr std::uint32_t kPartNumberMax = 10'000;

// At most these lie in the detail, and in one chunk: 160 bytes each at most, beside 40 KiB of headers and metadata.
inline constexpr std::size_t kPartsInDetailMax = 64;
inline constexpr std::size_t kPartsInChunkMax = 256;

// Puts `parts` (ascending by number) into `detail`; gives the chunks that are to be written beside it, for the rows
// keys::parts(key, stamp, detail.chunks(i).first_index()).
std::vector<record::PartTable> lay_out_parts(std::vector<record::Part> parts, record::VersionDetail& detail);

// Where a part's bytes are. A part of no bytes has none: its size is 0 and its id means nothing.
// Errors: InternalError, when the record is damaged.
std::expected<storage::Segment, wire::ApiError> segment_of(const record::Part& part);

// A chunk's row. Errors: InternalError, when it is damaged or another row's.
std::expected<record::PartTable, wire::ApiError> open_part_table(const FoundBucket& bucket, std::string_view row,
                                                                 std::string_view sealed);

// A part and where it begins in the object, in bytes.
struct FoundPart {
  record::Part part;
  std::uint64_t offset = 0;
};

// Reads one version's parts, as far as a request needs them.
//
// Every call gives nothing when the version has gone since its detail was read: look it up again then.
// Life: of one request; the store, the bucket and the detail outlive it.
class PartTableReader {
 public:
  PartTableReader(storage::MetaStore& meta, const FoundBucket& bucket, std::string key, const record::VersionRow& row,
                  const record::VersionDetail& detail);

  struct Range {
    std::vector<storage::Segment> segments;  // those that hold the range, and their neighbours in the same chunk
    std::uint64_t offset = 0;                // of the first of them in the object
  };
  // [offset, offset + length) lies within the version's size. For ContentStore::open: pass range.segments and
  // `offset - range.offset`.
  Task<std::expected<std::optional<Range>, wire::ApiError>> load_range(std::uint64_t offset, std::uint64_t length);

  struct Page {
    std::vector<FoundPart> parts;  // ascending by number
    bool truncated = false;
  };
  // The parts whose number is above `after`, `limit` at most.
  Task<std::expected<std::optional<Page>, wire::ApiError>> load_page(std::uint32_t after, std::size_t limit);

  // The part of this number, as partNumber names it: `part` is absent when the version has no such part. How many it
  // has is the row's etag_parts.
  struct Lookup {
    std::optional<FoundPart> part;
  };
  Task<std::expected<std::optional<Lookup>, wire::ApiError>> find(std::uint32_t number);

 private:
  std::size_t pieces() const;  // the detail's own table counts as one
  std::uint64_t begin_of(std::size_t piece) const;
  std::uint32_t first_number_of(std::size_t piece) const;
  Task<std::expected<std::optional<record::PartTable>, wire::ApiError>> load_piece(std::size_t piece) const;

  storage::MetaStore& meta_;
  const FoundBucket& bucket_;
  const std::string key_;
  const std::uint64_t stamp_;
  const record::VersionDetail& detail_;
};

}  // namespace skerry::s3
