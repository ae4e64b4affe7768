#pragma once
#include "storage/blob_store.h"
#include "storage/simulated/link.h"
#include "storage/simulated/simulated_cluster.h"

namespace skerry::storage {

// A blob that is not on the disk yet, one client's.
//
// Life: ends before its client.
class SimulatedBlobWriter final : public BlobWriter {
 public:
  SimulatedBlobWriter(SimulatedCluster& cluster, Link& link, std::uint64_t client, BlobId id);
  ~SimulatedBlobWriter() override;

  Task<StoreResult<void>> append(std::string_view bytes) override;
  Task<StoreResult<void>> seal() override;

 private:
  enum class State { Open, Busy, Sealed, Failed };

  void begin(std::string_view call);  // a call: only an open writer takes one
  std::unexpected<StoreError> fail(StoreErrc errc);

  SimulatedCluster& cluster_;
  Link& link_;
  const std::uint64_t client_;
  const BlobId id_;
  State state_ = State::Open;
  std::string bytes_;
};

}  // namespace skerry::storage
