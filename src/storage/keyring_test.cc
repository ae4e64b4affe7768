#include "storage/keyring.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "base/bytes.h"
#include "base/sim_executor.h"
#include "storage/row_class.h"
#include "storage/row_seal.h"
#include "storage/simulated/simulated_client.h"
#include "storage/simulated/simulated_cluster.h"

namespace skerry::storage {
namespace {

class KeyringTest : public testing::Test {
 protected:
  using Opened = std::expected<std::unique_ptr<Keyring>, KeyError>;

  KeyringTest() {
    std::string path = (std::filesystem::temp_directory_path() / "keyring_test.XXXXXX").string();
    directory_ = ::mkdtemp(path.data());
  }
  ~KeyringTest() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path key_file() const { return directory_ / "master.key"; }
  MasterKeyOrigin origin() const { return {MasterKeyOrigin::Kind::File, key_file().string()}; }

  Opened open(MasterKeyOrigin from) { return sim_.run(Keyring::open(client_->meta(), random_, sim_, from)); }
  Opened open() { return open(origin()); }

  void write_file(const std::filesystem::path& path, std::string_view text, mode_t mode = 0600) {
    std::ofstream(path) << text;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }
  std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // What a key seals tells keys apart.
  std::string sealed_with(const Kek& kek) { return seal_row(kek, "place", "text", random_); }

  SimExecutor sim_{1};
  SeededRandom random_{2};
  SimulatedCluster cluster_{sim_, 3};
  std::unique_ptr<SimulatedClient> client_ = cluster_.connect();
  std::filesystem::path directory_;
};

TEST_F(KeyringTest, TheFirstStartMakesAPrivateFile) {
  ASSERT_TRUE(open());
  struct stat status;
  ASSERT_EQ(::stat(key_file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_EQ(read_file(key_file()).size(), 65u);
  std::string first = read_file(key_file());
  ASSERT_TRUE(open()) << "the second start finds it";
  EXPECT_EQ(read_file(key_file()), first);
}

// A limit on the size of files kills it in the middle of the writing.
TEST_F(KeyringTest, AFirstStartThatDiesLeavesNoHalfAKey) {
  auto die = [this] {
    rlimit none{0, 0};
    ::setrlimit(RLIMIT_FSIZE, &none);
    open();
  };
  EXPECT_EXIT(die(), testing::KilledBySignal(SIGXFSZ), "");
  EXPECT_FALSE(std::filesystem::exists(key_file()));
  ASSERT_TRUE(open());
  EXPECT_EQ(read_file(key_file()).size(), 65u);
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) EXPECT_EQ(entry.path(), key_file());
}

TEST_F(KeyringTest, AKeyThatIsThereIsNeverOverwritten) {
  write_file(key_file(), "something else");
  EXPECT_FALSE(write_master_key(key_file(), Secret(std::string(32, 'k'))));
  EXPECT_EQ(read_file(key_file()), "something else");
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) EXPECT_EQ(entry.path(), key_file());
}

TEST_F(KeyringTest, KeysSurviveAStartAndLieSealed) {
  auto keyring = open();
  auto made = sim_.run((*keyring)->create_kek());
  ASSERT_TRUE(made);
  EXPECT_EQ(sim_.run((*keyring)->kek((*made)->id())).value(), *made) << "a key at hand is not loaded again";
  std::string sealed = sealed_with(**made);

  auto again = open();
  auto loaded = sim_.run((*again)->kek((*made)->id()));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(open_row(**loaded, "place", sealed).value(), "text");
  auto other = sim_.run((*again)->create_kek());
  EXPECT_NE((*other)->id(), (*made)->id());
  EXPECT_FALSE(open_row(**other, "place", sealed));
  EXPECT_EQ(sim_.run((*again)->kek(KekId{42})).error().errc, StoreErrc::NotFound);
}

TEST_F(KeyringTest, AMissingOrWrongMasterKeyRefuses) {
  ASSERT_TRUE(open());
  std::uint64_t used = cluster_.disk().used_bytes();
  std::string right = read_file(key_file());
  std::filesystem::remove(key_file());
  auto missing = open();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().errc, KeyErrc::Missing);
  EXPECT_NE(missing.error().message.find(key_file().string()), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(key_file())) << "a new key beside old data would hide the mistake";

