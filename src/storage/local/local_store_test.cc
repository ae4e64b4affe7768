#include "storage/local/local_store.h"

#include <unistd.h>

#include <filesystem>

#include "base/loop_executor.h"
#include "storage/local/test_folder.h"
#include "storage/store_contract.h"

namespace skerry::storage {
namespace {

using local::LocalStore;
using local::OpenErrc;
using local::TestFolder;

class LocalHarness final : public StoreHarness {
 public:
  LocalHarness() { open(); }
  MetaStore& meta() override { return store_->meta(); }
  BlobStore& blobs() override { return store_->blobs(); }
  void run(Task<> task) override { loop_.run(std::move(task)); }
  void reopen() override {
    store_.reset();
    open();
  }

 private:
  void open() {
    auto opened = LocalStore::open({.folder = folder_.path(), .reserve_bytes = 1 << 20});
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::move(*opened);
  }

  TestFolder folder_;
  LoopExecutor loop_;
  std::unique_ptr<LocalStore> store_;
};

std::unique_ptr<StoreHarness> make_local() { return std::make_unique<LocalHarness>(); }

}  // namespace

INSTANTIATE_TEST_SUITE_P(Local, MetaContract, ::testing::Values(StoreFactory(make_local)));
INSTANTIATE_TEST_SUITE_P(Local, BlobContract, ::testing::Values(StoreFactory(make_local)));

namespace local {
namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(LocalStore, ASecondServerIsToldWhoHasTheFolder) {
  TestFolder folder;
  auto first = LocalStore::open({.folder = folder.path()});
  ASSERT_TRUE(first.has_value());
  auto second = LocalStore::open({.folder = folder.path()});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().errc, OpenErrc::Locked);
  EXPECT_THAT(second.error().message, ::testing::HasSubstr(fmt::format("process {}", ::getpid())));
  first->reset();
  EXPECT_TRUE(LocalStore::open({.folder = folder.path()}).has_value());
}

TEST(LocalStore, ANewerFormatIsRefusedAndLeftAlone) {
  TestFolder folder;
  ASSERT_TRUE(LocalStore::open({.folder = folder.path()}).has_value());
  EXPECT_EQ(contents(folder.path() + "/format"), "skerry 1\n");
  std::ofstream(folder.path() + "/format") << "skerry 2\n";
  auto opened = LocalStore::open({.folder = folder.path()});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().errc, OpenErrc::NewerFormat);
  EXPECT_THAT(opened.error().message, ::testing::HasSubstr("newer version (format 2; this one reads up to 1)"));
  EXPECT_EQ(contents(folder.path() + "/format"), "skerry 2\n");
}

TEST(LocalStore, WhatIsNotOursIsRefused) {
  for (const char* line : {"", "skerry", "skerry x", "skerry 1x", "skerry 0", "skerry -1", "mongo 1"}) {
    TestFolder folder;
    std::filesystem::create_directories(folder.path());
    std::ofstream(folder.path() + "/format") << line << "\n";
    auto opened = LocalStore::open({.folder = folder.path()});
    ASSERT_FALSE(opened.has_value()) << line;
    EXPECT_EQ(opened.error().errc, OpenErrc::Foreign) << line;
  }
  TestFolder folder;
  std::filesystem::create_directories(folder.path() + "/meta");
  EXPECT_EQ(LocalStore::open({.folder = folder.path()}).error().errc, OpenErrc::Foreign);
}

TEST(LocalStore, ADamagedDatabaseIsNamedWithWhatToDo) {
  TestFolder folder;
  ASSERT_TRUE(LocalStore::open({.folder = folder.path()}).has_value());
  std::ofstream(folder.path() + "/meta/CURRENT") << "nonsense\n";
  auto opened = LocalStore::open({.folder = folder.path()});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().errc, OpenErrc::Corrupt);
  EXPECT_THAT(opened.error().message, ::testing::HasSubstr(folder.path() + "/meta"));
  EXPECT_THAT(opened.error().message, ::testing::HasSubstr("backup"));
}

// A disk that was not mounted, or a backup half put back. An empty database in its place would take all blobs for
// orphans.
TEST(LocalStore, AFolderWithoutItsDatabaseIsRefusedAndLeftAlone) {
  for (bool mount_point : {false, true}) {
    for (bool large : {false, true}) {
      TestFolder folder;
      const std::string blob = folder.path() + "/blobs/00000001/aa/some";
      ASSERT_TRUE(LocalStore::open({.folder = folder.path(), .reserve_bytes = large ? 0u : 4096u}).has_value());
      if (large) std::filesystem::create_directories(blob);
      std::filesystem::remove_all(folder.path() + "/meta");
      if (mount_point) std::filesystem::create_directories(folder.path() + "/meta");
      auto opened = LocalStore::open({.folder = folder.path(), .reserve_bytes = 4096});
      ASSERT_FALSE(opened.has_value());
      EXPECT_EQ(opened.error().errc, OpenErrc::Corrupt);
      EXPECT_THAT(opened.error().message, ::testing::HasSubstr(folder.path() + "/meta"));
      EXPECT_EQ(std::filesystem::exists(folder.path() + "/meta/CURRENT"), false);
      EXPECT_EQ(std::filesystem::exists(blob), large);
    }
  }
}

TEST(LocalStore, AFirstStartThatDiedIsBegunAgain) {
  TestFolder folder;
  std::ofstream(folder.path() + "/format") << "skerry 1\n";
  std::filesystem::create_directories(folder.path() + "/meta");
  std::filesystem::create_directories(folder.path() + "/blobs");
  EXPECT_TRUE(LocalStore::open({.folder = folder.path()}).has_value());
}

TEST(LocalStore, TheFolderIsForItsOwnerOnly) {
  TestFolder folder;
  const std::string path = folder.path() + "/deeper/still";
  auto store = LocalStore::open({.folder = path});
  ASSERT_TRUE(store.has_value());
  using std::filesystem::perms;
  for (const char* child : {"", "/meta", "/blobs", "/tmp"}) {
    EXPECT_EQ(std::filesystem::status(path + child).permissions(), perms::owner_all) << child;
  }
}

}  // namespace
}  // namespace local
}  // namespace skerry::storage
