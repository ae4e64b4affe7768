#include "storage/local/space_guard.h"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include "base/loop_executor.h"
#include "storage/local/local_store.h"
#include "storage/local/test_folder.h"

namespace skerry::storage::local {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr Partition kPartition{1000};
using Level = SpaceGuard::Level;

TEST(SpaceGuard, StopsPutsThenGivesItsReserveThenStopsAll) {
  TestFolder folder;
  const std::string file = folder.path() + "/reserve";
  std::uint64_t available = 1000 * kMiB;
  SpaceGuard guard(file, 16 * kMiB, [&] { return available; });
  EXPECT_EQ(std::filesystem::file_size(file), 16 * kMiB);
  EXPECT_EQ(guard.refresh(), Level::Free);
  available = 16 * kMiB - 1;
  EXPECT_EQ(guard.refresh(), Level::Low);
  EXPECT_TRUE(std::filesystem::exists(file));
  available = 4 * kMiB - 1;
  EXPECT_EQ(guard.refresh(), Level::Low);
  EXPECT_FALSE(std::filesystem::exists(file));
  available = 19 * kMiB;  // what it gave back is no reason to go on with puts
  EXPECT_EQ(guard.refresh(), Level::Low);
  available = kMiB - 1;
  EXPECT_EQ(guard.refresh(), Level::Exhausted);
  available = 36 * kMiB - 1;  // the reserve, what puts need, and a margin
  EXPECT_EQ(guard.refresh(), Level::Low);
  available = 36 * kMiB;
  EXPECT_EQ(guard.refresh(), Level::Free);
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST(SpaceGuard, ComesBackWithAMargin) {
  TestFolder folder;
  std::uint64_t available = 100 * kMiB;
  SpaceGuard guard(folder.path() + "/reserve", 16 * kMiB, [&] { return available; });
  available = 15 * kMiB;
  EXPECT_EQ(guard.refresh(), Level::Low);
  available = 20 * kMiB - 1;
  EXPECT_EQ(guard.refresh(), Level::Low);
  available = 20 * kMiB;
  EXPECT_EQ(guard.refresh(), Level::Free);
}

TEST(SpaceGuard, SaysWhenThereIsNoRoomToCompact) {
  TestFolder folder;
  std::uint64_t available = 1000 * kMiB;
  SpaceGuard guard(folder.path() + "/reserve", 16 * kMiB, [&] { return available; });
  guard.refresh();
  EXPECT_TRUE(guard.is_roomy());
  available = 64 * kMiB - 1;
  EXPECT_EQ(guard.refresh(), Level::Free);
  EXPECT_FALSE(guard.is_roomy());
  available = 80 * kMiB - 1;
  guard.refresh();
  EXPECT_FALSE(guard.is_roomy());
  available = 80 * kMiB;
  guard.refresh();
  EXPECT_TRUE(guard.is_roomy());
}

TEST(SpaceGuard, KnowsWhatShrinks) {
  const Batch erase{.partition = kPartition, .puts = {{"removal", "1"}}, .erases = {"k"}};
  const Batch marker{.partition = kPartition, .puts = {{"k", std::string(300, 'm')}, {"v", std::string(300, 'm')}}};
  const Batch body{.partition = kPartition, .erases = {"k"}, .bulk_puts = {{"b", "1"}}};
  const Batch large{.partition = kPartition, .puts = {{"k", std::string(3000, 'x')}}, .erases = {"a"}};
  EXPECT_TRUE(SpaceGuard::admits(Level::Low, erase));
  EXPECT_TRUE(SpaceGuard::admits(Level::Low, marker));
  EXPECT_FALSE(SpaceGuard::admits(Level::Low, body));
  EXPECT_FALSE(SpaceGuard::admits(Level::Low, large));
  EXPECT_TRUE(SpaceGuard::admits(Level::Free, large));
  EXPECT_FALSE(SpaceGuard::admits(Level::Exhausted, erase));
}

class FullDisk : public ::testing::Test {
 protected:
  void open(LocalStore::Options options) { store_ = std::move(LocalStore::open(std::move(options)).value()); }
  StoreErrc error_of(Batch batch) {
    auto result = loop_.run(store_->meta().commit(std::move(batch)));
    return result ? StoreErrc::Exists : result.error().errc;  // Exists: none
  }
  StoreResult<void> write_blob(BlobId id, std::size_t mib) {
    const std::string bytes(kMiB, 'x');
    auto writer = loop_.run(store_->blobs().create(id));
    if (!writer) return std::unexpected(writer.error());
    for (std::size_t i = 0; i < mib; ++i) {
      auto appended = loop_.run((*writer)->append(bytes));
      if (!appended) return appended;
    }
    return loop_.run((*writer)->seal());
  }
  static constexpr StoreErrc kNone = StoreErrc::Exists;

  LoopExecutor loop_;
  std::unique_ptr<LocalStore> store_;
};

TEST_F(FullDisk, RefusesPutsAndGoesOnDeletingUntilSpaceIsBack) {
  TestFolder folder;
  std::atomic<std::uint64_t> available{1000 * kMiB};
  open({.folder = folder.path(), .reserve_bytes = kMiB, .free_bytes = [&] { return available.load(); }});
  const Batch put{.partition = kPartition, .puts = {{"k", std::string(2000, 'x')}}, .bulk_puts = {{"b", "body"}}};
  EXPECT_EQ(error_of(put), kNone);
  ASSERT_TRUE(write_blob({.epoch = 1}, 1).has_value());

  available = kMiB / 2;
  EXPECT_EQ(error_of(put), StoreErrc::NoSpace);
  EXPECT_EQ(write_blob({.epoch = 2}, 1).error().errc, StoreErrc::NoSpace);
  EXPECT_FALSE(store_->stats().accepting);
  EXPECT_EQ(loop_.run(store_->meta().get_bulk(kPartition, "b")).value(), "body");
  EXPECT_EQ(error_of({.partition = kPartition, .erases = {"k"}, .bulk_erases = {"b"}}), kNone);
  EXPECT_TRUE(loop_.run(store_->blobs().remove({.epoch = 1})).has_value());
  EXPECT_EQ(loop_.run(store_->meta().get(kPartition, "k")).value(), std::nullopt);
  EXPECT_TRUE(loop_.run(store_->blobs().epochs()).value().empty());

  // The last of the reserve is for the log: torn, it would have to be opened again on a disk that is full.
  available = 0;
  EXPECT_EQ(error_of({.partition = kPartition, .erases = {"k"}}), StoreErrc::NoSpace);
  auto erased = loop_.run(store_->meta().erase_partition(kPartition));
  ASSERT_FALSE(erased.has_value());
  EXPECT_EQ(erased.error().errc, StoreErrc::NoSpace);

  available = 1000 * kMiB;
  EXPECT_EQ(error_of(put), kNone);
  EXPECT_TRUE(write_blob({.epoch = 2}, 1).has_value());
  EXPECT_TRUE(store_->stats().accepting);
}

TEST_F(FullDisk, TheReserveIsThereForAStartToo) {
  TestFolder folder;
  std::atomic<std::uint64_t> available{1000 * kMiB};
  const LocalStore::Options options{
      .folder = folder.path(), .reserve_bytes = kMiB, .free_bytes = [&] { return available.load(); }};
  open(options);
  store_.reset();
  const std::string reserve = folder.path() + "/reserve";
  available = kMiB / 2;
  open(options);
  EXPECT_TRUE(std::filesystem::exists(reserve)) << "what is left beside it is enough";
  store_.reset();
  available = 0;
  open(options);
  EXPECT_FALSE(std::filesystem::exists(reserve));
}

TEST_F(FullDisk, AndOnADiskThatIsReallyFull) {
  TestFolder folder;
  if (::mount("skerry-test", folder.path().c_str(), "tmpfs", 0, "size=64m") != 0) {
    GTEST_SKIP() << "mounting a small file system needs root: " << ::strerror(errno);
  }
  struct Unmount {
    std::string path;
    ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
  } unmount{folder.path()};
  open({.folder = folder.path() + "/data", .memory_bytes = 16 * kMiB, .reserve_bytes = 8 * kMiB});

  const std::string value(60'000, 'v');
  int rows = 0;
  auto put_until_refused = [&] {
    int before = rows;
    StoreErrc errc;
    while ((errc = error_of({.partition = kPartition, .bulk_puts = {{std::to_string(rows), value}}})) == kNone) ++rows;
    EXPECT_EQ(errc, StoreErrc::NoSpace);
    return rows > before;
  };
  // Jobs that were under way may give some space back when they end; no compaction begins now.
  while (put_until_refused()) {
    while (store_->stats().background_jobs > 0) std::this_thread::yield();
  }
  EXPECT_GT(rows, 100);
  EXPECT_EQ(write_blob({.epoch = 1}, 1).error().errc, StoreErrc::NoSpace);
  // Someone else takes what was left for us: the reserve goes, deletes go on.
  const std::string filler = folder.path() + "/filler";
  {
    std::ofstream(filler) << std::string(16 * kMiB, 'f');
  }
  for (int i = 0; i < rows; ++i) {
    ASSERT_EQ(error_of({.partition = kPartition, .bulk_erases = {std::to_string(i)}}), kNone) << i;
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/data/reserve"));
  std::filesystem::remove(filler);
  ASSERT_TRUE(loop_.run(store_->compact(kPartition)).has_value());
  while (error_of({.partition = kPartition, .bulk_puts = {{"again", value}}}) == StoreErrc::NoSpace) {
    // obsolete files are deleted in the background
  }
  EXPECT_TRUE(store_->stats().accepting);
  EXPECT_TRUE(std::filesystem::exists(folder.path() + "/data/reserve"));
  EXPECT_EQ(loop_.run(store_->meta().get_bulk(kPartition, "again")).value(), value);
  store_.reset();
}

}  // namespace
}  // namespace skerry::storage::local
