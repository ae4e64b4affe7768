#include "storage/scrub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/sim_executor.h"
#include "storage/record_cipher.h"
#include "storage/row_class.h"
#include "storage/simulated/simulated_client.h"
#include "storage/simulated/simulated_cluster.h"

namespace skerry::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Kind = ScrubReport::Kind;

constexpr Partition kOwner{1000};

class ScrubTest : public testing::Test, public ScrubHost, public SweepHost {
 protected:
  ScrubTest() {
    ::setenv("SKERRY_SCRUB_TEST", std::string(64, '1').c_str(), 1);
    MasterKeyOrigin origin{MasterKeyOrigin::Kind::Environment, "SKERRY_SCRUB_TEST"};
    keyring_ = std::move(*sim_.run(Keyring::open(client_->meta(), random_, sim_, origin)));
    kek_ = sim_.run(keyring_->create_kek()).value();
    EXPECT_TRUE(sim_.run(epochs_.start()));
  }

  Task<StoreResult<std::vector<Partition>>> load_partitions() override { co_return std::vector<Partition>{kOwner}; }
  // Pages of two.
  Task<StoreResult<Page>> load_used(Partition, std::string begin) override {
    std::size_t first = begin.empty() ? 0 : std::stoul(begin);
    Page page;
    for (std::size_t i = first; i < used_.size() && i < first + 2; ++i) page.used.push_back(used_[i]);
    if (first + 2 < used_.size()) page.next = std::to_string(first + 2);
    co_return page;
  }
  Task<StoreResult<bool>> is_still_used(Partition, const Used& used) override {
    for (const Used& other : used_) {
      if (other.where == used.where && other.segment == used.segment) co_return !gone_meanwhile_;
    }
    co_return false;
  }

  Task<StoreResult<void>> write(BlobId id, std::string sealed) {
    auto out = co_await client_->blobs().create(id);
    if (!out) co_return std::unexpected(out.error());
    auto appended = co_await (*out)->append(sealed);
    if (!appended) co_return std::unexpected(appended.error());
    co_return co_await (*out)->seal();
  }

  Segment store(std::size_t size, Place place = Place::Blob) {
    Epochs::NewBlob made = epochs_.new_blob_id(kOwner);
    Segment segment{made.id, size, place};
    std::string sealed = seal_bytes(*kek_, made.id, random_.bytes(size));
    Batch batch{.partition = kOwner};
    if (place == Place::Bulk) {
      put_bulk(batch, segment, sealed);
    } else {
      EXPECT_TRUE(sim_.run(write(made.id, sealed)));
      add_reference(batch, segment);
    }
    commit(batch);
    made.in_flight.settle();
    used_.push_back({segment, kek_->id(), fmt::format("object {}", used_.size())});
    return segment;
  }

  void commit(Batch batch) { EXPECT_TRUE(sim_.run(client_->meta().commit(std::move(batch)))); }
  void erase_row(std::string key) {
    Batch batch{.partition = kOwner};
    batch.erases.push_back(std::move(key));
    commit(batch);
  }

  // An epoch ends, so that its blobs may be judged.
  void end_epoch() {
    sim_.run(epochs_.stop());
    EXPECT_TRUE(sim_.run(epochs_.start()));
  }

  Sweeper::Stores stores() { return {client_->meta(), client_->blobs(), epochs_, *keyring_, readers_}; }
  ScrubReport scrub(Scrub::Options options = {}) {
    Scrub scrub(stores(), *this, sim_, options);
    ScrubReport report = sim_.run(scrub.run());
    EXPECT_TRUE(report.complete);
    EXPECT_EQ(report.found, report.findings.size());
    return report;
  }
  std::vector<std::pair<Kind, BlobId>> findings(const ScrubReport& report) {
    std::vector<std::pair<Kind, BlobId>> out;
    for (const auto& finding : report.findings) out.emplace_back(finding.kind, finding.id);
    return out;
  }

  SimExecutor sim_{1};
  SeededRandom random_{2};
  SimulatedCluster cluster_{sim_, 3};
  std::unique_ptr<SimulatedClient> client_ = cluster_.connect(Faults{.short_page = 0.3, .empty_page = 0.2});
  Epochs epochs_{client_->meta(), random_, sim_, {.exclusive = true}};
  Readers readers_;
  std::unique_ptr<Keyring> keyring_;
  std::shared_ptr<const Kek> kek_;
  std::vector<Used> used_;
  bool gone_meanwhile_ = false;
};

