#include "storage/local/local_blobs.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/gate.h"
#include "base/loop_executor.h"
#include "base/random.h"
#include "storage/local/blob_folders.h"
#include "storage/local/test_folder.h"

namespace skerry::storage::local {
namespace {

BlobId id_of(unsigned char number, Epoch epoch = 1) {
  BlobId id{.epoch = epoch, .owner = Partition{1000}};
  id.unique.fill(static_cast<char>(number));
  return id;
}

std::shared_ptr<OpenBlob> open_null() { return std::make_shared<OpenBlob>(Fd(::dup(0)), 0); }

TEST(OpenBlobs, KeepsTheLatestUsed) {
  OpenBlobs open(2);
  for (unsigned char i : {1, 2}) open.put(id_of(i), open.mark(id_of(i)), open_null());
  EXPECT_NE(open.find(id_of(1)), nullptr);
  open.put(id_of(3), open.mark(id_of(3)), open_null());
  EXPECT_EQ(open.find(id_of(2)), nullptr);
  EXPECT_NE(open.find(id_of(1)), nullptr);
  EXPECT_NE(open.find(id_of(3)), nullptr);
  EXPECT_EQ(open.size(), 2u);
}

TEST(OpenBlobs, ARemovedBlobIsNotKeptByALateOpening) {
  OpenBlobs open(2);
  const std::uint64_t mark = open.mark(id_of(1));
  open.remove(id_of(1));
  open.put(id_of(1), mark, open_null());
  EXPECT_EQ(open.find(id_of(1)), nullptr);
  EXPECT_EQ(open.size(), 0u);
}

TEST(OpenBlobs, AReaderThatHoldsOneReadsOn) {
  OpenBlobs open(1);
  open.put(id_of(1), open.mark(id_of(1)), open_null());
  auto held = open.find(id_of(1));
  open.remove(id_of(1));
  EXPECT_EQ(open.find(id_of(1)), nullptr);
  EXPECT_GE(::fcntl(held->fd.get(), F_GETFD), 0);
}

// A folder that is pruned and made again while somebody makes it durable is another one: that it is durable nobody
// knows.
TEST(BlobFolders, WhatIsPrunedWhileItIsMadeIsNotTakenForDurable) {
  TestFolder folder;
  const BlobId id = id_of(1);
  int syncs = 0;
  std::function<void(const std::string&)> meanwhile = [](const std::string&) {};
  BlobFolders folders(folder.path(), [&](const std::string& path) -> StoreResult<void> {
    ++syncs;
    meanwhile(path);
    return {};
  });
  meanwhile = [&](const std::string& path) {
    if (path != folder.path() + "/00000001") return;
    folders.prune(id);
    std::filesystem::create_directories(folders.folder_of(id));  // by another writer, who has not come to sync it
  };
  ASSERT_TRUE(folders.ensure(id).has_value());
  meanwhile = [](const std::string&) {};
  syncs = 0;
  ASSERT_TRUE(folders.ensure(id).has_value());
  EXPECT_GT(syncs, 0) << "what a crash may take away is relied on";
  syncs = 0;
  ASSERT_TRUE(folders.ensure(id).has_value());
  EXPECT_EQ(syncs, 0);
}

class LocalBlobsTest : public ::testing::Test {
 protected:
  LocalBlobsTest() {
    std::filesystem::create_directories(root_);
    std::filesystem::create_directories(temporary_);
    make();
  }
  void make() { blobs_.emplace(LocalBlobs::Options{root_, temporary_, 4}, space_, readers_, writers_); }
  StoreResult<void> write(BlobId id, std::string_view bytes) {
    auto writer = loop_.run(blobs_->create(id)).value();
    auto appended = loop_.run(writer->append(bytes));
    return appended ? loop_.run(writer->seal()) : appended;
  }
  StoreResult<std::string> read(BlobId id) {
    std::string into(1 << 20, '\0');
    auto n = loop_.run(blobs_->read(id, 0, into));
    if (!n) return std::unexpected(n.error());
    return into.substr(0, *n);
  }
  // Relative to the folder of blobs; directories end with a slash.
  std::vector<std::string> on_disk() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      out.push_back(std::filesystem::relative(entry.path(), folder_.path()).string() +
                    (entry.is_directory() ? "/" : ""));
    }
    std::ranges::sort(out);
    return out;
  }
  static std::size_t descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
    return count;
  }

  TestFolder folder_;
  const std::string root_ = folder_.path() + "/blobs";
  const std::string temporary_ = folder_.path() + "/tmp";
  SpaceGuard space_{folder_.path() + "/reserve", 0, [] { return UINT64_MAX; }};
  LoopExecutor loop_;
  WorkerPool readers_{2, "readers"};
  WorkerPool writers_{2, "writers"};
  std::optional<LocalBlobs> blobs_;
};

