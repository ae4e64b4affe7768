#include "storage/sweeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/sim_executor.h"
#include "storage/blob_ledger.h"
#include "storage/record_cipher.h"
#include "storage/row_class.h"
#include "storage/simulated/simulated_client.h"
#include "storage/simulated/simulated_cluster.h"

namespace skerry::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Partition kOwner{1000};

// One server over a store: a bucket without a service.
struct TestServer final : SweepHost {
  TestServer(SimExecutor& sim_, SimulatedCluster& cluster, Random& random, Epochs::Options options)
      : sim(sim_), client(cluster.connect()), epochs(client->meta(), random, sim, options) {
    ::setenv("SKERRY_SWEEPER_TEST", std::string(64, '1').c_str(), 1);
    MasterKeyOrigin origin{MasterKeyOrigin::Kind::Environment, "SKERRY_SWEEPER_TEST"};
    keyring = std::move(*sim.run(Keyring::open(client->meta(), random, sim, origin)));
    EXPECT_TRUE(sim.run(epochs.start()));
    Sweeper::Stores stores{client->meta(), client->blobs(), epochs, *keyring, readers};
    sweeper = std::make_unique<Sweeper>(stores, *this, sim,
                                        Sweeper::Options{.compact_after = {.rows = 100, .bytes = 1 << 20},
                                                         .compact_when_done = {.rows = 50, .bytes = 5000}});
  }

  Task<StoreResult<std::vector<Partition>>> load_partitions() override {
    ++lists;
    std::vector<Partition> listed = partitions;
    if (after_list) after_list();
    co_return listed;
  }
  Task<> compact(Partition partition) override {
    compacted.push_back(partition);
    co_return;
  }

  // Seals a blob; commits nothing.
  Task<StoreResult<void>> make_blob(BlobId id) {
    auto out = co_await client->blobs().create(id);
    if (!out) co_return std::unexpected(out.error());
    std::string sealed = seal_bytes(kek, id, "content");
    auto appended = co_await (*out)->append(sealed);
    if (!appended) co_return std::unexpected(appended.error());
    co_return co_await (*out)->seal();
  }

  Segment store_blob() {
    Epochs::NewBlob made = epochs.new_blob_id(kOwner);
    Segment segment{made.id, 7};
    EXPECT_TRUE(sim.run(make_blob(made.id)));
    Batch batch{.partition = kOwner};
    add_reference(batch, segment);
    EXPECT_TRUE(sim.run(client->meta().commit(batch)));
    made.in_flight.settle();
    return segment;
  }

  Segment store_bulk(const std::string& content = "content") {
    Epochs::NewBlob made = epochs.new_blob_id(kOwner);
    Segment segment{made.id, content.size(), Place::Bulk};
    Batch batch{.partition = kOwner};
    put_bulk(batch, segment, seal_bytes(kek, made.id, content));
    EXPECT_TRUE(sim.run(client->meta().commit(batch)));
    made.in_flight.settle();
    return segment;
  }

  void drop(const Segment& segment) {
    Batch batch{.partition = segment.id.owner};
    drop_reference(batch, segment, sim.now());
    EXPECT_TRUE(sim.run(client->meta().commit(batch)));
    sweeper->note(segment.id.owner);
  }

  void pass() {
    sim.run(epochs.maintain());
    auto done = sim.run(sweeper->pass());
    EXPECT_TRUE(done) << done.error().detail;
  }
  void pass_after(microseconds time) {
    sim.advance(time);
    pass();
  }

  SimExecutor& sim;
  std::unique_ptr<SimulatedClient> client;
  Epochs epochs;
  Readers readers;
  std::unique_ptr<Keyring> keyring;
  std::unique_ptr<Sweeper> sweeper;
  const Kek kek{KekId{5}, Secret(std::string(32, 'k'))};
  std::vector<Partition> partitions = {kOwner};
  std::vector<Partition> compacted;
  int lists = 0;
  std::function<void()> after_list;
};

