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
constexpr Partition kNew{2000};

// A disk that does not give some of its rows and blobs back as they were written.
class DamagedMeta final : public MetaStore {
 public:
  explicit DamagedMeta(MetaStore& inner) : inner_(inner) {}
  std::set<std::string> keys;     // of single rows and bulk values
  std::optional<char> row_class;  // what a scan does not get past

  Task<StoreResult<std::optional<std::string>>> get(Partition partition, std::string_view key) override {
    if (keys.contains(std::string(key))) return refuse<std::optional<std::string>>();
    return inner_.get(partition, key);
  }
  Task<StoreResult<std::optional<std::string>>> get_bulk(Partition partition, std::string_view key) override {
    if (keys.contains(std::string(key))) return refuse<std::optional<std::string>>();
    return inner_.get_bulk(partition, key);
  }
  Task<StoreResult<ScanPage>> scan(ScanRequest request) override {
    if (row_class == request.begin.front()) return refuse<ScanPage>();
    return inner_.scan(std::move(request));
  }
  Task<std::expected<void, CommitError>> commit(Batch batch) override { return inner_.commit(std::move(batch)); }
  Task<StoreResult<void>> erase_partition(Partition partition) override { return inner_.erase_partition(partition); }
  std::size_t bulk_limit() const override { return inner_.bulk_limit(); }

 private:
  template <class T>
  static Task<StoreResult<T>> refuse() {
    co_return std::unexpected(StoreError{StoreErrc::Corrupt, "a checksum does not match"});
  }
  MetaStore& inner_;
};

class DamagedBlobs final : public BlobStore {
 public:
  explicit DamagedBlobs(BlobStore& inner) : inner_(inner) {}
  std::set<BlobId> ids;
  std::map<BlobId, std::string> open;  // are read as they were, whatever became of their files

  Task<StoreResult<std::unique_ptr<BlobWriter>>> create(BlobId id) override { return inner_.create(id); }
  Task<StoreResult<std::size_t>> read(BlobId id, std::uint64_t offset, std::span<char> into) override {
    if (auto found = open.find(id); found != open.end()) {
      co_return found->second.copy(into.data(), into.size(), offset);
    }
    if (ids.contains(id)) co_return std::unexpected(StoreError{StoreErrc::Unavailable, "Input/output error"});
    co_return co_await inner_.read(id, offset, into);
  }
  Task<StoreResult<std::uint64_t>> size(BlobId id) override { return inner_.size(id); }
  Task<StoreResult<void>> remove(BlobId id) override { return inner_.remove(id); }
  Task<StoreResult<std::vector<BlobId>>> list(Epoch epoch, std::optional<BlobId> after, std::size_t limit) override {
    return inner_.list(epoch, after, limit);
  }
  Task<StoreResult<std::vector<Epoch>>> epochs() override { return inner_.epochs(); }

 private:
  BlobStore& inner_;
};

class ScrubTest : public testing::Test, public ScrubHost, public SweepHost {
 protected:
  ScrubTest() {
    ::setenv("SKERRY_SCRUB_TEST", std::string(64, '1').c_str(), 1);
    MasterKeyOrigin origin{MasterKeyOrigin::Kind::Environment, "SKERRY_SCRUB_TEST"};
    keyring_ = std::move(*sim_.run(Keyring::open(client_->meta(), random_, sim_, origin)));
    kek_ = sim_.run(keyring_->create_kek()).value();
    EXPECT_TRUE(sim_.run(epochs_.start()));
  }

