#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sim_executor.h"
#include "storage/simulated/simulated_client.h"

namespace skerry::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

BlobId id(Epoch epoch, char name) {
  BlobId id{.epoch = epoch, .owner = Partition{1000}};
  id.unique.fill(name);
  return id;
}

class SimulatedBlobs : public testing::Test {
 protected:
  std::unique_ptr<BlobWriter> begin(BlobId id, std::string_view bytes) {
    auto writer = sim_.run(blobs_.create(id));
    EXPECT_TRUE(writer);
    EXPECT_TRUE(sim_.run((*writer)->append(bytes)));
    return std::move(*writer);
  }
  void write(BlobId id, std::string_view bytes) { ASSERT_TRUE(sim_.run(begin(id, bytes)->seal())); }
  std::string read(BlobId id, std::uint64_t offset, std::size_t length) {
    std::string into(length, '?');
    auto count = sim_.run(blobs_.read(id, offset, into));
    if (!count) return count.error().errc == StoreErrc::NotFound ? "NotFound" : "failed";
    return into.substr(0, *count);
  }
  std::vector<BlobId> list(Epoch epoch, std::optional<BlobId> after = {}, std::size_t limit = 1000) {
    return sim_.run(blobs_.list(epoch, after, limit)).value();
  }

  SimExecutor sim_{1};
  SimulatedCluster cluster_{sim_, 1};
  std::unique_ptr<SimulatedClient> client_ = cluster_.connect();
  BlobStore& blobs_ = client_->blobs();
  Link& link_ = client_->link();
};

TEST_F(SimulatedBlobs, GivesBackWhatWasSealed) {
  write(id(1, 'a'), "hello world");
  EXPECT_EQ(read(id(1, 'a'), 0, 100), "hello world");
  EXPECT_EQ(read(id(1, 'a'), 6, 3), "wor");
  EXPECT_EQ(read(id(1, 'a'), 11, 3), "");
  EXPECT_EQ(read(id(1, 'a'), 99, 3), "");
  EXPECT_EQ(sim_.run(blobs_.size(id(1, 'a'))).value(), 11u);
  EXPECT_EQ(read(id(2, 'a'), 0, 100), "NotFound");
  EXPECT_EQ(sim_.run(blobs_.size(id(2, 'a'))).error().errc, StoreErrc::NotFound);
  EXPECT_EQ(sim_.run(blobs_.create(id(1, 'a'))).error().errc, StoreErrc::Exists);
}

TEST_F(SimulatedBlobs, NobodySeesABlobBeforeItIsSealed) {
  auto writer = begin(id(1, 'a'), "hello");
  EXPECT_EQ(read(id(1, 'a'), 0, 100), "NotFound");
  EXPECT_THAT(list(1), IsEmpty());
  writer.reset();
  EXPECT_EQ(read(id(1, 'a'), 0, 100), "NotFound");
  EXPECT_EQ(cluster_.disk().used_bytes(), 0u);
}

TEST_F(SimulatedBlobs, APowerCutTakesWhatIsNotSealed) {
  write(id(1, 'a'), "sealed");
  auto writer = begin(id(1, 'b'), "not yet");
  client_->power_cut();
  EXPECT_EQ(sim_.run(writer->seal()).error().errc, StoreErrc::Unavailable);
  auto again = cluster_.connect();
  EXPECT_THAT(sim_.run(again->blobs().list(1, {}, 10)).value(), ElementsAre(id(1, 'a')));
}

TEST_F(SimulatedBlobs, ASealWhoseAnswerIsLostIsDurable) {
  auto writer = begin(id(1, 'a'), "hello");
  link_.lose_next(Link::Way::Answer);
  EXPECT_EQ(sim_.run(writer->seal()).error().errc, StoreErrc::Unavailable);
  EXPECT_EQ(read(id(1, 'a'), 0, 100), "hello");
}

TEST_F(SimulatedBlobs, ListsAnEpochInPiecesAndTheEpochs) {
  for (char name : {'c', 'a', 'b'}) write(id(2, name), "x");
  write(id(1, 'z'), "x");
  write(id(3, 'a'), "x");
  EXPECT_THAT(list(2), ElementsAre(id(2, 'a'), id(2, 'b'), id(2, 'c')));
  EXPECT_THAT(list(2, id(2, 'a'), 1), ElementsAre(id(2, 'b')));
  EXPECT_THAT(list(2, id(2, 'c')), IsEmpty());
  EXPECT_THAT(list(7), IsEmpty());
  EXPECT_THAT(sim_.run(blobs_.epochs()).value(), ElementsAre(1u, 2u, 3u));
}

TEST_F(SimulatedBlobs, RemovesAndGivesTheSpaceBackAndMayBeToldTwice) {
  write(id(1, 'a'), "hello");
  EXPECT_EQ(cluster_.disk().used_bytes(), 5u);
  EXPECT_TRUE(sim_.run(blobs_.remove(id(1, 'a'))));
  EXPECT_TRUE(sim_.run(blobs_.remove(id(1, 'a'))));
  EXPECT_EQ(cluster_.disk().used_bytes(), 0u);
  EXPECT_EQ(read(id(1, 'a'), 0, 1), "NotFound");
  EXPECT_THAT(sim_.run(blobs_.epochs()).value(), IsEmpty());
}

TEST_F(SimulatedBlobs, WithoutSpaceNothingIsWrittenAndRemovalWorks) {
  write(id(1, 'a'), "hello");
  cluster_.disk().limit_space(7);
  auto writer = sim_.run(blobs_.create(id(1, 'b'))).value();
  EXPECT_EQ(sim_.run(writer->append("xyz")).error().errc, StoreErrc::NoSpace);
  writer.reset();
  EXPECT_TRUE(sim_.run(blobs_.remove(id(1, 'a'))));
  write(id(1, 'c'), "xyz");
}

TEST_F(SimulatedBlobs, GivesAFlippedByteAsADiskWould) {
  write(id(1, 'a'), "hello");
  cluster_.disk().flip_byte(id(1, 'a'), 1);
  std::string bytes = read(id(1, 'a'), 0, 5);
  EXPECT_NE(bytes[1], 'e');
  bytes[1] = 'e';
  EXPECT_EQ(bytes, "hello");
}

TEST_F(SimulatedBlobs, TellsWhoBreaksTheRules) {
  Witness& witness = cluster_.witness();
  witness.on_violation(Witness::OnViolation::Record);
  auto writer = begin(id(1, 'a'), "hello");
  auto second = sim_.run(blobs_.create(id(1, 'a')));
  EXPECT_EQ(witness.violations().size(), 1u) << "an id is written twice";
  ASSERT_TRUE(sim_.run(writer->seal()));
  (void)sim_.run(writer->append("more"));
  EXPECT_EQ(witness.violations().size(), 2u) << "append after seal";
  link_.lose_next(Link::Way::Request);
  EXPECT_FALSE(sim_.run((*second)->append("x")));
  EXPECT_EQ(witness.violations().size(), 2u);
  (void)sim_.run((*second)->append("x"));
  EXPECT_EQ(witness.violations().size(), 3u) << "append after an error";
}

}  // namespace
}  // namespace skerry::storage
