#pragma once
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace skerry::faults {

// A temporary place with a folder `data`, a program that works in it with the library preloaded, and the folder
// `after`: what a power cut leaves.
class CrashTest : public testing::Test {
 protected:
  CrashTest() {
    std::string path = std::filesystem::temp_directory_path() / "lose_unsynced.XXXXXX";
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    place_ = std::filesystem::canonical(path);
    std::filesystem::create_directory(data());
  }
  ~CrashTest() override { std::filesystem::remove_all(place_); }

  std::filesystem::path data() const { return place_ / "data"; }
  std::filesystem::path after() const { return place_ / "after"; }

  // Starts it with its standard output on a pipe, of which `output` is the reading end.
  pid_t start(std::vector<std::string> command, int& output) const {
    int pipe_ends[2];
    EXPECT_EQ(pipe(pipe_ends), 0);
    pid_t child = fork();
    if (child == 0) {
      dup2(pipe_ends[1], STDOUT_FILENO);
      close(pipe_ends[0]);
      close(pipe_ends[1]);
      setenv("LD_PRELOAD", LOSE_UNSYNCED, 1);
      setenv("SKERRY_SYNC_ROOT", data().c_str(), 1);
      setenv("SKERRY_SYNC_MIRROR", after().c_str(), 1);
      setenv("SKERRY_SYNC_SEED", "1", 1);
      setenv("SKERRY_SYNC_SURVIVE", std::to_string(survive_percent_).c_str(), 1);
      if (syncs_lie_) setenv("SKERRY_SYNC_LIES", "1", 1);
      std::vector<char*> words;
      for (std::string& word : command) words.push_back(word.data());
      words.push_back(nullptr);
      execv(words[0], words.data());
      _exit(127);
    }
    close(pipe_ends[1]);
    output = pipe_ends[0];
    return child;
  }

  // The next life begins with what the power cut left.
  void go_on_with_what_is_left() {
    std::filesystem::remove_all(data());
    std::filesystem::remove_all(place_ / "after.inodes");
    std::filesystem::rename(after(), data());
  }

  std::filesystem::path place_;
  int survive_percent_ = 0;
  bool syncs_lie_ = false;
};

}  // namespace skerry::faults
