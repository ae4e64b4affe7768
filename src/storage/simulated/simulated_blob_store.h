#pragma once
#include "storage/blob_store.h"
#include "storage/simulated/link.h"
#include "storage/simulated/simulated_cluster.h"

namespace skerry::storage {

// BlobStore over a SimulatedDisk, through one Link. What a writer has appended lies with the writer until it is sealed:
// a power cut takes it along.
class SimulatedBlobStore final : public BlobStore {
 public:
  SimulatedBlobStore(SimulatedCluster& cluster, Link& link, std::uint64_t client);

  Task<StoreResult<std::unique_ptr<BlobWriter>>> create(BlobId id) override;
  Task<StoreResult<std::size_t>> read(BlobId id, std::uint64_t offset, std::span<char> into) override;
  Task<StoreResult<std::uint64_t>> size(BlobId id) override;
  Task<StoreResult<void>> remove(BlobId id) override;
  Task<StoreResult<std::vector<BlobId>>> list(Epoch epoch, std::optional<BlobId> after, std::size_t limit) override;
  Task<StoreResult<std::vector<Epoch>>> epochs() override;

 private:
  void saw(std::string_view call, const BlobId& id, std::string_view what);

  SimulatedCluster& cluster_;
  Link& link_;
  const std::uint64_t client_;
};

}  // namespace skerry::storage
