#pragma once
#include "storage/meta_store.h"
#include "storage/simulated/link.h"
#include "storage/simulated/simulated_cluster.h"

namespace skerry::storage {

// MetaStore over a SimulatedDisk, through one Link. Checks that its callers keep the interface's rules (contract.h).
//
// Arguments given by reference are read late, after the delay, so that a sanitizer sees a caller that let them die.
class SimulatedMetaStore final : public MetaStore {
 public:
  SimulatedMetaStore(SimulatedCluster& cluster, Link& link, std::uint64_t client);

  Task<StoreResult<std::optional<std::string>>> get(Partition partition, std::string_view key) override;
  Task<StoreResult<std::optional<std::string>>> get_bulk(Partition partition, std::string_view key) override;
  Task<StoreResult<ScanPage>> scan(ScanRequest request) override;
  Task<std::expected<void, CommitError>> commit(Batch batch) override;
  Task<StoreResult<void>> erase_partition(Partition partition) override;
  std::size_t bulk_limit() const override { return cluster_.options_.bulk_limit; }

 private:
  void saw(std::string_view call, Partition partition, std::string_view what);
  void check(const std::optional<std::string>& broken_rule);
  ScanPage page_of(const ScanRequest& request);
  std::expected<void, CommitError> apply(const Batch& batch);
  void apply_late(Batch batch);

  SimulatedCluster& cluster_;
  Link& link_;
  const std::uint64_t client_;
};

}  // namespace skerry::storage