TEST_F(ScrubTest, FindsNothingInAHealthyStore) {
  for (std::size_t size : {0ul, 1ul, 65536ul, 200'000ul}) store(size);
  store(0, Place::Bulk);
  store(5000, Place::Bulk);
  Segment dropped = store(10);
  used_.pop_back();
  Batch batch{.partition = kOwner};
  drop_reference(batch, dropped, sim_.now());
  commit(batch);
  end_epoch();
  Epochs::NewBlob in_flight = epochs_.new_blob_id(kOwner);
  ASSERT_TRUE(sim_.run(write(in_flight.id, seal_bytes(*kek_, in_flight.id, "upload"))));

  std::size_t blobs = cluster_.disk().blobs().size();
  ScrubReport report = scrub({.repair = true});
  EXPECT_THAT(findings(report), IsEmpty()) << report.findings[0].detail;
  EXPECT_EQ(report.blobs, 6u);
  EXPECT_EQ(report.bytes, 1u + 65536 + 200'000 + 5000);
  EXPECT_EQ(cluster_.disk().blobs().size(), blobs);
  in_flight.in_flight.settle();
}

TEST_F(ScrubTest, FindsDamage) {
  Segment flipped = store(200'000), missing = store(100), longer = store(70'000), empty = store(0);
  Segment bulk = store(100, Place::Bulk), unreferenced = store(50);
  store(100);
  cluster_.disk().flip_byte(flipped.id, 140'000);
  cluster_.disk().remove_blob(missing.id);
  used_[2].segment.size = 70'001;
  cluster_.disk().flip_byte(empty.id, 20);
  Batch batch{.partition = kOwner};
  batch.bulk_erases.push_back(bulk.id.bytes());
  commit(batch);
  erase_row(reference_key(unreferenced.id));

  std::size_t blobs = cluster_.disk().blobs().size();
  ScrubReport report = scrub({.repair = true});
  EXPECT_THAT(findings(report), ElementsAre(Pair(Kind::Damaged, flipped.id), Pair(Kind::Missing, missing.id),
                                            Pair(Kind::Damaged, longer.id), Pair(Kind::Damaged, empty.id),
                                            Pair(Kind::Missing, bulk.id), Pair(Kind::Unreferenced, unreferenced.id)));
  EXPECT_NE(report.findings[0].detail.find("object 0"), std::string::npos);
  EXPECT_EQ(cluster_.disk().blobs().size(), blobs) << "damage is no garbage";
}

TEST_F(ScrubTest, WhatWasDeletedMeanwhileIsNoDamage) {
  Segment missing = store(100);
  cluster_.disk().remove_blob(missing.id);
  erase_row(reference_key(missing.id));
  gone_meanwhile_ = true;
  EXPECT_THAT(findings(scrub()), IsEmpty());
}

TEST_F(ScrubTest, RepairsOnlyWhatIsProvablyGarbage) {
  Segment kept = store(100), orphan = store(200), dangling = store(300), unused = store(400);
  used_.resize(1);
  erase_row(reference_key(orphan.id));
  cluster_.disk().remove_blob(dangling.id);
  EXPECT_THAT(findings(scrub()), testing::UnorderedElementsAre(Pair(Kind::DanglingReference, dangling.id),
                                                               Pair(Kind::UnusedReference, unused.id)))
      << "an open epoch's blobs are nobody's orphans";
  end_epoch();
  ScrubReport report = scrub({.repair = true});
  EXPECT_THAT(findings(report),
              testing::UnorderedElementsAre(Pair(Kind::DanglingReference, dangling.id),
                                            Pair(Kind::UnusedReference, unused.id), Pair(Kind::Orphan, orphan.id)));
  for (const auto& finding : report.findings) {
    EXPECT_EQ(finding.repaired, finding.kind != Kind::UnusedReference);
  }
  // The sweeper takes the condemned orphan.
  Sweeper sweeper(stores(), *this, sim_, {});
  sim_.advance(seconds(31));
  EXPECT_TRUE(sim_.run(sweeper.pass()));
  EXPECT_EQ(cluster_.disk().find_blob(orphan.id), nullptr);
  EXPECT_NE(cluster_.disk().find_blob(kept.id), nullptr);
  EXPECT_NE(cluster_.disk().find_blob(unused.id), nullptr);
  EXPECT_THAT(findings(scrub()), ElementsAre(Pair(Kind::UnusedReference, unused.id)));
}

// A blob in use that lost its reference row looks like an orphan to whoever asks for the row alone.
TEST_F(ScrubTest, WhatIsUsedIsNoOrphan) {
  Segment unreferenced = store(100), damaged = store(200'000), condemned = store(300);
  cluster_.disk().flip_byte(damaged.id, 100);
  for (const Segment& segment : {unreferenced, damaged, condemned}) erase_row(reference_key(segment.id));
  end_epoch();
  ScrubReport report = scrub({.repair = true});
  EXPECT_THAT(findings(report), ElementsAre(Pair(Kind::Unreferenced, unreferenced.id), Pair(Kind::Damaged, damaged.id),
                                            Pair(Kind::Unreferenced, condemned.id)));
  Sweeper sweeper(stores(), *this, sim_, {});
  sim_.advance(seconds(31));
  EXPECT_TRUE(sim_.run(sweeper.pass()));
  EXPECT_EQ(cluster_.disk().blobs().size(), 3u) << "what is in use went with a repair";

  Batch batch{.partition = kOwner};
  condemn(batch, condemned.id, sim_.now());
  commit(batch);
  EXPECT_THAT(findings(scrub()), testing::Contains(Pair(Kind::Unreferenced, condemned.id)))
      << "it is going to be removed, and is in use";
}

TEST_F(ScrubTest, KeepsItsRateAndStops) {
  for (int i = 0; i < 10; ++i) store(100'000);
  microseconds begin = sim_.steady();
  scrub({.bytes_per_second = 100'000});
  EXPECT_GE(sim_.steady() - begin, seconds(10));
  EXPECT_LE(sim_.steady() - begin, seconds(11));

  Scrub stopped(stores(), *this, sim_, {});
  stopped.stop();
  EXPECT_FALSE(sim_.run(stopped.run()).complete);
  client_->link().set_available(false);
  Scrub failing(stores(), *this, sim_, {});
  EXPECT_FALSE(sim_.run(failing.run()).complete);
  client_->link().set_available(true);
}

}  // namespace
}  // namespace skerry::storage
