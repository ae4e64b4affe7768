#include "storage/local/local_meta.h"

namespace skerry::storage::local {
namespace {

constexpr std::size_t kKeyBytesMax = 4096;
constexpr std::size_t kValueBytesMax = 64 << 10;

StoreError closed() { return {StoreErrc::Unavailable, "the database could not be opened again"}; }

// Runs `read(RowDb&, MayWait)` from memory; empty when the disk is needed, or the database is being reopened.
template <class T, class Read>
ReadOutcome<T> try_read(DbSlot& slot, const Read& read) {
  auto pin = slot.try_pin();
  if (!pin) return std::nullopt;
  if (!*pin) return StoreResult<T>(std::unexpected(closed()));
  return read(*pin, MayWait::No);
}

template <class T, class Read>
StoreResult<T> wait_read(DbSlot& slot, const Read& read) {
  auto pin = slot.pin();
  if (!pin) return std::unexpected(closed());
  return *read(pin, MayWait::Yes);
}

void check_rows(const std::vector<Row>& rows, std::size_t value_bytes_max) {
  for (const Row& row : rows) {
    CHECK(!row.key.empty() && row.key.size() <= kKeyBytesMax, "a key has {} bytes", row.key.size());
    CHECK(!row.value.empty() && row.value.size() <= value_bytes_max, "a value has {} bytes", row.value.size());
  }
}

void check_keys(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    CHECK(!key.empty() && key.size() <= kKeyBytesMax, "a key has {} bytes", key.size());
  }
}

}  // namespace

LocalMeta::LocalMeta(DbSlot& slot, RowCache& cache, Committer& committer, Workers& readers, Workers& compactor)
    : slot_(slot), cache_(cache), committer_(committer), readers_(readers), compactor_(compactor) {}

Task<StoreResult<std::optional<std::string>>> LocalMeta::get(Partition partition, std::string_view key) {
  return get_from(Family::Rows, partition, key);
}

Task<StoreResult<std::optional<std::string>>> LocalMeta::get_bulk(Partition partition, std::string_view key) {
  return get_from(Family::Bulk, partition, key);
}

Task<StoreResult<std::optional<std::string>>> LocalMeta::get_from(Family family, Partition partition,
                                                                  std::string_view key) {
  const RowCache::Name name(family, partition, key);
  if (auto found = read_row(name, MayWait::No)) co_return std::move(*found);
  auto wait = [&] { return *read_row(name, MayWait::Yes); };
  co_return co_await run_on(readers_, wait);
}

ReadOutcome<std::optional<std::string>> LocalMeta::read_row(const RowCache::Name& name, MayWait wait) {
  using Value = std::optional<std::string>;
  RowCache::Mark mark;
  if (auto cached = cache_.find(name, mark)) return StoreResult<Value>(std::move(*cached));
  auto read = [&](auto& db, MayWait may) { return db->get(name.family, name.partition, name.key, may); };
  ReadOutcome<Value> found =
      wait == MayWait::No ? try_read<Value>(slot_, read) : ReadOutcome<Value>(wait_read<Value>(slot_, read));
  if (found && *found) cache_.put(name, mark, **found);
  return found;
}

Task<StoreResult<ScanPage>> LocalMeta::scan(ScanRequest request) {
  auto inline_read = [&](auto& db, MayWait wait) {
    return db->scan(request, std::min(request.limit, kInlineRowsMax), wait);
  };
  if (auto page = try_read<ScanPage>(slot_, inline_read)) {
    if (*page && (*page)->rows.size() == kInlineRowsMax) co_await yield();
    co_return std::move(*page);
  }
  auto read = [&](auto& db, MayWait wait) { return db->scan(request, request.limit, wait); };
  auto wait = [&] { return wait_read<ScanPage>(slot_, read); };
  co_return co_await run_on(readers_, wait);
}

// False: the disk is needed. What the cache has is as good as what the database has: every group up to as_of had ended
// before as_of was read, and dropped what it changed. An error is left to the committer, which reads again what was not
// read.
bool LocalMeta::read_requirements(Committer::Ticket& ticket, MayWait wait) {
  const std::uint64_t as_of = committer_.applied();
  ticket.seen.clear();
  for (const Precondition& requirement : ticket.batch->requirements) {
    auto found = read_row(RowCache::Name(Family::Rows, ticket.batch->partition, requirement.key), wait);
    if (!found) return false;
    if (!*found) return true;
    ticket.seen.push_back(std::move(**found));
  }
  ticket.as_of = as_of;
  return true;
}

Task<std::expected<void, CommitError>> LocalMeta::commit(Batch batch) {
  check_rows(batch.puts, kValueBytesMax);
  check_rows(batch.bulk_puts, kBulkLimit);
  check_keys(batch.erases);
  check_keys(batch.bulk_erases);
  Committer::Ticket ticket(batch);
  if (!read_requirements(ticket, MayWait::No)) {
    auto wait = [&] { return read_requirements(ticket, MayWait::Yes); };
    co_await run_on(readers_, wait);
  }
  co_await committer_.apply(ticket);
  co_return std::move(ticket.result);
}

Task<StoreResult<void>> LocalMeta::erase_partition(Partition partition) {
  Committer::Ticket ticket(partition);
  co_await committer_.apply(ticket);
  if (!ticket.result) co_return std::unexpected(StoreError{ticket.result.error().errc, ticket.result.error().detail});
  // Not awaited: the rows are gone, only their space is not yet. The compactor is joined before the database closes,
  // but after this object is gone: the work holds on to the slot alone.
  compactor_.submit([&slot = slot_, partition] {
    if (auto pin = slot.pin()) (void)pin->compact(partition);
  });
  co_return StoreResult<void>{};
}

Task<StoreResult<void>> LocalMeta::compact(Partition partition) {
  auto work = [&] { return compact_now(partition); };
  co_return co_await run_on(compactor_, work);
}

StoreResult<void> LocalMeta::compact_now(Partition partition) {
  auto pin = slot_.pin();
  if (!pin) return std::unexpected(closed());
  return pin->compact(partition);
}

}  // namespace skerry::storage::local