  Task<StoreResult<std::vector<Partition>>> load_partitions() override {
    std::vector<Partition> listed = {kOwner};
    if (new_after_ && lists_++ >= *new_after_) listed.push_back(kNew);
    co_return listed;
  }
  // Pages of two.
  Task<StoreResult<Page>> load_used(Partition, std::string begin) override {
    std::size_t first = begin.empty() ? 0 : std::stoul(begin);
    Page page;
    if (first == 0) ++passes_;
    if (first == 0) page.unreadable = unreadable_;
    if (first == 0) page.leaving = leaving_;
    for (std::size_t i = first; i < used_.size() && i < first + 2; ++i) {
      if (passes_ > missed_passes_ || used_[i].segment.id != moving_) page.used.push_back(used_[i]);
    }
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

  Sweeper::Stores stores() { return {meta_, blobs_, epochs_, *keyring_, readers_}; }
  ScrubReport scrub(Scrub::Options options = {}) {
    Scrub scrub(stores(), *this, sim_, options);
    ScrubReport report = sim_.run(scrub.run());
    EXPECT_TRUE(report.complete);
    EXPECT_EQ(report.found, report.findings.size());
    return report;
  }
  std::vector<std::pair<Kind, BlobId>> findings(const ScrubReport& report) {
    std::vector<std::pair<Kind, BlobId>> out;
    for (const auto& finding : report.findings) out.emplace_back(finding.kind, finding.id.value_or(BlobId{}));
    return out;
  }

  SimExecutor sim_{1};
  SeededRandom random_{2};
  SimulatedCluster cluster_{sim_, 3};
  std::unique_ptr<SimulatedClient> client_ = cluster_.connect(Faults{.short_page = 0.3, .empty_page = 0.2});
  Epochs epochs_{client_->meta(), random_, sim_, {.exclusive = true}};
  DamagedMeta meta_{client_->meta()};
  DamagedBlobs blobs_{client_->blobs()};
  Readers readers_;
  std::unique_ptr<Keyring> keyring_;
  std::shared_ptr<const Kek> kek_;
  std::vector<Used> used_;
  std::vector<BlobId> leaving_;
  std::vector<std::string> unreadable_;
  bool gone_meanwhile_ = false;
  std::optional<int> new_after_;  // so many lists of partitions do not have kNew yet
  int lists_ = 0;
  BlobId moving_;  // not met by the first `missed_passes_` readings of the metadata
  int missed_passes_ = 0;
  int passes_ = 0;
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

TEST_F(ScrubTest, WhatIsStillOpenIsMissingAllTheSame) {
  Segment gone = store(100), longer = store(200);
  for (const Segment& segment : {gone, longer}) blobs_.open[segment.id] = *cluster_.disk().find_blob(segment.id);
  cluster_.disk().remove_blob(gone.id);
  cluster_.disk().remove_blob(longer.id);
  ASSERT_TRUE(cluster_.disk().add_blob(longer.id, blobs_.open[longer.id] + "x"));
  ScrubReport report = scrub();
  ASSERT_THAT(findings(report), ElementsAre(Pair(Kind::Missing, gone.id), Pair(Kind::Damaged, longer.id)));
  EXPECT_THAT(report.findings[1].detail, testing::HasSubstr("233 bytes, and 232"));
}

// Only where the partition is gone nobody can refer to a blob any more; one that was made while we read is not gone.
TEST_F(ScrubTest, AnOrphanOfAPartitionThatIsNewIsCondemnedFirst) {
  Epochs::NewBlob made = epochs_.new_blob_id(kNew);
  ASSERT_TRUE(sim_.run(write(made.id, seal_bytes(*kek_, made.id, "content"))));
  made.in_flight.settle();
  made.in_flight = {};
  end_epoch();
  new_after_ = 1;
  EXPECT_THAT(findings(scrub({.repair = true})), ElementsAre(Pair(Kind::Orphan, made.id)));
  EXPECT_NE(cluster_.disk().find_blob(made.id), nullptr);
  Batch batch{.partition = kNew};
  add_reference(batch, {made.id, 7});
  EXPECT_FALSE(sim_.run(client_->meta().commit(std::move(batch))));
}

TEST_F(ScrubTest, GoesOnPastWhatCannotBeRead) {
  Segment bulk = store(100, Place::Bulk), blob = store(200), reference = store(300), flipped = store(400);
  meta_.keys = {bulk.id.bytes(), reference_key(reference.id)};
  blobs_.ids = {blob.id};
  cluster_.disk().flip_byte(flipped.id, 100);
  end_epoch();
  ScrubReport report = scrub({.repair = true});
  EXPECT_THAT(findings(report), ElementsAre(Pair(Kind::Damaged, bulk.id), Pair(Kind::Unreadable, blob.id),
                                            Pair(Kind::Unreadable, reference.id), Pair(Kind::Damaged, flipped.id),
                                            Pair(Kind::Unreadable, reference.id)));
  EXPECT_THAT(report.findings[0].detail, testing::HasSubstr("object 0"));
  EXPECT_THAT(report.findings[1].detail, testing::HasSubstr("Input/output error"));
  EXPECT_EQ(report.repaired, 0u);
  EXPECT_EQ(cluster_.disk().blobs().size(), 3u);
}

// What uses a blob may be among the rows that cannot be read: then no blob and no reference of theirs is garbage.
TEST_F(ScrubTest, NothingIsGarbageWhereRowsCannotBeRead) {
  Segment orphan = store(100), dangling = store(200), unused = store(300);
  used_.clear();
  erase_row(reference_key(orphan.id));
  cluster_.disk().remove_blob(dangling.id);
  end_epoch();
  std::size_t rows = cluster_.disk().scan({.partition = kOwner}, 1000).rows.size();

  unreadable_ = {"the row of object 7"};
  ScrubReport report = scrub({.repair = true});
  EXPECT_THAT(findings(report), ElementsAre(Pair(Kind::Unreadable, BlobId{}),
                                            Pair(Kind::DanglingReference, dangling.id), Pair(Kind::Orphan, orphan.id)));
  EXPECT_EQ(report.findings[0].detail, "the row of object 7");
  EXPECT_EQ(report.repaired, 0u);

  unreadable_.clear();
  meta_.row_class = static_cast<char>(RowClass::Reference);
  report = scrub({.repair = true});
  EXPECT_THAT(findings(report), ElementsAre(Pair(Kind::Unreadable, BlobId{}), Pair(Kind::Orphan, orphan.id)));
  EXPECT_EQ(report.repaired, 0u);
  EXPECT_EQ(cluster_.disk().scan({.partition = kOwner}, 1000).rows.size(), rows);

  meta_.row_class.reset();
  EXPECT_EQ(scrub({.repair = true}).repaired, 2u) << "they were garbage all the time";
  EXPECT_NE(cluster_.disk().find_blob(unused.id), nullptr);
}

TEST_F(ScrubTest, WhatIsBeingTakenApartIsUsed) {
  Segment leaving = store(100);
  used_.clear();
  leaving_ = {leaving.id};
  EXPECT_THAT(findings(scrub()), IsEmpty());
}

// A part becomes a version's, an older version the latest, while their rows are read: they are in no page.
TEST_F(ScrubTest, WhatMovesWhileWeReadIsUsed) {
  store(100);
  Segment moving = store(200);
  store(300);
  moving_ = moving.id;
  missed_passes_ = 1;
  EXPECT_THAT(findings(scrub({.repair = true})), IsEmpty());
  EXPECT_EQ(passes_, 2);
  cluster_.disk().remove_blob(moving.id);
  passes_ = 0;
  EXPECT_THAT(findings(scrub({.repair = true})), ElementsAre(Pair(Kind::Missing, moving.id)));
  Batch batch{.partition = kOwner};
  batch.requirements.push_back({reference_key(moving.id), std::nullopt});
  EXPECT_FALSE(sim_.run(client_->meta().commit(std::move(batch)))) << "the reference of a blob in use was removed";
  missed_passes_ = 100;
  EXPECT_THAT(findings(scrub()), ElementsAre(Pair(Kind::DanglingReference, moving.id)));
  EXPECT_LE(passes_, 6) << "some readings have to do";
}

TEST_F(ScrubTest, KeepsItsRateAndStops) {
  for (int i = 0; i < 10; ++i) store(100'000);
  microseconds begin = sim_.steady();
  scrub({.bytes_per_second = 100'000});
  EXPECT_GE(sim_.steady() - begin, seconds(10));
  EXPECT_LE(sim_.steady() - begin, seconds(11));
  used_.resize(1);
  used_[0].segment.size = 20'000'000'000'000;
  begin = sim_.steady();
  scrub({.bytes_per_second = 1'000'000'000'000});
  EXPECT_GE(sim_.steady() - begin, seconds(20)) << "of 20 TB at 1 TB a second";
  EXPECT_LE(sim_.steady() - begin, seconds(21));

  Scrub stopped(stores(), *this, sim_, {});
  stopped.stop();
  ScrubReport report = sim_.run(stopped.run());
  EXPECT_FALSE(report.complete);
  EXPECT_EQ(report.reason, "it was stopped");
  client_->link().set_available(false);
  Scrub failing(stores(), *this, sim_, {});
  report = sim_.run(failing.run());
  EXPECT_FALSE(report.complete);
  EXPECT_NE(report.reason, "");
  client_->link().set_available(true);
}

}  // namespace
}  // namespace skerry::storage