TEST_F(LocalBlobsTest, AFileForEachBlobAndNothingElse) {
  const BlobId id = id_of(0xab, 0x12);
  ASSERT_TRUE(write(id, "bytes").has_value());
  EXPECT_THAT(on_disk(), ::testing::ElementsAre("blobs/", "blobs/00000012/", "blobs/00000012/ab/",
                                                "blobs/00000012/ab/" + id.text(), "tmp/"));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(root_ + "/00000012/ab/" + id.text()).permissions(),
            perms::owner_read | perms::owner_write);
  ASSERT_TRUE(loop_.run(blobs_->remove(id)).has_value());
  EXPECT_THAT(on_disk(), ::testing::ElementsAre("blobs/", "tmp/"));
  ASSERT_TRUE(write(id, "again").has_value());
  EXPECT_EQ(read(id).value(), "again");
}

TEST_F(LocalBlobsTest, WhatWasLeftAndWhatIsForeignIsNoBlob) {
  std::ofstream(temporary_ + "/" + id_of(1).text()) << "torn";
  std::filesystem::create_directories(root_ + "/00000001/01");
  std::filesystem::create_directories(root_ + "/lost+found");
  std::ofstream(root_ + "/00000001/01/README") << "not ours";
  std::ofstream(root_ + "/00000001/01/" + id_of(1, 2).text()) << "of another epoch";
  std::ofstream(root_ + "/00000001/01/" + id_of(2).text()) << "of another folder";
  std::ofstream(root_ + "/00000001/README") << "a file in the place of a folder";
  std::ofstream(root_ + "/00000002") << "the same";
  make();
  EXPECT_TRUE(std::filesystem::is_empty(temporary_));
  EXPECT_TRUE(loop_.run(blobs_->epochs()).value().empty());
  EXPECT_TRUE(loop_.run(blobs_->list(1, std::nullopt, 10)).value().empty());
  EXPECT_EQ(read(id_of(1)).error().errc, StoreErrc::NotFound);
}

// What somebody else did to the files: the descriptor that is still open must not hide it from who checks them.
TEST_F(LocalBlobsTest, SizeIsOfTheFileThatHasTheName) {
  const BlobId id = id_of(1);
  ASSERT_TRUE(write(id, "bytes").has_value());
  EXPECT_EQ(read(id).value(), "bytes");
  ASSERT_EQ(blobs_->open_count(), 1u);
  const std::string path = root_ + "/00000001/01/" + id.text();
  std::filesystem::resize_file(path, 7);
  EXPECT_EQ(loop_.run(blobs_->size(id)).value(), 7u);
  std::filesystem::remove(path);
  EXPECT_EQ(loop_.run(blobs_->size(id)).error().errc, StoreErrc::NotFound);
}

TEST_F(LocalBlobsTest, DescriptorsAreBounded) {
  for (unsigned char i = 0; i < 20; ++i) ASSERT_TRUE(write(id_of(i), std::string(1000, 'x')).has_value());
  const std::size_t before = descriptors();
  for (unsigned char i = 0; i < 20; ++i) EXPECT_EQ(read(id_of(i)).value().size(), 1000u);
  EXPECT_EQ(blobs_->open_count(), 4u);
  EXPECT_EQ(descriptors(), before + 4);
  for (unsigned char i = 0; i < 20; ++i) ASSERT_TRUE(loop_.run(blobs_->remove(id_of(i))).has_value());
  EXPECT_EQ(blobs_->open_count(), 0u);
  EXPECT_EQ(descriptors(), before);
}

TEST_F(LocalBlobsTest, FoldersComeAndGoUnderConcurrentUse) {
  // All in one shard, so that a removal often prunes what a writer has just made.
  auto work = [](LocalBlobs& blobs, std::uint64_t seed) -> Task<> {
    SeededRandom random(seed);
    for (int i = 0; i < 20; ++i) {
      BlobId id{.epoch = 1, .owner = Partition{seed}};
      random.fill(id.unique);
      id.unique[0] = 's';
      auto writer = co_await blobs.create(id);
      const std::string bytes = random.bytes(100);
      auto appended = co_await (*writer)->append(bytes);
      EXPECT_TRUE(appended.has_value());
      auto sealed = co_await (*writer)->seal();
      EXPECT_TRUE(sealed.has_value()) << sealed.error().detail;
      std::string into(100, '\0');
      auto read = co_await blobs.read(id, 0, into);
      EXPECT_TRUE(read.has_value());
      EXPECT_EQ(into, bytes);
      auto removed = co_await blobs.remove(id);
      EXPECT_TRUE(removed.has_value()) << removed.error().detail;
    }
  };
  auto scenario = [&]() -> Task<> {
    Gate gate;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) gate.spawn(work(*blobs_, seed));
    co_await gate.close();
  };
  loop_.run(scenario());
  EXPECT_THAT(on_disk(), ::testing::ElementsAre("blobs/", "tmp/"));
}

}  // namespace
}  // namespace skerry::storage::local
