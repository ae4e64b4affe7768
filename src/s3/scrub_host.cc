#include "s3/scrub_host.h"

#include <fmt/format.h>

#include <array>

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
using storage::StoreResult;
using Page = storage::ScrubHost::Page;

constexpr std::size_t kRowsAtOnce = 200;

// The rows that use blobs, in the order in which they are read.
struct Stretch {
  std::string begin;
  std::string end;
};
std::array<Stretch, 3> stretches() {
  const std::string parts(1, static_cast<char>(keys::Class::Part)), retired = keys::retired_versions();
  return {{{keys::current(""), keys::after_prefix(keys::versions_with_prefix(""))},
           {parts, keys::after_prefix(parts)},
           {retired, keys::after_prefix(retired)}}};
}

// A row's value: there, absent, or (a text) why it cannot be read.
struct Value {
  std::optional<std::string> bytes;
  std::string wrong;
};

// Reads what one bucket's rows use, one after another. Errors are the store's; damage goes to the page.
class UseReader {
 public:
  using Done = StoreResult<void>;
  UseReader(storage::MetaStore& meta, const FoundBucket& bucket, Page& page)
      : meta_(meta), bucket_(bucket), page_(page) {}

  // Without it nobody gets into the bucket.
  Task<Done> check_fence() {
    const std::string where = "bucket " + bucket_.name;
    std::string row = keys::fence();
    auto bytes = co_await get(std::move(row));
    if (!bytes) co_return std::unexpected(bytes.error());
    record::Fence fence;
    if (!bytes->bytes) {
      unreadable(where, "its fence " + (bytes->wrong.empty() ? "is missing" : bytes->wrong));
    } else if (!fence.ParseFromString(*bytes->bytes)) {
      unreadable(where, "its fence is damaged");
    }
    co_return Done{};
  }

  Task<Done> load(Row row) {
    switch (static_cast<keys::Class>(row.key.front())) {
      case keys::Class::Part:
        load_upload_part(row);
        co_return Done{};
      case keys::Class::Retired:
        co_return co_await load_retired(std::move(row));
      default:
        co_return co_await load_version(std::move(row));
    }
  }

 private:
  void unreadable(std::string_view where, std::string_view what) {
    page_.unreadable.push_back(fmt::format("{}: {}", where, what));
  }

  void load_upload_part(const Row& row) {
    record::UploadedPart part;
    if (row.key.size() != 1 + keys::UploadId::kBytes + 4 || !part.ParseFromString(row.value)) {
      return unreadable(fmt::format("a part of an upload to bucket {}", bucket_.name), "its row is damaged");
    }
    add(part.blob_id(), part.size(), part.bulk(), row.key,
        fmt::format("part {} of an upload to bucket {}", keys::part_number(row.key), bucket_.name));
  }

  Task<Done> load_version(Row row) {
    std::optional<std::string> key;
    if (row.key.front() != static_cast<char>(keys::Class::Version)) {
      key = keys::object_key_of_current(row.key);
    } else if (auto parsed = keys::parse_version(row.key)) {
      key = std::move(parsed->object_key);
    }
    record::VersionRow version;
    std::string where = fmt::format("bucket {}, key {}", bucket_.name, key.value_or("?"));
    if (!key || !version.ParseFromString(row.value)) {
      unreadable(where, "a version's row is damaged");
      co_return Done{};
    }
    where += ", version " + VersionId::of(version).text();
    bool one_value = version.place() == record::VersionRow::BULK || version.place() == record::VersionRow::BLOB;
    if (one_value && !BlobId::from_bytes(version.blob_id())) {
      unreadable(where, "its row is damaged");
    } else if (one_value) {
      add(version.blob_id(), version.size(), version.place() == record::VersionRow::BULK, row.key, where);
    }
    if (version.delete_marker()) co_return Done{};  // it has no detail
    const std::string row_key = row.key;
    std::vector<record::Part> parts;
    auto wrong = co_await load_parts(std::move(*key), version.stamp(), 0, std::move(row), parts);
    if (!wrong) co_return std::unexpected(wrong.error());
    if (!wrong->empty()) unreadable(where, *wrong);
    for (const record::Part& part : parts) add(part.blob_id(), part.size(), part.bulk(), row_key, where);
    co_return Done{};
  }

  Task<Done> load_retired(Row row) {
    auto key = keys::parse_version(row.key);
    record::Retired retired;
    const std::string where = fmt::format("a deleted version in bucket {}", bucket_.name);
    if (!key || !retired.ParseFromString(row.value)) {
      unreadable(where, "its row is damaged");
      co_return Done{};
    }
    std::vector<record::Part> parts;
    auto wrong =
        co_await load_parts(std::move(key->object_key), key->stamp, retired.chunks_done(), std::move(row), parts);
    if (!wrong) co_return std::unexpected(wrong.error());
    if (!wrong->empty()) unreadable(where, *wrong);
    for (const record::Part& part : parts) {
      if (auto blob = BlobId::from_bytes(part.blob_id())) page_.leaving.push_back(*blob);
    }
    co_return Done{};
  }

