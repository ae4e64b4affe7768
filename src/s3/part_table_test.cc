#include "s3/part_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "s3/details.h"
#include "s3/test_world.h"

namespace skerry::s3 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr keys::Stamp kStamp = 77;

class PartTableTest : public testing::Test {
 protected:
  // `count` parts of 10 bytes each, with the numbers 2, 4, 6 …
  void lay_out(std::uint32_t count) {
    std::vector<record::Part> parts;
    for (std::uint32_t i = 0; i < count; ++i) {
      storage::BlobId id{.epoch = 1, .owner = bucket_.partition()};
      id.unique[0] = static_cast<char>(i >> 8);
      id.unique[1] = static_cast<char>(i);
      record::Part& part = parts.emplace_back();
      part.set_number(2 * i + 2);
      part.set_size(10);
      part.set_blob_id(id.bytes());
      part.set_bulk(i == 0);
    }
    tables_ = lay_out_parts(std::move(parts), detail_);
    row_.set_stamp(kStamp);
    row_.set_size(count * 10);
    storage::Batch batch{.partition = bucket_.partition()};
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      std::string key = keys::parts("k", kStamp, detail_.chunks(static_cast<int>(i)).first_index());
      batch.puts.push_back({key, seal_message(bucket_, key, tables_[i], world_.random)});
    }
    if (!tables_.empty()) {
      ASSERT_TRUE(world_.sim.run(world_.meta().commit(std::move(batch))));
    }
  }

  PartTableReader reader() { return {world_.meta(), bucket_, "k", row_, detail_}; }
  PartTableReader::Range range(std::uint64_t offset, std::uint64_t length) {
    auto reader = this->reader();
    return world_.sim.run(reader.load_range(offset, length)).value().value();
  }
  PartTableReader::Page page(std::uint32_t after, std::size_t limit) {
    auto reader = this->reader();
    return world_.sim.run(reader.load_page(after, limit)).value().value();
  }
  std::optional<FoundPart> find(std::uint32_t number) {
    auto reader = this->reader();
    return world_.sim.run(reader.find(number)).value().value().part;
  }

  World world_;
  FoundBucket bucket_ = world_.make_bucket("parts");
  record::VersionRow row_;
  record::VersionDetail detail_;
  std::vector<record::PartTable> tables_;
};

TEST_F(PartTableTest, FewPartsLieInTheDetail) {
  lay_out(kPartsInDetailMax);
  EXPECT_THAT(tables_, IsEmpty());
  EXPECT_EQ(detail_.parts_size(), static_cast<int>(kPartsInDetailMax));
  auto read = range(25, 10);
  EXPECT_EQ(read.offset, 0u);
  EXPECT_THAT(read.segments, SizeIs(kPartsInDetailMax));
  EXPECT_EQ(read.segments[0].place, storage::Place::Bulk);
  EXPECT_EQ(read.segments[1].place, storage::Place::Blob);
  EXPECT_EQ(find(4)->offset, 10u);
  EXPECT_FALSE(find(5));
  EXPECT_FALSE(find(0));
}

TEST_F(PartTableTest, ARangeOfManyPartsLoadsTheChunksItTouches) {
  lay_out(10'000);
  EXPECT_THAT(tables_, SizeIs(40));
  EXPECT_THAT(detail_.parts(), IsEmpty());
  EXPECT_EQ(range(0, 100'000).segments.size(), 10'000u);
  auto one = range(2560, 2560);
  EXPECT_EQ(one.offset, 2560u);
  EXPECT_THAT(one.segments, SizeIs(256));
  auto two = range(2559, 2);
  EXPECT_EQ(two.offset, 0u);
  EXPECT_THAT(two.segments, SizeIs(512));
  EXPECT_EQ(range(99'999, 1).segments.size(), 10'000u % 256);
}

TEST_F(PartTableTest, PagesAndNumbersAreFoundAcrossChunks) {
  lay_out(1000);
  EXPECT_EQ(find(2000)->offset, 9990u);
  EXPECT_EQ(find(514)->offset, 2560u);
  EXPECT_FALSE(find(513));
  EXPECT_FALSE(find(2002));
  auto across = page(510, 3);
  ASSERT_THAT(across.parts, SizeIs(3));
  EXPECT_EQ(across.parts[0].part.number(), 512u);
  EXPECT_EQ(across.parts[1].part.number(), 514u);
  EXPECT_EQ(across.parts[2].offset, 2570u);
  EXPECT_TRUE(across.truncated);
  EXPECT_FALSE(page(1994, 3).truncated);
  EXPECT_TRUE(page(1992, 3).truncated);
  EXPECT_TRUE(page(506, 3).truncated);  // ends with its chunk
  EXPECT_THAT(page(2000, 3).parts, IsEmpty());
  EXPECT_FALSE(page(0, 0).truncated);
}

TEST_F(PartTableTest, AVersionThatHasGoneIsToldFromADamagedOne) {
  lay_out(1000);
  std::string key = keys::parts("k", kStamp, 256);
  storage::Batch erase{.partition = bucket_.partition(), .erases = {key}};
  ASSERT_TRUE(world_.sim.run(world_.meta().commit(std::move(erase))));
  auto reader = this->reader();
  EXPECT_FALSE(world_.sim.run(reader.load_range(2560, 1)).value());
  EXPECT_TRUE(world_.sim.run(reader.load_range(0, 1)).value());
  // A chunk that was moved into the place of another does not open.
  std::string other = keys::parts("k", kStamp, 0);
  storage::Batch move{.partition = bucket_.partition()};
  move.puts.push_back({key, *world_.cluster.disk().find(bucket_.partition(), other)});
  ASSERT_TRUE(world_.sim.run(world_.meta().commit(std::move(move))));
  EXPECT_FALSE(world_.sim.run(reader.load_range(2560, 1)));
}

}  // namespace
}  // namespace skerry::s3