class SweeperTest : public testing::Test {
 protected:
  TestServer server(Epochs::Options options = {.exclusive = true}) { return {sim_, cluster_, random_, options}; }

  std::vector<std::string> keys(Partition partition, RowClass row_class) {
    std::vector<std::string> out;
    ScanRequest range{.partition = partition, .begin = class_begin(row_class), .end = class_end(row_class)};
    for (Row& row : cluster_.disk().scan(range, 10'000).rows) out.push_back(std::move(row.key));
    return out;
  }

  SimExecutor sim_{1};
  SeededRandom random_{2};
  SimulatedCluster cluster_{sim_, 3};
};

TEST_F(SweeperTest, RemovesAfterTheGraceAndNotBefore) {
  TestServer a = server();
  Segment kept = a.store_blob(), blob = a.store_blob(), bulk = a.store_bulk(), kept_bulk = a.store_bulk();
  a.drop(blob);
  a.drop(bulk);
  a.pass_after(seconds(29));
  EXPECT_NE(cluster_.disk().find_blob(blob.id), nullptr);
  EXPECT_TRUE(cluster_.disk().find_bulk(kOwner, bulk.id.bytes()));
  a.pass_after(seconds(2));
  EXPECT_EQ(cluster_.disk().find_blob(blob.id), nullptr);
  EXPECT_FALSE(cluster_.disk().find_bulk(kOwner, bulk.id.bytes()));
  EXPECT_NE(cluster_.disk().find_blob(kept.id), nullptr);
  EXPECT_TRUE(cluster_.disk().find_bulk(kOwner, kept_bulk.id.bytes()));
  EXPECT_THAT(keys(kOwner, RowClass::Removal), IsEmpty());
  EXPECT_THAT(keys(kOwner, RowClass::Reference), ElementsAre(reference_key(kept.id)));
  EXPECT_EQ(a.sweeper->stats().blobs_removed, 1u);
  EXPECT_EQ(a.sweeper->stats().bulk_removed, 1u);
  EXPECT_EQ(a.sweeper->stats().bytes_removed, 2 * sealed_size(7));
  EXPECT_EQ(a.sweeper->stats().partitions_waiting, 0u);
}

TEST_F(SweeperTest, LeavesWhatSomebodyReads) {
  TestServer a = server();
  Segment blob = a.store_blob(), bulk = a.store_bulk(), other = a.store_blob();
  {
    std::vector<BlobId> ids = {blob.id, bulk.id};
    Readers::Pin pin = a.readers.pin(ids);
    Readers::Pin moved = std::move(pin);
    for (const Segment& segment : {blob, bulk, other}) a.drop(segment);
    a.pass_after(std::chrono::hours(5));
    EXPECT_NE(cluster_.disk().find_blob(blob.id), nullptr);
    EXPECT_TRUE(cluster_.disk().find_bulk(kOwner, bulk.id.bytes()));
    EXPECT_EQ(cluster_.disk().find_blob(other.id), nullptr);
  }
  a.pass_after(seconds(5));
  EXPECT_TRUE(cluster_.disk().blobs().empty());
  EXPECT_FALSE(cluster_.disk().find_bulk(kOwner, bulk.id.bytes()));
  EXPECT_THAT(keys(kOwner, RowClass::Removal), IsEmpty());
}

TEST_F(SweeperTest, AFailedRemovalIsRepeated) {
  TestServer a = server();
  Segment blob = a.store_blob();
  a.drop(blob);
  a.pass();
  sim_.advance(seconds(31));
  a.client->link().set_available(false);
  EXPECT_FALSE(sim_.run(a.sweeper->pass()));
  a.client->link().set_available(true);
  EXPECT_NE(cluster_.disk().find_blob(blob.id), nullptr);
  a.pass();
  EXPECT_EQ(cluster_.disk().find_blob(blob.id), nullptr);
}

TEST_F(SweeperTest, TheFirstPassFindsWhatAnEarlierStartLeft) {
  {
    TestServer a = server();
    Segment blob = a.store_blob();
    a.drop(blob);
    sim_.run(a.epochs.stop());
  }
  sim_.advance(seconds(31));
  TestServer b = server();
  b.pass();
  EXPECT_TRUE(cluster_.disk().blobs().empty());
  b.pass_after(seconds(5));
  EXPECT_EQ(b.lists, 1) << "all partitions are listed once an hour, not at every pass";
}

TEST_F(SweeperTest, CompactsWhenTheLastOfManyRemovalsIsDone) {
  TestServer a = server();
  for (int i = 0; i < 20; ++i) a.drop(a.store_bulk());  // notes 20 rows, erases 20 removals
  a.pass_after(seconds(31));
  EXPECT_THAT(a.compacted, ElementsAre()) << "a few rows are not worth it";
  for (int i = 0; i < 5; ++i) a.drop(a.store_bulk());
  a.pass_after(seconds(31));
  EXPECT_THAT(a.compacted, ElementsAre(kOwner)) << "but they are not forgotten";
  for (int i = 0; i < 24; ++i) a.drop(a.store_bulk());
  a.pass_after(seconds(31));
  EXPECT_THAT(a.compacted, ElementsAre(kOwner)) << "counted from the last time";
}

TEST_F(SweeperTest, CompactsLaterWhileRemovalsGoOn) {
  TestServer a = server();
  for (int i = 0; i < 30; ++i) a.drop(a.store_bulk());
  sim_.advance(seconds(20));
  a.drop(a.store_bulk());  // waits for its grace
  a.pass_after(seconds(15));
  EXPECT_THAT(a.compacted, ElementsAre());
  for (int i = 0; i < 30; ++i) a.drop(a.store_bulk());
  sim_.advance(seconds(20));
  a.drop(a.store_bulk());
  a.pass_after(seconds(15));
  EXPECT_THAT(a.compacted, ElementsAre(kOwner));
}

TEST_F(SweeperTest, CompactsAfterFewLargeOnes) {
  TestServer a = server();
  a.drop(a.store_bulk(std::string(4000, 'x')));
  a.pass_after(seconds(31));
  EXPECT_THAT(a.compacted, ElementsAre());
  a.drop(a.store_bulk(std::string(4000, 'x')));
  a.pass_after(seconds(31));
  EXPECT_THAT(a.compacted, ElementsAre(kOwner));
}

TEST_F(SweeperTest, EndsADroppedPartitionWithEverythingInIt) {
  TestServer a = server();
  auto kek = sim_.run(a.keyring->create_kek()).value();
  Segment blob = a.store_blob(), dropped = a.store_blob();
  a.store_bulk();
  a.drop(dropped);
  Readers::Pin pin = a.readers.pin({blob.id});
  Batch batch{.partition = Partition::Registry};
  drop_partition(batch, kOwner, kek->id(), sim_.now());
  ASSERT_TRUE(sim_.run(a.client->meta().commit(batch)));
  a.partitions.clear();
  a.pass_after(seconds(31));
  EXPECT_NE(cluster_.disk().find_blob(blob.id), nullptr);
  EXPECT_EQ(a.sweeper->stats().partitions_ended, 0u) << "somebody reads";
  pin = {};
  a.pass_after(seconds(5));
  EXPECT_TRUE(cluster_.disk().blobs().empty());
  EXPECT_TRUE(cluster_.disk().scan({.partition = kOwner, .begin = {}, .end = {}}, 1).rows.empty());
  EXPECT_THAT(keys(Partition::Registry, RowClass::DroppedPartition), IsEmpty());
  EXPECT_EQ(sim_.run(a.keyring->kek(kek->id())).error().errc, StoreErrc::NotFound) << "its key is forgotten";
  EXPECT_EQ(a.sweeper->stats().partitions_ended, 1u);
}

TEST_F(SweeperTest, NeverTouchesABlobInFlight) {
  TestServer a = server({.exclusive = false}), b = server({.exclusive = false});
  Epochs::NewBlob made = a.epochs.new_blob_id(kOwner);
  ASSERT_TRUE(sim_.run(a.make_blob(made.id)));
  for (int i = 0; i < 50; ++i) {  // hours of an upload, while both servers sweep
    a.pass_after(seconds(5));
    b.pass();
    if (i % 10 == 0) sim_.advance(seconds(20));
  }
  EXPECT_NE(cluster_.disk().find_blob(made.id), nullptr);
  Batch batch{.partition = kOwner};
  add_reference(batch, {made.id, 7});
  EXPECT_TRUE(sim_.run(a.client->meta().commit(batch)));
  made.in_flight.settle();
}

TEST_F(SweeperTest, AServerThatStoodStillIsRefusedAndLosesNothing) {
  TestServer a = server({.exclusive = false}), b = server({.exclusive = false});
  Segment referenced = a.store_blob();
  Epochs::NewBlob made = a.epochs.new_blob_id(kOwner);
  ASSERT_TRUE(sim_.run(a.make_blob(made.id)));
  b.pass();
  // a stands still.
  for (int i = 0; i < 5; ++i) b.pass_after(seconds(5));
  EXPECT_EQ(b.sweeper->stats().orphans_found, 0u) << "it may still be alive";
  for (int i = 0; i < 2; ++i) b.pass_after(seconds(5));
  EXPECT_EQ(b.sweeper->stats().orphans_found, 1u);

  Batch batch{.partition = kOwner};
  add_reference(batch, {made.id, 7});
  auto late = sim_.run(a.client->meta().commit(batch));
  ASSERT_FALSE(late) << "a reference to a blob that is going away was acknowledged";
  EXPECT_EQ(late.error().errc, StoreErrc::Conflict);
  for (int i = 0; i < 10; ++i) b.pass_after(seconds(5));
  EXPECT_EQ(cluster_.disk().find_blob(made.id), nullptr);
  EXPECT_NE(cluster_.disk().find_blob(referenced.id), nullptr);
  EXPECT_FALSE(sim_.run(a.client->meta().commit(batch)));

  // It goes on, and nothing is left in the end.
  {
    Epochs::InFlight given_up = std::move(made.in_flight);
  }
  Segment next = a.store_blob();
  for (int i = 0; i < 30; ++i) {
    a.pass_after(seconds(5));
    b.pass();
  }
  EXPECT_NE(cluster_.disk().find_blob(next.id), nullptr);
  a.pass_after(std::chrono::hours(25));
  EXPECT_EQ(keys(kOwner, RowClass::Reference).size(), 2u) << "the condemned reference was left";
  EXPECT_THAT(keys(kOwner, RowClass::Removal), IsEmpty());
}

TEST_F(SweeperTest, OrphansOfAPartitionThatIsGoneDoNotBringItBack) {
  TestServer a = server();
  Epochs::NewBlob made = a.epochs.new_blob_id(kOwner);
  ASSERT_TRUE(sim_.run(a.make_blob(made.id)));
  a.client->power_cut();
  TestServer b = server();
  b.partitions.clear();
  b.pass();
  EXPECT_TRUE(cluster_.disk().blobs().empty());
  EXPECT_TRUE(cluster_.disk().scan({.partition = kOwner, .begin = {}, .end = {}}, 1).rows.empty());
  made.in_flight.settle();
}

// A server that is taken for dead makes a partition, and a blob in it, after the partitions were listed. That is in
// none of them and yet not of one that is gone.
TEST_F(SweeperTest, AnOrphanOfAPartitionThatIsNewIsCondemnedFirst) {
  TestServer a = server({.exclusive = false}), b = server({.exclusive = false});
  Epochs::NewBlob old = a.epochs.new_blob_id(kOwner);
  ASSERT_TRUE(sim_.run(a.make_blob(old.id)));
  constexpr Partition kNew{2000};
  Epochs::NewBlob made = a.epochs.new_blob_id(kNew);
  b.client->link().set_faults({.short_page = 1});
  b.pass();
  b.after_list = [&] {
    if (b.partitions.size() > 1) return;
    b.partitions.push_back(kNew);
    EXPECT_TRUE(cluster_.disk().add_blob(made.id, seal_bytes(a.kek, made.id, "content")));
  };
  for (int i = 0; i < 7; ++i) b.pass_after(seconds(5));
  ASSERT_EQ(b.partitions.size(), 2u) << "the first orphan was not looked at";
  ASSERT_EQ(b.sweeper->stats().orphans_found, 2u);
  Batch batch{.partition = kNew};
  add_reference(batch, {made.id, 7});
  bool committed = sim_.run(a.client->meta().commit(batch)).has_value();
  EXPECT_TRUE(!committed || cluster_.disk().find_blob(made.id) != nullptr) << "an acknowledged blob is gone";
  EXPECT_FALSE(committed);
  old.in_flight.settle();
  made.in_flight.settle();
}

TEST_F(SweeperTest, EpochsRollAndCloseWithoutALook) {
  TestServer a = server({.exclusive = true, .blobs_max = 3});
  std::set<Epoch> epochs;
  for (int i = 0; i < 9; ++i) {
    epochs.insert(a.store_blob().id.epoch);
    a.pass();
  }
  EXPECT_EQ(epochs.size(), 3u);
  EXPECT_EQ(keys(Partition::Registry, RowClass::OpenEpoch).size(), 1u) << "settled epochs were not closed";
  EXPECT_EQ(a.sweeper->stats().epochs_closed, 0u) << "they were looked through";
  a.pass_after(std::chrono::hours(3));
  EXPECT_EQ(a.store_blob().id.epoch, *epochs.rbegin() + 1) << "without blobs an epoch does not roll";
  sim_.run(a.epochs.stop());
  EXPECT_THAT(keys(Partition::Registry, RowClass::OpenEpoch), IsEmpty());
  EXPECT_THAT(keys(Partition::Registry, RowClass::Lease), IsEmpty());
}

TEST_F(SweeperTest, AnOrphanOfARunningServerGoesWithinMinutes) {
  TestServer a = server();
  Segment kept = a.store_blob();
  BlobId orphan;
  {
    Epochs::NewBlob made = a.epochs.new_blob_id(kOwner);
    orphan = made.id;
    ASSERT_TRUE(sim_.run(a.make_blob(made.id)));
  }  // the client went away
  for (int i = 0; i < 30; ++i) a.pass_after(seconds(5));
  EXPECT_EQ(cluster_.disk().find_blob(orphan), nullptr);
  EXPECT_NE(cluster_.disk().find_blob(kept.id), nullptr);
  EXPECT_EQ(a.sweeper->stats().orphans_found, 1u);
  EXPECT_EQ(a.sweeper->stats().epochs_closed, 1u);
}

TEST_F(SweeperTest, RunsByItselfAndStopsAtOnce) {
  TestServer a = server();
  Segment blob = a.store_blob();
  a.drop(blob);
  auto live = [](TestServer& s) -> Task<> {
    s.epochs.run();
    s.sweeper->run();
    co_await sleep_for(seconds(60));
    microseconds before = s.sim.steady();
    co_await s.sweeper->stop();
    co_await s.epochs.stop();
    EXPECT_EQ(s.sim.steady(), before);
  };
  sim_.run(live(a));
  EXPECT_TRUE(cluster_.disk().blobs().empty());
  EXPECT_EQ(a.sweeper->stats().failures, 0u);
  sim_.run_until_idle();
}

}  // namespace
}  // namespace skerry::storage
