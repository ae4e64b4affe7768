#include "s3/scrub_host.h"

#include <fmt/format.h>

#include "s3/details.h"
#include "s3/keys.h"
#include "s3/part_table.h"
#include "s3/version.h"

namespace skerry::s3 {
namespace {

using storage::BlobId;
using storage::Partition;
using storage::Row;
using storage::StoreErrc;
using storage::StoreError;
using storage::StoreResult;
using Used = storage::ScrubHost::Used;

constexpr std::size_t kRowsAtOnce = 200;

StoreError corrupt_row(std::string_view what) { return {StoreErrc::Corrupt, std::string(what)}; }

// The uses of one bucket's rows, one after another.
class UseReader {
 public:
  UseReader(storage::MetaStore& meta, const FoundBucket& bucket) : meta_(meta), bucket_(bucket) {}

  Task<StoreResult<std::vector<Used>>> load(Row row) {
    std::vector<Used> out;
    auto row_class = static_cast<keys::Class>(row.key.front());
    if (row_class == keys::Class::Part) {
      record::UploadedPart part;
      if (!part.ParseFromString(row.value)) co_return std::unexpected(corrupt_row("a part of an upload"));
      add(out, part.blob_id(), part.size(), part.bulk(), row.key,
          fmt::format("part {} of an upload to bucket {}", keys::part_number(row.key), bucket_.name));
      co_return out;
    }
    record::VersionRow version;
    if (!version.ParseFromString(row.value)) co_return std::unexpected(corrupt_row("a version"));
    std::string key(row_class == keys::Class::Version ? keys::parse_version(row.key)->object_key
                                                      : std::string(keys::object_key_of_current(row.key)));
    std::string where = fmt::format("bucket {}, key {}, version {}", bucket_.name, key, VersionId::of(version).text());
    if (version.place() == record::VersionRow::PARTS) {
      auto parts = co_await load_parts(key, version.stamp());
      if (!parts) co_return std::unexpected(parts.error());
      for (const record::Part& part : *parts) add(out, part.blob_id(), part.size(), part.bulk(), row.key, where);
    } else if (version.place() != record::VersionRow::NOWHERE) {
      add(out, version.blob_id(), version.size(), version.place() == record::VersionRow::BULK, row.key, where);
    }
    co_return out;
  }

 private:
  void add(std::vector<Used>& out, std::string_view id, std::uint64_t size, bool bulk, std::string row,
           std::string where) const {
    auto blob = BlobId::from_bytes(id);
    if (!blob) return;  // an empty part has none
    auto place = bulk ? storage::Place::Bulk : storage::Place::Blob;
    out.push_back({{*blob, size, place}, bucket_.kek->id(), std::move(where), std::move(row)});
  }

  Task<StoreResult<std::vector<record::Part>>> load_parts(std::string key, keys::Stamp stamp) {
    std::string detail_key = keys::detail(key, stamp);
    auto sealed = co_await meta_.get(bucket_.partition(), detail_key);
    if (!sealed) co_return std::unexpected(sealed.error());
    std::vector<record::Part> out;
    if (!*sealed) co_return out;  // gone since its row was read
    auto detail = open_detail(bucket_, detail_key, **sealed);
    if (!detail) co_return std::unexpected(corrupt_row("a version's detail"));
    out.assign(detail->parts().begin(), detail->parts().end());
    for (const record::PartChunk& directory : detail->chunks()) {
      std::string chunk_key = keys::parts(key, stamp, directory.first_index());
      auto chunk = co_await meta_.get(bucket_.partition(), chunk_key);
      if (!chunk) co_return std::unexpected(chunk.error());
      if (!*chunk) co_return std::vector<record::Part>();
      auto table = open_part_table(bucket_, chunk_key, **chunk);
      if (!table) co_return std::unexpected(corrupt_row("a part table"));
      out.insert(out.end(), table->parts().begin(), table->parts().end());
    }
    co_return out;
  }

  storage::MetaStore& meta_;
  const FoundBucket& bucket_;
};

}  // namespace

Task<StoreResult<std::vector<Partition>>> ScrubHost::load_partitions() {
  co_return co_await buckets_.load_partitions();
}

Task<StoreResult<storage::ScrubHost::Page>> ScrubHost::load_used(Partition partition, std::string begin) {
  Page page;
  auto bucket = co_await buckets_.find_by_partition(partition);
  if (!bucket) co_return std::unexpected(bucket.error());
  if (!*bucket) co_return page;  // dropped meanwhile
  UseReader reader(meta_, **bucket);

  // Current and version rows first, then the parts of uploads.
  const std::string versions = keys::current("");
  const std::string versions_end = keys::after_prefix(keys::versions_with_prefix(""));
  const std::string parts(1, static_cast<char>(keys::Class::Part));
  bool in_parts = !begin.empty() && begin >= parts;
  storage::ScanRequest request{.partition = partition,
                               .begin = begin.empty() ? versions : begin,
                               .end = in_parts ? keys::after_prefix(parts) : versions_end,
                               .limit = kRowsAtOnce};
  auto rows = co_await meta_.scan(std::move(request));
  if (!rows) co_return std::unexpected(rows.error());
  for (Row& row : rows->rows) {
    auto used = co_await reader.load(std::move(row));
    if (!used) co_return std::unexpected(used.error());
    page.used.insert(page.used.end(), used->begin(), used->end());
  }
  page.next = rows->next;
  if (!page.next && !in_parts) page.next = parts;
  co_return page;
}

Task<StoreResult<bool>> ScrubHost::is_still_used(Partition partition, const Used& used) {
  auto bucket = co_await buckets_.find_by_partition(partition);
  if (!bucket) co_return std::unexpected(bucket.error());
  if (!*bucket) co_return false;
  auto value = co_await meta_.get(partition, used.row);
  if (!value) co_return std::unexpected(value.error());
  if (!*value) co_return false;
  UseReader reader(meta_, **bucket);
  Row row{used.row, std::move(**value)};
  auto now = co_await reader.load(std::move(row));
  if (!now) co_return std::unexpected(now.error());
  for (const Used& other : *now) {
    if (other.segment == used.segment) co_return true;
  }
  co_return false;
}

}  // namespace skerry::s3
