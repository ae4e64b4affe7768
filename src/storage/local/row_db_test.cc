#include "storage/local/row_db.h"

#include <gtest/gtest.h>

#include "storage/local/test_folder.h"

namespace skerry::storage::local {
namespace {

constexpr Partition kPartition{1000};

class RowDbTest : public ::testing::Test {
 protected:
  void write(const Batch& batch) {
    changes_.clear();
    changes_.add(*db_, batch);
    ASSERT_TRUE(db_->write(changes_).has_value());
  }
  std::size_t files_bytes() const {
    std::size_t sum = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path() + "/meta")) {
      std::error_code gone;  // RocksDB removes what it is done with meanwhile
      const auto size = file.file_size(gone);
      if (!gone) sum += size;
    }
    return sum;
  }

  TestFolder folder_;
  std::unique_ptr<RowDb> db_ =
      std::move(RowDb::open({.folder = folder_.path() + "/meta", .memory_bytes = 32 << 20, .log = {}}).value());
  RowDb::Changes changes_;
};

TEST_F(RowDbTest, AfterMassRemovalAndCompactionReadsPassNothing) {
  constexpr int kGone = 200'000;
  auto key = [](int i) { return fmt::format("{:07}", i); };
  for (int i = 0; i < kGone;) {
    Batch batch{.partition = kPartition};
    for (int end = i + 5000; i < end; ++i) batch.puts.push_back({key(i), std::string(100, 'v')});
    write(batch);
  }
  Batch kept{.partition = kPartition};
  for (int i = 0; i < 10; ++i) kept.puts.push_back({key(kGone + i), "kept"});
  write(kept);
  Batch neighbour{.partition = Partition{1001}, .puts = {{"n", "1"}}};
  write(neighbour);
  for (int i = 0; i < kGone;) {
    Batch batch{.partition = kPartition};
    for (int end = i + 5000; i < end; ++i) batch.erases.push_back(key(i));
    write(batch);
  }
  // A scan from memory gives up over so many removals ...
  EXPECT_FALSE(db_->scan({.partition = kPartition}, 100, MayWait::No).has_value());
  ASSERT_TRUE(db_->compact(kPartition).has_value());
  ASSERT_TRUE(db_->scan({.partition = kPartition}, 100, MayWait::Yes).has_value());  // brings the blocks to memory
  // ... and afterwards meets none of them.
  auto page = db_->scan({.partition = kPartition}, 100, MayWait::No);
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ((*page)->rows, kept.puts);
  EXPECT_EQ((*page)->next, std::nullopt);
  EXPECT_EQ(**db_->get(Family::Rows, kPartition, key(5), MayWait::No), std::nullopt);
  EXPECT_EQ(**db_->get(Family::Rows, Partition{1001}, "n", MayWait::Yes), "1");
}

TEST_F(RowDbTest, BulkValuesGiveTheirSpaceBack) {
  Batch erase{.partition = kPartition};
  for (int i = 0; i < 2000;) {
    Batch batch{.partition = kPartition};
    for (int end = i + 50; i < end; ++i) {
      batch.bulk_puts.push_back({std::to_string(i), std::string(20'000, 'b')});
      erase.bulk_erases.push_back(std::to_string(i));
    }
    write(batch);
  }
  EXPECT_GT(files_bytes(), 40'000'000u);
  write(erase);
  ASSERT_TRUE(db_->compact(kPartition).has_value());
  db_.reset();  // ends the deletion of files in the background, and the log
  db_ = std::move(RowDb::open({.folder = folder_.path() + "/meta", .memory_bytes = 32 << 20, .log = {}}).value());
  EXPECT_LT(files_bytes(), 1'000'000u);
}

TEST_F(RowDbTest, AReadThatNeedsTheDiskSaysSo) {
  write({.partition = kPartition, .puts = {{"k", "v"}}, .bulk_puts = {{"b", std::string(5000, 'b')}}});
  ASSERT_TRUE(db_->compact(kPartition).has_value());
  db_.reset();
  db_ = std::move(RowDb::open({.folder = folder_.path() + "/meta", .memory_bytes = 32 << 20, .log = {}}).value());
  EXPECT_FALSE(db_->get(Family::Rows, kPartition, "k", MayWait::No).has_value());
  EXPECT_FALSE(db_->get(Family::Bulk, kPartition, "b", MayWait::No).has_value());
  EXPECT_FALSE(db_->scan({.partition = kPartition}, 10, MayWait::No).has_value());
  EXPECT_EQ(**db_->get(Family::Rows, kPartition, "k", MayWait::Yes), "v");
  EXPECT_EQ(**db_->get(Family::Bulk, kPartition, "b", MayWait::Yes), std::string(5000, 'b'));
  EXPECT_EQ(**db_->get(Family::Rows, kPartition, "k", MayWait::No), "v");
  EXPECT_EQ(**db_->get(Family::Bulk, kPartition, "b", MayWait::No), std::string(5000, 'b'));
  EXPECT_TRUE(db_->scan({.partition = kPartition}, 10, MayWait::No).has_value());
}

TEST_F(RowDbTest, APageIsBoundedInBytes) {
  Batch batch{.partition = kPartition};
  for (int i = 0; i < 100; ++i) batch.puts.push_back({fmt::format("{:03}", i), std::string(64 << 10, 'v')});
  write(batch);
  auto page = *db_->scan({.partition = kPartition}, 100, MayWait::Yes);
  EXPECT_EQ(page->rows.size(), 16u);
  EXPECT_EQ(page->next, "016");
}

}  // namespace
}  // namespace skerry::storage::local
