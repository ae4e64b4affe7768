#pragma once
#include "storage/simulated/link.h"
#include "storage/simulated/simulated_blob_store.h"
#include "storage/simulated/simulated_meta_store.h"

namespace skerry::storage {

// One simulated server's view of a SimulatedCluster: both stores, and the levers of the way to them.
//
// Life: made by SimulatedCluster::connect; outlives the calls made through it, and its blob writers.
// Threads: one.
class SimulatedClient {
 public:
  SimulatedClient(SimulatedCluster& cluster, const Clock& clock, std::uint64_t number, std::uint64_t seed,
                  Faults faults)
      : link_(clock, seed, faults), meta_(cluster, link_, number), blobs_(cluster, link_, number) {}

  MetaStore& meta() { return meta_; }
  BlobStore& blobs() { return blobs_; }
  Link& link() { return link_; }

  // The server loses power: of its pending calls those that have taken effect stay, the others never will; blobs that
  // are not sealed are gone. Whatever of its code still runs gets Unavailable, now and for ever, so that the test can
  // let it end; it changes nothing any more. The server that starts again connects anew.
  void power_cut() { link_.cut(); }

 private:
  Link link_;
  SimulatedMetaStore meta_;
  SimulatedBlobStore blobs_;
};

}  // namespace skerry::storage
