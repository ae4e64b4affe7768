#include "storage/blob_spool.h"

#include <gtest/gtest.h>

#include "base/sim_executor.h"
#include "storage/record_cipher.h"
#include "storage/simulated/simulated_client.h"
#include "storage/simulated/simulated_cluster.h"
#include "storage/sweeper.h"

namespace skerry::storage {
namespace {

// No partition is anybody's: what is found abandoned goes at once.
class NoPartitions final : public SweepHost {
 public:
  Task<StoreResult<std::vector<Partition>>> load_partitions() override { co_return std::vector<Partition>(); }
  Task<> compact(Partition) override { co_return; }
};

class BlobSpoolTest : public testing::Test {
 protected:
  struct Server {
    Server(SimExecutor& sim, SimulatedCluster& cluster, Random& random)
        : client(cluster.connect(Faults::delays())),
          epochs(client->meta(), random, sim, {.exclusive = true}),
          spool({client->meta(), client->blobs(), epochs, readers, workers}, random) {
      setenv("SKERRY_SPOOL_TEST", std::string(64, '7').c_str(), 1);
      MasterKeyOrigin origin{MasterKeyOrigin::Kind::Environment, "SKERRY_SPOOL_TEST"};
      auto opened = sim.run(Keyring::open(client->meta(), random, sim, origin));
      CHECK(opened.has_value(), "no keyring");
      keyring = std::move(*opened);
      CHECK(sim.run(epochs.start()).has_value(), "no epoch");
    }
    std::unique_ptr<SimulatedClient> client;
    std::unique_ptr<Keyring> keyring;
    Readers readers;
    InlineWorkers workers;
    Epochs epochs;
    BlobSpool spool;
  };

  ~BlobSpoolTest() override { sim_.run(tasks_.close()); }

  Task<std::expected<std::shared_ptr<const Spooled>, ReadError>> put(BlobSpool& spool, std::string plain) {
    auto writer = co_await spool.create(tasks_);
    if (!writer) co_return std::unexpected(writer.error());
    std::string_view rest = plain;
    while (!rest.empty()) {
      std::string_view piece = rest.substr(0, 1 + random_.below(200'000));
      rest.remove_prefix(piece.size());
      auto appended = co_await (*writer)->append(piece);
      if (!appended) co_return std::unexpected(appended.error());
    }
    co_return co_await (*writer)->finish();
  }
  Task<std::expected<std::string, ReadError>> get(std::shared_ptr<const Spooled> spooled) {
    auto source = spooled->open();
    co_return co_await read_all(*source, 100 << 20);
  }
  // Where the server does it: on an executor.
  void drop(std::shared_ptr<const Spooled> spooled) {
    sim_.post([held = std::move(spooled)]() mutable { held.reset(); });
    sim_.run_until_idle();
  }
  std::size_t blobs() { return cluster_.disk().blobs().size(); }

  SimExecutor sim_{1};
  SeededRandom random_{2};
  SimulatedCluster cluster_{sim_, 3};
  Gate tasks_;
};

TEST_F(BlobSpoolTest, KeepsBytesAsLongAsSomebodyHoldsThem) {
  Server server(sim_, cluster_, random_);
  std::string plain = random_.bytes(1'234'567);
  auto spooled = sim_.run(put(server.spool, plain));
  ASSERT_TRUE(spooled) << spooled.error().detail;
  EXPECT_EQ((*spooled)->size(), plain.size());
  EXPECT_EQ(sim_.run(get(*spooled)).value(), plain);
  EXPECT_EQ(sim_.run(get(*spooled)).value(), plain) << "as often as wanted";
  ASSERT_EQ(blobs(), 1u);
  const auto& [id, stored] = *cluster_.disk().blobs().begin();
  EXPECT_EQ(id.owner, Partition::Registry);
  EXPECT_EQ(stored.find(plain.substr(0, 32)), stored.npos) << "it is sealed";

  drop(*spooled);
  EXPECT_EQ(blobs(), 1u) << "one of two owners has gone";
  drop(std::move(*spooled));
  EXPECT_EQ(blobs(), 0u);
  sim_.run(server.epochs.stop());
  EXPECT_EQ(sim_.run(server.epochs.load_abandoned()).value().size(), 0u) << "nothing is left to look for";
}

TEST_F(BlobSpoolTest, NothingRemainsOfWhatWasNotFinished) {
  Server server(sim_, cluster_, random_);
  auto begin = [](BlobSpool& spool, Gate& tasks, std::string plain) -> Task<> {
    auto writer = co_await spool.create(tasks);
    CHECK(writer.has_value(), "no writer");
    auto appended = co_await (*writer)->append(plain);
    CHECK(appended.has_value(), "not taken");
  };
  sim_.run(begin(server.spool, tasks_, random_.bytes(1'000'000)));
  sim_.run_until_idle();
  EXPECT_EQ(blobs(), 0u);
  sim_.run(server.epochs.stop());
}

TEST_F(BlobSpoolTest, TheNextServerSweepsWhatAKilledOneLeft) {
  auto first = std::make_unique<Server>(sim_, cluster_, random_);
  auto spooled = sim_.run(put(first->spool, random_.bytes(300'000)));
  ASSERT_TRUE(spooled);
  first->client->power_cut();
  drop(std::move(*spooled));
  EXPECT_EQ(blobs(), 1u);

  Server next(sim_, cluster_, random_);
  NoPartitions host;
  Sweeper::Stores stores{next.client->meta(), next.client->blobs(), next.epochs, *next.keyring, next.readers};
  Sweeper sweeper(stores, host, sim_, Sweeper::Options{});
  sim_.run(next.epochs.maintain());
  ASSERT_TRUE(sim_.run(sweeper.pass()));
  EXPECT_EQ(blobs(), 0u);
  EXPECT_EQ(sweeper.stats().orphans_found, 1u);
  sim_.run(next.epochs.stop());
}

TEST_F(BlobSpoolTest, AStoreThatFailsIsSaid) {
  Server server(sim_, cluster_, random_);
  server.client->power_cut();
  auto spooled = sim_.run(put(server.spool, random_.bytes(300'000)));
  ASSERT_FALSE(spooled);
  EXPECT_EQ(spooled.error().errc, ReadErrc::Unavailable);
}

}  // namespace
}  // namespace skerry::storage
