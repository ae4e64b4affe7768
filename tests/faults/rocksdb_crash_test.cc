#include <fmt/format.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <memory>

#include "tests/faults/crash_fixture.h"

// RocksDB is the largest user of files that Skerry has: that it survives with the library preloaded shows that the
// library sees every sync, and that it does not without syncs shows that the library bites.

namespace skerry::faults {
namespace {

class RocksDbCrash : public CrashTest {
 protected:
  // Runs until `count` puts were acknowledged, cuts the power, and gives all numbers that were.
  std::vector<int> acknowledged_before_the_cut(const char* sync, std::size_t count, int first) {
    int output;
    pid_t child = start({ROCKSDB_PROBE, data(), sync, "8", std::to_string(first)}, output);
    std::string lines;
    char buffer[4096];
    bool killed = false;
    for (ssize_t n; (n = read(output, buffer, sizeof buffer)) > 0;) {
      lines.append(buffer, static_cast<std::size_t>(n));
      if (killed || static_cast<std::size_t>(std::ranges::count(lines, '\n')) < count) continue;
      kill(child, SIGKILL);
      killed = true;
    }
    close(output);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the probe ended by itself, with status " << status;
    std::vector<int> numbers;
    for (std::size_t at = 0, end; (end = lines.find('\n', at)) != std::string::npos; at = end + 1)
      numbers.push_back(std::stoi(lines.substr(at, end - at)));
    return numbers;
  }

  // How many of them are not there after the cut, or not right. The folder itself stays as it is.
  std::size_t lost_of(const std::vector<int>& numbers) {
    std::unique_ptr<rocksdb::DB> db;
    rocksdb::DB* opened = nullptr;
    std::filesystem::path copy = place_ / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(after(), copy, std::filesystem::copy_options::recursive);
    rocksdb::Status status = rocksdb::DB::Open({}, copy, &opened);
    EXPECT_TRUE(status.ok()) << status.ToString();
    if (!status.ok()) return numbers.size();
    db.reset(opened);
    return static_cast<std::size_t>(std::ranges::count_if(numbers, [&](int number) {
      std::string value;
      return !db->Get({}, fmt::format("{:08}", number), &value).ok() || !value.starts_with(fmt::format("{} ", number));
    }));
  }
};

TEST_F(RocksDbCrash, KeepsEveryPutThatWasSynced) {
  std::vector<int> all;
  for (int round = 0; round < 5; ++round) {
    std::vector<int> numbers = acknowledged_before_the_cut("sync", 3000, round * 1'000'000);
    EXPECT_GE(numbers.size(), 3000u);
    all.insert(all.end(), numbers.begin(), numbers.end());
    EXPECT_EQ(lost_of(all), 0u) << "round " << round;
    go_on_with_what_is_left();
  }
}

TEST_F(RocksDbCrash, KeepsThemTooWhenOtherPagesHappenToSurvive) {
  survive_percent_ = 30;
  std::vector<int> all;
  for (int round = 0; round < 3; ++round) {
    std::vector<int> numbers = acknowledged_before_the_cut("sync", 2000, round * 1'000'000);
    all.insert(all.end(), numbers.begin(), numbers.end());
    EXPECT_EQ(lost_of(all), 0u) << "round " << round;
    go_on_with_what_is_left();
  }
}

TEST_F(RocksDbCrash, LosesPutsThatWereNotSynced) {
  std::vector<int> numbers = acknowledged_before_the_cut("nosync", 300, 0);
  EXPECT_GT(lost_of(numbers), 0u) << "the library does not bite";
}

}  // namespace
}  // namespace skerry::faults