  write_file(key_file(), std::string(64, '0') + "\n");
  EXPECT_EQ(open().error().errc, KeyErrc::Wrong);
  write_file(key_file(), "short\n");
  EXPECT_EQ(open().error().errc, KeyErrc::Unusable);
  write_file(key_file(), right, 0640);
  EXPECT_EQ(open().error().errc, KeyErrc::Unusable);
  std::filesystem::remove(key_file());
  std::filesystem::create_directory(key_file());
  EXPECT_NE(open().error().message.find("is no file"), std::string::npos);
  std::filesystem::remove(key_file());
  EXPECT_EQ(cluster_.disk().used_bytes(), used) << "a refused start changed the store";
  write_file(key_file(), right, 0600);
  EXPECT_TRUE(open());
}

TEST_F(KeyringTest, AStoreWithDataButNoKeyCheckIsNotTakenForEmpty) {
  Batch batch{.partition = Partition::Registry, .puts = {{"a", "b"}}};
  ASSERT_TRUE(sim_.run(client_->meta().commit(batch)));
  EXPECT_EQ(open().error().errc, KeyErrc::Corrupt);
  EXPECT_FALSE(std::filesystem::exists(key_file()));
}

TEST_F(KeyringTest, AKeyFromTheEnvironmentIsUnset) {
  MasterKeyOrigin from{MasterKeyOrigin::Kind::Environment, "SKERRY_KEYRING_TEST"};
  ::unsetenv("SKERRY_KEYRING_TEST");
  EXPECT_EQ(open(from).error().errc, KeyErrc::Missing);
  ::setenv("SKERRY_KEYRING_TEST", base64(std::string(32, 'm')).c_str(), 1);
  EXPECT_TRUE(open(from));
  EXPECT_EQ(std::getenv("SKERRY_KEYRING_TEST"), nullptr);
  write_file(key_file(), hex(std::string(32, 'm')));
  EXPECT_TRUE(open()) << "the same key in another notation";
}

TEST_F(KeyringTest, AKeyFromASystemdCredential) {
  ::setenv("CREDENTIALS_DIRECTORY", directory_.c_str(), 1);
  MasterKeyOrigin from{MasterKeyOrigin::Kind::SystemdCredential, "skerry.key"};
  EXPECT_EQ(open(from).error().errc, KeyErrc::Missing);
  write_file(directory_ / "skerry.key", std::string(32, '\x80'), 0440);
  EXPECT_TRUE(open(from));
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(open(from).error().errc, KeyErrc::Missing);
}

TEST_F(KeyringTest, RotationRewrapsAllKeysAndNothingElse) {
  auto keyring = open();
  std::vector<std::pair<KekId, std::string>> sealed;
  for (int i = 0; i < 50; ++i) {
    auto kek = sim_.run((*keyring)->create_kek());
    sealed.emplace_back((*kek)->id(), sealed_with(**kek));
  }
  Secret next(std::string_view("01234567890123456789012345678901"));
  ASSERT_TRUE(write_master_key(next_master_key_path(key_file()), next));
  ASSERT_TRUE(sim_.run((*keyring)->rotate(next.copy())));
  ASSERT_TRUE(sim_.run((*keyring)->create_kek())) << "the running server goes on under the new key";

  // The crash before the rename: the start finds the key beside the old one.
  auto again = open();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(read_file(key_file()), hex(next.reveal()) + "\n");
  EXPECT_FALSE(std::filesystem::exists(next_master_key_path(key_file())));
  for (auto& [id, bytes] : sealed) {
    auto kek = sim_.run((*again)->kek(id));
    ASSERT_TRUE(kek);
    EXPECT_EQ(open_row(**kek, "place", bytes).value(), "text");
  }
}

TEST_F(KeyringTest, AServerWithTheOldMasterKeyMakesNoKeys) {
  auto first = open();
  auto second = open();
  ASSERT_TRUE(sim_.run((*first)->create_kek()));
  ASSERT_TRUE(sim_.run((*second)->create_kek())) << "another server's new key is no reason to stop";
  ASSERT_TRUE(sim_.run((*first)->rotate(Secret(std::string(32, 'n')))));
  EXPECT_EQ(sim_.run((*second)->create_kek()).error().errc, StoreErrc::Conflict);
}

TEST_F(KeyringTest, ServersThatStartAtOnceAgree) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimExecutor sim(seed);
    SimulatedCluster cluster(sim, seed);
    auto a = cluster.connect(Faults::storm()), b = cluster.connect(Faults::storm());
    write_file(key_file(), std::string(64, 'a'));
    auto start = [](SimulatedClient& client, Random& random, Clock& clock, MasterKeyOrigin from) -> Task<KekId> {
      for (;;) {
        auto keyring = co_await Keyring::open(client.meta(), random, clock, from);
        if (!keyring) {
          EXPECT_EQ(keyring.error().errc, KeyErrc::Unavailable) << keyring.error().message;
          continue;
        }
        auto kek = co_await (*keyring)->create_kek();
        if (kek) co_return (*kek)->id();
      }
    };
    std::optional<KekId> made;
    auto other = [](Task<KekId> task, std::optional<KekId>& out) -> Task<> { out = co_await std::move(task); };
    spawn(sim, other(start(*a, random_, sim, origin()), made));
    KekId mine = sim.run(start(*b, random_, sim, origin()));
    sim.run_until_idle();
    ASSERT_TRUE(made);
    auto keyring = sim.run(Keyring::open(cluster.connect()->meta(), random_, sim, origin()));
    ASSERT_TRUE(keyring) << "seed " << seed;
    EXPECT_NE(*made, mine);
  }
}

}  // namespace
}  // namespace skerry::storage
