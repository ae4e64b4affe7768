#include "base/random.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>

namespace skerry {
namespace {

std::set<std::string> draw(std::size_t bytes, int count) {
  SystemRandom random;
  std::set<std::string> out;
  for (int i = 0; i < count; ++i) out.insert(random.bytes(bytes));
  return out;
}

TEST(SystemRandom, GivesNothingTwice) {
  std::set<std::string> drawn;
  for (std::size_t bytes : {8, 16, 64, 65, 5000}) {
    std::set<std::string> some = draw(bytes, 1000);  // far more than is kept at hand
    EXPECT_EQ(some.size(), 1000u) << bytes;
    drawn.merge(some);
  }
  EXPECT_EQ(drawn.size(), 5000u);
}

TEST(SystemRandom, ThreadsDrawApart) {
  std::set<std::string> here = draw(16, 100), there;
  std::thread([&] { there = draw(16, 100); }).join();
  here.merge(there);
  EXPECT_EQ(here.size(), 200u);
}

// What is at hand when a process forks is given out by one of the two only.
TEST(SystemRandom, AForkedChildDrawsApart) {
  SystemRandom random;
  random.next_u64();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::uint64_t drawn = random.next_u64();
    ::_exit(::write(ends[1], &drawn, sizeof drawn) == sizeof drawn ? 0 : 1);
  }
  std::uint64_t theirs = 0, ours = random.next_u64();
  ASSERT_EQ(::read(ends[0], &theirs, sizeof theirs), ssize_t(sizeof theirs));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(ours, theirs);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace skerry
