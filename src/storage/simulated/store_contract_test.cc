#include "storage/store_contract.h"

#include "base/sim_executor.h"
#include "storage/simulated/simulated_client.h"

namespace skerry::storage {
namespace {

// The suite tries what callers may not (a partition, or an id, for a second time), so that here the rules that callers
// keep are recorded only.
class SimulatedHarness final : public StoreHarness {
 public:
  explicit SimulatedHarness(Faults faults) : faults_(faults) {
    cluster_.witness().on_violation(Witness::OnViolation::Record);
    client_ = cluster_.connect(faults_);
  }
  MetaStore& meta() override { return client_->meta(); }
  BlobStore& blobs() override { return client_->blobs(); }
  void run(Task<> task) override { sim_.run(std::move(task)); }
  void reopen() override {
    client_->power_cut();
    client_ = cluster_.connect(faults_);
  }

 private:
  const Faults faults_;
  SimExecutor sim_{1};
  SimulatedCluster cluster_{sim_, 1};
  std::unique_ptr<SimulatedClient> client_;
};

std::unique_ptr<StoreHarness> make_perfect() { return std::make_unique<SimulatedHarness>(Faults{}); }

// Whatever a store may do to those who ask it without failing them.
std::unique_ptr<StoreHarness> make_slow() {
  Faults faults = Faults::delays();
  faults.empty_page = 0.3;
  return std::make_unique<SimulatedHarness>(faults);
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Simulated, MetaContract, ::testing::Values(StoreFactory(make_perfect)));
INSTANTIATE_TEST_SUITE_P(Simulated, BlobContract, ::testing::Values(StoreFactory(make_perfect)));
INSTANTIATE_TEST_SUITE_P(SimulatedSlow, MetaContract, ::testing::Values(StoreFactory(make_slow)));
INSTANTIATE_TEST_SUITE_P(SimulatedSlow, BlobContract, ::testing::Values(StoreFactory(make_slow)));

}  // namespace skerry::storage
