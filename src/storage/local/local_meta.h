#pragma once
#include "base/workers.h"
#include "storage/local/committer.h"

namespace skerry::storage::local {

// MetaStore on RocksDB. A read is tried at once, from the cache and then from the database's memory; what would wait
// for the disk goes to a reader.
//
// Life and threads: MetaStore's. The services given to the constructor outlive this.
class LocalMeta final : public MetaStore {
 public:
  // Large enough for 64 KiB of object and what encryption adds; a larger value costs less as a file of its own.
  static constexpr std::size_t kBulkLimit = (64 << 10) + (4 << 10);
  // Rows that one scan gives when they are all in memory: some 100 µs. It then lets others go first.
  static constexpr std::size_t kInlineRowsMax = 256;

  LocalMeta(DbSlot& slot, RowCache& cache, Committer& committer, Workers& readers, Workers& compactor);

  Task<StoreResult<std::optional<std::string>>> get(Partition partition, std::string_view key) override;
  Task<StoreResult<std::optional<std::string>>> get_bulk(Partition partition, std::string_view key) override;
  Task<StoreResult<ScanPage>> scan(ScanRequest request) override;
  Task<std::expected<void, CommitError>> commit(Batch batch) override;
  Task<StoreResult<void>> erase_partition(Partition partition) override;
  std::size_t bulk_limit() const override { return kBulkLimit; }

  Task<StoreResult<void>> compact(Partition partition);

 private:
  Task<StoreResult<std::optional<std::string>>> get_from(Family family, Partition partition, std::string_view key);
  // From the cache, or from the database and then into the cache. Empty: the disk is needed, or a reopening's end.
  ReadOutcome<std::optional<std::string>> read_row(const RowCache::Name& name, MayWait wait);
  bool read_requirements(Committer::Ticket& ticket, MayWait wait);
  StoreResult<void> compact_now(Partition partition);

  DbSlot& slot_;
  RowCache& cache_;
  Committer& committer_;
  Workers& readers_;
  Workers& compactor_;  // one thread: compactions run one after another
};

}  // namespace skerry::storage::local
