#include "storage/removals.h"

#include <algorithm>

#include "storage/records.pb.h"
#include "storage/row_class.h"

namespace skerry::storage {
namespace {

// One commit for so many rows: enough that a million deleted objects are a thousand commits, few enough that no batch
// is long in the way of a request's.
constexpr std::size_t kBatchRows = 1000;

ScanRequest class_range(Partition partition, RowClass row_class) {
  return {.partition = partition, .begin = class_begin(row_class), .end = class_end(row_class), .limit = kBatchRows};
}

struct Parsed {
  RemovalKey key;
  records::Removal removal;
};

std::optional<Parsed> parse(const Row& row) {
  auto key = parse_removal_key(row.key);
  if (!key) return std::nullopt;
  Parsed parsed{*key, {}};
  if (!parsed.removal.ParseFromString(row.value)) return std::nullopt;
  return parsed;
}

}  // namespace

// True: it is gone. False: somebody reads it.
Task<StoreResult<bool>> Removals::remove_blob(BlobId id, std::uint64_t stored_bytes) {
  if (readers_.is_pinned(id)) co_return false;
  auto removed = co_await blobs_.remove(id);
  if (!removed) co_return std::unexpected(removed.error());
  stats_.blobs_removed += 1;
  stats_.bytes_removed += stored_bytes;
  co_return true;
}

Task<StoreResult<void>> Removals::sweep_page(const ScanPage& page, Partition partition, Swept& swept) {
  Batch batch{.partition = partition};
  std::optional<StoreError> failure;
  for (const Row& row : page.rows) {
    if (stopping_ || failure) break;
    auto parsed = parse(row);
    BlobId id = parsed ? parsed->key.id : BlobId{};
    std::uint64_t size = parsed ? parsed->removal.stored_bytes() : 0;
    switch (parsed ? parsed->removal.what() : records::Removal::UNKNOWN) {
      case records::Removal::BLOB: {
        auto gone = co_await remove_blob(id, size);
        if (!gone) failure = gone.error();
        if (gone && !*gone) swept.pinned = true;
        if (!gone || !*gone) continue;
        break;
      }
      case records::Removal::BULK:
        if (readers_.is_pinned(id)) {
          swept.pinned = true;
          continue;
        }
        batch.bulk_erases.push_back(id.bytes());
        stats_.bulk_removed += 1;
        stats_.bytes_removed += size;
        swept.bulk_bytes += size;
        break;
      case records::Removal::CONDEMNED:
        batch.erases.push_back(reference_key(id));
        break;
      default:  // not ours to judge: written by a later version, or damaged
        stats_.rows_unreadable += 1;
        continue;
    }
    batch.erases.push_back(row.key);
    swept.removed += 1;
  }
  if (!batch.erases.empty()) {
    auto done = co_await meta_.commit(std::move(batch));
    if (!done) co_return std::unexpected(StoreError{done.error().errc, done.error().detail});
  }
  if (failure) co_return std::unexpected(*failure);
  co_return StoreResult<void>{};
}

Task<StoreResult<Removals::Swept>> Removals::sweep(Partition partition, Time cutoff) {
  Swept swept;
  ScanRequest request = class_range(partition, RowClass::Removal);
  request.end = removal_key(cutoff, BlobId{});
  while (!stopping_) {
    auto page = co_await meta_.scan(request);
    if (!page) co_return std::unexpected(page.error());
    auto done = co_await sweep_page(*page, partition, swept);
    if (!done) co_return std::unexpected(done.error());
    if (!page->next) break;
    request.begin = *page->next;
  }
  auto next = co_await load_next(partition);
  if (!next) co_return std::unexpected(next.error());
  swept.next = *next;
  co_return swept;
}

Task<StoreResult<std::optional<Time>>> Removals::load_next(Partition partition) {
  ScanRequest request = class_range(partition, RowClass::Removal);
  request.limit = 1;
  for (;;) {
    auto page = co_await meta_.scan(request);
    if (!page) co_return std::unexpected(page.error());
    if (!page->rows.empty()) {
      auto key = parse_removal_key(page->rows.front().key);
      co_return key ? std::optional(key->when) : std::nullopt;
    }
    if (!page->next) co_return std::optional<Time>();
    request.begin = *page->next;
  }
}

// Removes the blobs of all rows of a class; false: some are pinned.
Task<StoreResult<bool>> Removals::remove_class(ScanRequest request) {
  bool all = true;
  for (;;) {
    auto page = co_await meta_.scan(request);
    if (!page) co_return std::unexpected(page.error());
    for (const Row& row : page->rows) {
      if (stopping_) co_return false;
      auto removal = parse(row);
      auto reference = parse_reference_key(row.key);
      if (!removal && !reference) continue;
      BlobId id = removal ? removal->key.id : *reference;
      if (removal && removal->removal.what() != records::Removal::BLOB) {
        all = all && !readers_.is_pinned(id);  // goes with the partition
        continue;
      }
      auto gone = co_await remove_blob(id, removal ? removal->removal.stored_bytes() : 0);
      if (!gone) co_return std::unexpected(gone.error());
      all = all && *gone;
    }
    if (!page->next) co_return all;
    request.begin = *page->next;
  }
}

Task<StoreResult<bool>> Removals::sweep_dropped(Partition partition) {
  bool all = true;
  for (RowClass row_class : {RowClass::Removal, RowClass::Reference}) {
    auto done = co_await remove_class(class_range(partition, row_class));
    if (!done) co_return std::unexpected(done.error());
    all = all && *done;
  }
  co_return all;
}

}  // namespace skerry::storage
