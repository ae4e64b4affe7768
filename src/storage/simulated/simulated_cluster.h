#pragma once
#include <memory>
#include <set>
#include <vector>

#include "storage/simulated/disk.h"
#include "storage/simulated/faults.h"
#include "storage/simulated/witness.h"

namespace skerry::storage {

class SimulatedClient;

// A store that several simulated servers share, in memory, under a SimExecutor: linearizable, durable at the moment a
// call takes effect, and as unkind as its seed and levers say.
//
//   SimExecutor sim(seed);
//   SimulatedCluster cluster(sim, seed);
//   auto a = cluster.connect(Faults::storm());   // one per simulated server: a->meta(), a->blobs()
//   auto b = cluster.connect();
//   a->power_cut();                              // server a is gone; what it had not made durable too
//   auto a2 = cluster.connect();                 // it starts again
//
// Life: outlives its clients and all tasks that use them. Threads: one.
// Invariant: the same seeds and the same program give the same trace.
class SimulatedCluster {
 public:
  struct Options {
    std::size_t bulk_limit = 64 * 1024;  // 0: as a store is that keeps no large values beside rows
  };

  SimulatedCluster(const Clock& clock, std::uint64_t seed) : SimulatedCluster(clock, seed, Options{}) {}
  SimulatedCluster(const Clock& clock, std::uint64_t seed, Options options);

  // A server's view of the store, with its own faults, drawn from a seed of its own.
  std::unique_ptr<SimulatedClient> connect(Faults faults = {});

  // The durable state as it is at this moment, past all faults: for levers (space, a flipped byte) and for looking.
  SimulatedDisk& disk() { return disk_; }
  Witness& witness() { return witness_; }

 private:
  friend class SimulatedMetaStore;
  friend class SimulatedBlobStore;
  friend class SimulatedBlobWriter;

  const Clock& clock_;
  const std::uint64_t seed_;
  const Options options_;
  SimulatedDisk disk_;
  Witness witness_;
  std::uint64_t clients_ = 0;
  // What breaks the rule "never used twice".
  std::set<Partition> erased_;
  std::set<BlobId> written_;  // a byte of it was appended
};

}  // namespace skerry::storage
