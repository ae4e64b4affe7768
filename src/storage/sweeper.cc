#include "storage/sweeper.h"

#include "storage/blob_ledger.h"
#include "storage/records.pb.h"
#include "storage/row_class.h"

namespace skerry::storage {

Sweeper::Sweeper(Stores stores, SweepHost& host, const Clock& clock, Options options)
    : stores_(stores),
      host_(host),
      clock_(clock),
      options_(options),
      removals_(stores.meta, stores.blobs, stores.readers, stats_),
      orphans_(stores.meta, stores.blobs, stores.epochs, host, clock, stats_) {}

void Sweeper::run() { gate_.spawn(loop()); }

Task<> Sweeper::loop() {
  for (;;) {
    bool stopped = co_await alarm_.sleep(options_.interval);
    if (stopped) break;
    auto done = co_await pass();
    if (!done) stats_.failures += 1;
  }
}

Task<> Sweeper::stop() {
  stopping_ = true;
  removals_.stop();
  orphans_.stop();
  alarm_.ring();
  co_await gate_.close();
}

void Sweeper::note(Partition partition, std::size_t rows_erased) {
  add(partition, {clock_.now() + options_.grace, rows_erased});
}

void Sweeper::add(Partition partition, Work work) {
  std::lock_guard lock(mutex_);
  auto [found, added] = work_.try_emplace(partition, work);
  if (!added) {
    found->second.due = std::min(found->second.due, work.due);
    found->second.rows_erased += work.rows_erased;
  }
  stats_.partitions_waiting = work_.size();
}

std::vector<std::pair<Partition, Sweeper::Work>> Sweeper::take_due() {
  std::vector<std::pair<Partition, Work>> due;
  std::lock_guard lock(mutex_);
  for (auto it = work_.begin(); it != work_.end();) {
    if (it->second.due > clock_.now()) {
      ++it;
      continue;
    }
    due.push_back(*it);
    it = work_.erase(it);
  }
  stats_.partitions_waiting = work_.size();
  return due;
}

Task<StoreResult<void>> Sweeper::pass() {
  StoreResult<void> result;
  auto step = [&result](StoreResult<void> done) {
    if (!done && result) result = done;
  };
  step(co_await find_work());
  if (!stopping_) step(co_await sweep_dropped());
  if (!stopping_) step(co_await sweep_orphans());
  if (!stopping_) step(co_await sweep_removals());
  co_return result;
}

Task<StoreResult<void>> Sweeper::find_work() {
  microseconds now = clock_.steady();
  if (last_full_pass_ && now - *last_full_pass_ < options_.full_pass) co_return StoreResult<void>{};
  auto partitions = co_await host_.load_partitions();
  if (!partitions) co_return std::unexpected(partitions.error());
  for (Partition partition : *partitions) add(partition, {clock_.now()});
  last_full_pass_ = now;
  co_return StoreResult<void>{};
}

Task<StoreResult<void>> Sweeper::sweep_dropped() {
  ScanRequest request{.partition = Partition::Registry,
                      .begin = class_begin(RowClass::DroppedPartition),
                      .end = class_end(RowClass::DroppedPartition)};
  auto rows = co_await scan_all(stores_.meta, std::move(request));
  if (!rows) co_return std::unexpected(rows.error());
  for (Row& row : *rows) {
    if (stopping_) break;
    auto done = co_await end_partition(std::move(row));
    if (!done) co_return std::unexpected(done.error());
  }
  co_return StoreResult<void>{};
}

Task<StoreResult<void>> Sweeper::end_partition(Row row) {
  auto partition = parse_dropped_key(row.key);
  records::DroppedPartition dropped;
  if (!partition || !dropped.ParseFromString(row.value)) {
    stats_.rows_unreadable += 1;
    co_return StoreResult<void>{};
  }
  if (Time{microseconds(dropped.dropped_us())} + options_.grace > clock_.now()) co_return StoreResult<void>{};
  auto empty = co_await removals_.sweep_dropped(*partition);
  if (!empty) co_return std::unexpected(empty.error());
  if (!*empty) co_return StoreResult<void>{};
  auto erased = co_await stores_.meta.erase_partition(*partition);
  if (!erased) co_return std::unexpected(erased.error());

  // Last: as long as this row is there, a crash repeats the above.
  Batch batch{.partition = Partition::Registry};
  batch.erases.push_back(row.key);
  KekId kek{dropped.kek()};
  if (kek != KekId::Master) Keyring::erase_kek(batch, kek);
  auto done = co_await stores_.meta.commit(std::move(batch));
  if (!done) co_return std::unexpected(StoreError{done.error().errc, done.error().detail});
  stores_.keyring.forget(kek);
  garbage_.erase(*partition);
  stats_.partitions_ended += 1;
  co_return StoreResult<void>{};
}

Task<StoreResult<void>> Sweeper::sweep_orphans() {
  auto done = co_await orphans_.sweep();
  for (Partition partition : orphans_.take_touched()) note(partition, 0);
  co_return done;
}

Task<StoreResult<void>> Sweeper::sweep_removals() {
  StoreResult<void> result;
  for (auto& [partition, work] : take_due()) {
    auto done = co_await sweep_partition(partition, work);
    if (!done && result) result = done;
  }
  co_return result;
}

Task<StoreResult<void>> Sweeper::sweep_partition(Partition partition, Work work) {
  Time now = clock_.now();
  auto swept = co_await removals_.sweep(partition, now - options_.grace);
  if (!swept || stopping_) {
    add(partition, {now, work.rows_erased});
    if (!swept) co_return std::unexpected(swept.error());
    co_return StoreResult<void>{};
  }
  Garbage& garbage = garbage_[partition];
  garbage.rows += work.rows_erased + swept->removed;
  garbage.bytes += swept->bulk_bytes;
  if (garbage.reaches(swept->next ? options_.compact_after : options_.compact_when_done)) {
    garbage_.erase(partition);
    co_await host_.compact(partition);
  }
  if (swept->next) add(partition, {std::max(now, *swept->next + options_.grace)});
  co_return StoreResult<void>{};
}

}  // namespace skerry::storage
