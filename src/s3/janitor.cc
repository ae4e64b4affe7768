#include "s3/janitor.h"

#include <utility>

#include "s3/details.h"
#include "s3/errors.h"
#include "s3/part_table.h"
#include "storage/blob_ledger.h"

namespace skerry::s3 {
namespace {

using storage::Batch;
using storage::Partition;
using storage::Row;
using storage::StoreResult;

std::expected<storage::Segment, wire::ApiError> segment_of(const record::UploadedPart& uploaded) {
  record::Part part;
  part.set_size(uploaded.size());
  part.set_blob_id(uploaded.blob_id());
  part.set_bulk(uploaded.bulk());
  return s3::segment_of(part);
}

void drop(Batch& batch, const storage::Segment& segment, Time now) {
  if (segment.size > 0) storage::drop_reference(batch, segment, now);
}

}  // namespace

struct Janitor::Site {
  Partition partition{};
  std::string fence_bytes;
  std::optional<FoundBucket> bucket{};  // once a sealed row has to be opened
  bool overtaken = false;               // somebody else is at work here, or the bucket has changed

  Batch begin(const Row& row) const {
    Batch batch{.partition = partition};
    batch.requirements.push_back({keys::fence(), fence_bytes});
    batch.requirements.push_back({row.key, row.value});
    return batch;
  }
};

Janitor::Janitor(storage::MetaStore& meta, BucketRegistry& buckets, const Clock& clock, Dropped dropped,
                 Options options)
    : meta_(meta), buckets_(buckets), clock_(clock), dropped_(std::move(dropped)), options_(options) {}

void Janitor::run() { gate_.spawn(loop()); }

Task<> Janitor::loop() {
  for (;;) {
    auto done = co_await pass();
    if (!done) stats_.failures += 1;
    bool stopped = co_await alarm_.sleep(options_.interval);
    if (stopped) break;
  }
}

Task<> Janitor::stop() {
  stopping_ = true;
  alarm_.ring();
  co_await gate_.close();
}

void Janitor::note(Partition partition) {
  std::lock_guard lock(mutex_);
  work_.insert(partition);
}

Task<StoreResult<void>> Janitor::pass() {
  auto result = co_await find_work();
  std::set<Partition> work;
  {
    std::lock_guard lock(mutex_);
    work.swap(work_);
  }
  for (Partition partition : work) {
    if (stopping_) break;
    auto done = co_await tidy(partition);
    if (done) continue;
    note(partition);
    if (result) result = std::move(done);
  }
  co_return result;
}

Task<StoreResult<void>> Janitor::find_work() {
  microseconds now = clock_.steady();
  if (last_full_pass_ && now - *last_full_pass_ < options_.full_pass) co_return StoreResult<void>();
  auto partitions = co_await buckets_.load_partitions();
  if (!partitions) co_return std::unexpected(partitions.error());
  for (Partition partition : *partitions) note(partition);
  auto dropped = co_await buckets_.drop_abandoned(clock_.now() - options_.intent_age);
  if (!dropped) co_return std::unexpected(dropped.error());
  stats_.buckets_abandoned += *dropped;
  last_full_pass_ = now;
  co_return StoreResult<void>();
}

Task<StoreResult<void>> Janitor::tidy(Partition partition) {
  const std::string fence_row = keys::fence();
  auto fence_bytes = co_await meta_.get(partition, fence_row);
  if (!fence_bytes) co_return std::unexpected(fence_bytes.error());
  record::Fence fence;
  if (*fence_bytes && !fence.ParseFromString(**fence_bytes)) co_return unreadable();
  // A bucket that was deleted goes as a whole.
  if (!*fence_bytes || fence.state() == record::Fence::DELETED) co_return StoreResult<void>();
  Site site{.partition = partition, .fence_bytes = std::move(**fence_bytes)};
  std::string retired = keys::retired_versions(), ended = keys::ended_uploads();
  auto result = co_await each_row(site, std::move(retired), &Janitor::take_apart);
  auto done = co_await each_row(site, std::move(ended), &Janitor::finish_upload);
  if (result) result = std::move(done);
  if (site.overtaken) note(partition);
  co_return result;
}

Task<StoreResult<void>> Janitor::each_row(Site& site, std::string prefix, Step step) {
  storage::ScanRequest request{
      .partition = site.partition, .begin = prefix, .end = keys::after_prefix(prefix), .limit = 100};
  for (;;) {
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(page.error());
    for (Row& row : page->rows) {
      if (stopping_ || site.overtaken) co_return StoreResult<void>();
      auto done = co_await (this->*step)(site, std::move(row));
      if (!done) co_return done;
    }
    if (!page->next) co_return StoreResult<void>();
    request.begin = *page->next;
  }
}

Task<StoreResult<void>> Janitor::take_apart(Site& site, Row row) {
  record::Retired retired;
  auto version = keys::parse_version(row.key);
  if (!version || !retired.ParseFromString(row.value)) co_return unreadable();
  if (!site.bucket) {
    auto bucket = co_await buckets_.find_by_partition(site.partition);
    if (!bucket) co_return std::unexpected(bucket.error());
    if (!*bucket) co_return StoreResult<void>();  // dropped meanwhile
    site.bucket = std::move(**bucket);
  }
  const std::string detail_row = keys::detail(version->object_key, version->stamp);
  auto sealed = co_await meta_.get(site.partition, detail_row);
  if (!sealed) co_return std::unexpected(sealed.error());
  if (!*sealed) {
    site.overtaken = true;
    co_return StoreResult<void>();
  }
  auto detail = open_detail(*site.bucket, detail_row, **sealed);
  if (!detail) co_return unreadable();

  auto pieces = static_cast<std::uint32_t>(std::max(detail->chunks_size(), 1));
  while (retired.chunks_done() < pieces) {
    if (stopping_) co_return StoreResult<void>();
    Batch batch = site.begin(row);
    auto parts = detail->parts();
    if (!detail->chunks().empty()) {
      auto index = detail->chunks(static_cast<int>(retired.chunks_done())).first_index();
      std::string chunk_row = keys::parts(version->object_key, version->stamp, index);
      auto chunk = co_await meta_.get(site.partition, chunk_row);
      if (!chunk) co_return std::unexpected(chunk.error());
      if (!*chunk) {
        site.overtaken = true;
        co_return StoreResult<void>();
      }
      auto table = open_part_table(*site.bucket, chunk_row, **chunk);
      if (!table) co_return unreadable();
      parts.Swap(table->mutable_parts());
      batch.erases.push_back(std::move(chunk_row));
    }
    for (const record::Part& part : parts) {
      auto segment = s3::segment_of(part);
      if (!segment) co_return unreadable();
      drop(batch, *segment, clock_.now());
    }
    retired.set_chunks_done(retired.chunks_done() + 1);
    std::string next = retired.SerializeAsString();
    if (retired.chunks_done() == pieces) {
      batch.erases.push_back(detail_row);
      batch.erases.push_back(row.key);
    } else {
      batch.puts.push_back({row.key, next});
    }
    auto done = co_await commit(site, std::move(batch));
    if (!done) co_return std::unexpected(done.error());
    if (!*done) co_return StoreResult<void>();
    stats_.parts_dropped += static_cast<std::uint64_t>(parts.size());
    row.value = std::move(next);
  }
  stats_.versions_taken_apart += 1;
  co_return StoreResult<void>();
}

Task<StoreResult<void>> Janitor::finish_upload(Site& site, Row row) {
  record::EndedUpload ended;
  auto id = keys::parse_ended_upload(row.key);
  if (!id || !ended.ParseFromString(row.value)) co_return unreadable();
  storage::ScanRequest request{.partition = site.partition,
                               .begin = keys::part(*id, ended.next_number()),
                               .end = keys::after_prefix(keys::parts_of(*id)),
                               .limit = options_.parts_at_once};
  for (bool last = false; !last;) {
    if (stopping_) co_return StoreResult<void>();
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(page.error());
    last = !page->next;
    if (page->next) request.begin = *page->next;
    if (!last && page->rows.empty()) continue;
    Batch batch = site.begin(row);
    for (const Row& part_row : page->rows) {
      record::UploadedPart part;
      if (!part.ParseFromString(part_row.value)) co_return unreadable();
      auto segment = segment_of(part);
      if (!segment) co_return unreadable();
      drop(batch, *segment, clock_.now());
      batch.erases.push_back(part_row.key);
      ended.set_next_number(keys::part_number(part_row.key) + 1);
    }
    std::string next = ended.SerializeAsString();
    if (last) {
      batch.erases.push_back(row.key);
    } else {
      batch.puts.push_back({row.key, next});
    }
    auto done = co_await commit(site, std::move(batch));
    if (!done) co_return std::unexpected(done.error());
    if (!*done) co_return StoreResult<void>();
    stats_.parts_dropped += page->rows.size();
    row.value = std::move(next);
  }
  stats_.uploads_finished += 1;
  co_return StoreResult<void>();
}

// False: overtaken.
Task<StoreResult<bool>> Janitor::commit(Site& site, Batch batch) {
  auto committed = co_await meta_.commit(std::move(batch));
  if (committed) {
    dropped_(site.partition);
    co_return true;
  }
  site.overtaken = committed.error().errc == storage::StoreErrc::Conflict;
  if (site.overtaken) co_return false;
  co_return std::unexpected(storage::StoreError{committed.error().errc, committed.error().detail});
}

StoreResult<void> Janitor::unreadable() {
  stats_.rows_unreadable += 1;
  return {};
}

}  // namespace skerry::s3
