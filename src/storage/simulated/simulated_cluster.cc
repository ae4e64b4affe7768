#include "storage/simulated/simulated_cluster.h"

#include "storage/simulated/simulated_client.h"

namespace skerry::storage {

SimulatedCluster::SimulatedCluster(const Clock& clock, std::uint64_t seed, Options options)
    : clock_(clock), seed_(seed), options_(options), witness_(clock) {}

std::unique_ptr<SimulatedClient> SimulatedCluster::connect(Faults faults) {
  std::uint64_t number = ++clients_;
  // Any odd factor keeps the seeds of neighbours apart; SeededRandom scatters them.
  std::uint64_t seed = seed_ * 0x9e3779b97f4a7c15 + number;
  return std::make_unique<SimulatedClient>(*this, clock_, number, seed, faults);
}

}  // namespace skerry::storage
