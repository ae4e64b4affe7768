#include "s3/part_table.h"

#include "s3/details.h"
#include "s3/errors.h"
#include "s3/keys.h"

namespace skerry::s3 {

std::vector<record::PartTable> lay_out_parts(std::vector<record::Part> parts, record::VersionDetail& detail) {
  detail.clear_parts();
  detail.clear_chunks();
  std::vector<record::PartTable> tables;
  if (parts.size() <= kPartsInDetailMax) {
    for (record::Part& part : parts) *detail.add_parts() = std::move(part);
    return tables;
  }
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i % kPartsInChunkMax == 0) {
      record::PartChunk& chunk = *detail.add_chunks();
      chunk.set_first_offset(offset);
      chunk.set_first_index(static_cast<std::uint32_t>(i));
      chunk.set_first_number(parts[i].number());
      tables.emplace_back();
    }
    offset += parts[i].size();
    *tables.back().add_parts() = std::move(parts[i]);
  }
  return tables;
}

std::expected<storage::Segment, wire::ApiError> segment_of(const record::Part& part) {
  storage::Place place = part.bulk() ? storage::Place::Bulk : storage::Place::Blob;
  if (part.size() == 0) return storage::Segment{{}, 0, place};
  auto id = storage::BlobId::from_bytes(part.blob_id());
  if (!id) return std::unexpected(corrupt("a part's blob id"));
  return storage::Segment{*id, part.size(), place};
}

std::expected<record::PartTable, wire::ApiError> open_part_table(const FoundBucket& bucket, std::string_view row,
                                                                 std::string_view sealed) {
  auto plain = open_value(bucket, row, sealed);
  if (!plain) return std::unexpected(plain.error());
  record::PartTable table;
  if (!table.ParseFromString(*plain)) return std::unexpected(corrupt("a part table"));
  return table;
}

PartTableReader::PartTableReader(storage::MetaStore& meta, const FoundBucket& bucket, std::string key,
                                 const record::VersionRow& row, const record::VersionDetail& detail)
    : meta_(meta), bucket_(bucket), key_(std::move(key)), stamp_(row.stamp()), detail_(detail) {}

std::size_t PartTableReader::pieces() const {
  return detail_.chunks().empty() ? 1 : static_cast<std::size_t>(detail_.chunks_size());
}

std::uint64_t PartTableReader::begin_of(std::size_t piece) const {
  return detail_.chunks().empty() ? 0 : detail_.chunks(static_cast<int>(piece)).first_offset();
}

std::uint32_t PartTableReader::first_number_of(std::size_t piece) const {
  return detail_.chunks().empty() ? 0 : detail_.chunks(static_cast<int>(piece)).first_number();
}

Task<std::expected<std::optional<record::PartTable>, wire::ApiError>> PartTableReader::load_piece(
    std::size_t piece) const {
  if (detail_.chunks().empty()) {
    record::PartTable table;
    *table.mutable_parts() = detail_.parts();
    co_return std::optional(std::move(table));
  }
  std::string row = keys::parts(key_, stamp_, detail_.chunks(static_cast<int>(piece)).first_index());
  auto sealed = co_await meta_.get(bucket_.partition(), row);
  if (!sealed) co_return std::unexpected(store_error(sealed.error()));
  if (!*sealed) co_return std::optional<record::PartTable>();
  auto opened = open_part_table(bucket_, row, **sealed);
  if (!opened) co_return std::unexpected(opened.error());
  co_return std::optional(std::move(*opened));
}

Task<std::expected<std::optional<PartTableReader::Range>, wire::ApiError>> PartTableReader::load_range(
    std::uint64_t offset, std::uint64_t length) {
  std::size_t first = 0;
  while (first + 1 < pieces() && begin_of(first + 1) <= offset) ++first;
  Range range;
  range.offset = begin_of(first);
  std::uint64_t covered = range.offset;
  for (std::size_t piece = first; piece < pieces() && covered < offset + length; ++piece) {
    auto table = co_await load_piece(piece);
    if (!table) co_return std::unexpected(table.error());
    if (!*table) co_return std::optional<Range>();
    for (const record::Part& part : (*table)->parts()) {
      if (part.size() == 0) continue;
      auto segment = segment_of(part);
      if (!segment) co_return std::unexpected(segment.error());
      covered += segment->size;
      range.segments.push_back(*segment);
    }
  }
  // What is read is authenticated, but a table that is shorter than its version must not become a broken invariant.
  if (covered < offset + length) co_return std::unexpected(corrupt("a part table"));
  co_return std::optional(std::move(range));
}

Task<std::expected<std::optional<PartTableReader::Page>, wire::ApiError>> PartTableReader::load_page(
    std::uint32_t after, std::size_t limit) {
  std::size_t piece = 0;
  while (piece + 1 < pieces() && first_number_of(piece + 1) <= after) ++piece;
  Page page;
  for (; piece < pieces(); ++piece) {
    if (page.parts.size() == limit && limit > 0) {
      page.truncated = true;  // every chunk has a part
      break;
    }
    auto table = co_await load_piece(piece);
    if (!table) co_return std::unexpected(table.error());
    if (!*table) co_return std::optional<Page>();
    std::uint64_t offset = begin_of(piece);
    for (record::Part& part : *(*table)->mutable_parts()) {
      std::uint64_t size = part.size();
      if (part.number() > after) {
        if (page.parts.size() == limit) {
          page.truncated = limit > 0;
          co_return std::optional(std::move(page));
        }
        page.parts.push_back({std::move(part), offset});
      }
      offset += size;
    }
  }
  co_return std::optional(std::move(page));
}

Task<std::expected<std::optional<PartTableReader::Lookup>, wire::ApiError>> PartTableReader::find(
    std::uint32_t number) {
  Lookup lookup;
  if (number == 0) co_return std::optional(std::move(lookup));
  auto page = co_await load_page(number - 1, 1);
  if (!page) co_return std::unexpected(page.error());
  if (!*page) co_return std::optional<Lookup>();
  if (!(*page)->parts.empty() && (*page)->parts.front().part.number() == number) {
    lookup.part = std::move((*page)->parts.front());
  }
  co_return std::optional(std::move(lookup));
}

}  // namespace skerry::s3