  void add(std::string_view id, std::uint64_t size, bool bulk, std::string row, std::string where) {
    auto blob = BlobId::from_bytes(id);
    if (!blob) return;  // an empty part has none
    auto place = bulk ? storage::Place::Bulk : storage::Place::Blob;
    page_.used.push_back({{*blob, size, place}, bucket_.kek->id(), std::move(where), std::move(row)});
  }

  Task<StoreResult<Value>> get(std::string row) {
    auto bytes = co_await meta_.get(bucket_.partition(), row);
    if (bytes) co_return Value{std::move(*bytes), {}};
    if (bytes.error().errc != StoreErrc::Corrupt) co_return std::unexpected(bytes.error());
    co_return Value{std::nullopt, bytes.error().detail};
  }

  // What is wrong with the detail of the version that `row` tells of, and with its part table; empty: nothing, or the
  // version has gone since. `parts`: those of the table from the chunk `first` on.
  Task<StoreResult<std::string>> load_parts(std::string key, keys::Stamp stamp, std::uint32_t first, Row row,
                                            std::vector<record::Part>& parts) {
    auto detail_row = keys::detail(key, stamp);
    auto sealed = co_await get(detail_row);
    if (!sealed) co_return std::unexpected(sealed.error());
    if (!sealed->bytes) co_return co_await missing(std::move(row), std::move(*sealed), "its detail");
    auto detail = open_detail(bucket_, detail_row, *sealed->bytes);
    if (!detail) co_return "its detail is damaged";
    parts.assign(detail->parts().begin(), detail->parts().end());
    for (int i = static_cast<int>(first); i < detail->chunks_size(); ++i) {
      auto chunk_row = keys::parts(key, stamp, detail->chunks(i).first_index());
      auto chunk = co_await get(chunk_row);
      if (!chunk) co_return std::unexpected(chunk.error());
      if (!chunk->bytes) co_return co_await missing(std::move(row), std::move(*chunk), "its part table");
      auto table = open_part_table(bucket_, chunk_row, *chunk->bytes);
      if (!table) co_return "its part table is damaged";
      parts.insert(parts.end(), table->parts().begin(), table->parts().end());
    }
    co_return std::string();
  }

  // A row goes in one batch with the one that tells of it: while that is as it was, nothing has gone.
  Task<StoreResult<std::string>> missing(Row row, Value found, std::string_view what) {
    if (!found.wrong.empty()) co_return fmt::format("{}: {}", what, found.wrong);
    auto now = co_await get(row.key);
    if (!now) co_return std::unexpected(now.error());
    if (now->bytes != row.value) co_return std::string();
    co_return fmt::format("{} is missing", what);
  }

  storage::MetaStore& meta_;
  const FoundBucket& bucket_;
  Page& page_;
};

}  // namespace

Task<StoreResult<std::vector<Partition>>> ScrubHost::load_partitions() {
  co_return co_await buckets_.load_partitions();
}

Task<StoreResult<Page>> ScrubHost::load_used(Partition partition, std::string begin) {
  Page page;
  auto bucket = co_await buckets_.find_by_partition(partition);
  if (!bucket && bucket.error().errc == StoreErrc::NotFound) {  // its key, without which nothing of it can be read
    page.unreadable.push_back(
        fmt::format("the bucket in partition {}: {}", std::uint64_t(partition), bucket.error().detail));
    co_return page;
  }
  if (!bucket) co_return std::unexpected(bucket.error());
  if (!*bucket) co_return page;  // dropped meanwhile

  const auto all = stretches();
  auto stretch = all.begin();
  while (begin >= stretch->end) ++stretch;
  storage::ScanRequest request{
      .partition = partition, .begin = std::max(begin, stretch->begin), .end = stretch->end, .limit = kRowsAtOnce};
  auto rows = co_await meta_.scan(std::move(request));
  if (!rows && rows.error().errc != StoreErrc::Corrupt) co_return std::unexpected(rows.error());
  if (!rows) {
    page.unreadable.push_back(fmt::format("bucket {}, some of its rows: {}", (*bucket)->name, rows.error().detail));
    rows.emplace();
  }
  UseReader reader(meta_, **bucket, page);
  if (begin.empty()) {
    auto checked = co_await reader.check_fence();
    if (!checked) co_return std::unexpected(checked.error());
  }
  for (Row& row : rows->rows) {
    auto read = co_await reader.load(std::move(row));
    if (!read) co_return std::unexpected(read.error());
  }
  page.next = rows->next;
  if (!page.next && ++stretch != all.end()) page.next = stretch->begin;
  co_return page;
}

Task<StoreResult<bool>> ScrubHost::is_still_used(Partition partition, const Used& used) {
  auto bucket = co_await buckets_.find_by_partition(partition);
  if (!bucket) co_return std::unexpected(bucket.error());
  if (!*bucket) co_return false;
  auto value = co_await meta_.get(partition, used.row);
  if (!value) co_return std::unexpected(value.error());
  if (!*value) co_return false;
  Page page;
  UseReader reader(meta_, **bucket, page);
  Row row{used.row, std::move(**value)};
  auto read = co_await reader.load(std::move(row));
  if (!read) co_return std::unexpected(read.error());
  for (const Used& now : page.used) {
    if (now.segment == used.segment) co_return true;
  }
  co_return !page.unreadable.empty();
}

}  // namespace skerry::s3
