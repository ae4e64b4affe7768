#include <gtest/gtest.h>

#include "base/byte_source.h"
#include "base/bytes.h"
#include "base/gate.h"
#include "base/loop_executor.h"
#include "base/sim_executor.h"
#include "base/workers.h"

namespace skerry {
namespace {

Task<int> add(int a, int b) { co_return a + b; }

Task<int> add_slowly(int a, int b) {
  co_await sleep_for(seconds(3600));
  int sum = co_await add(a, b);
  co_return sum;
}

TEST(Task, GivesItsResultAndItsException) {
  SimExecutor sim;
  EXPECT_EQ(sim.run(add(2, 3)), 5);
  auto failing = []() -> Task<int> {
    auto inner = []() -> Task<int> {
      throw std::runtime_error("deep");
      co_return 1;
    };
    try {
      co_return co_await inner();
    } catch (const std::runtime_error&) {
      co_return -1;
    }
  };
  EXPECT_EQ(sim.run(failing()), -1);
}

TEST(SimExecutor, JumpsToTheNextTimer) {
  SimExecutor sim;
  microseconds before = sim.steady();
  EXPECT_EQ(sim.run(add_slowly(1, 2)), 3);
  EXPECT_EQ(sim.steady() - before, seconds(3600));
}

TEST(SimExecutor, TheSameSeedRepeatsTheOrder) {
  auto order = [](std::uint64_t seed) {
    SimExecutor sim(seed);
    std::string out;
    for (char c = 'a'; c < 'k'; ++c) sim.post([&out, c] { out += c; });
    sim.run_until_idle();
    return out;
  };
  EXPECT_EQ(order(7), order(7));
  EXPECT_NE(order(7), order(8));
}

TEST(Gate, WaitsForItsTasksAndRefusesNewOnes) {
  SimExecutor sim;
  int ended = 0;
  auto work = [](int& count) -> Task<> {
    co_await sleep_for(seconds(5));
    ++count;
  };
  auto scenario = [&]() -> Task<> {
    Gate gate;
    EXPECT_TRUE(gate.spawn(work(ended)));
    EXPECT_TRUE(gate.spawn(work(ended)));
    co_await gate.close();
    EXPECT_EQ(ended, 2);
    EXPECT_FALSE(gate.spawn(work(ended)));
  };
  sim.run(scenario());
  sim.run_until_idle();
  EXPECT_EQ(ended, 2);
}

TEST(Workers, RunElsewhereAndComeBack) {
  LoopExecutor loop;
  WorkerPool pool(2, "test");
  auto scenario = [&]() -> Task<bool> {
    auto here = std::this_thread::get_id();
    auto there = co_await run_on(pool, [] { return std::this_thread::get_id(); });
    co_return here != there&& here == std::this_thread::get_id();
  };
  EXPECT_TRUE(loop.run(scenario()));
}

TEST(ByteSource, ReadAllHoldsTheLimit) {
  SimExecutor sim;
  auto read = [&](std::string bytes, std::size_t limit) {
    StringSource source(std::move(bytes));
    return sim.run(read_all(source, limit));
  };
  EXPECT_EQ(read("hello", 5).value(), "hello");
  EXPECT_EQ(read("", 0).value(), "");
  EXPECT_EQ(read(std::string(100'000, 'x'), 100'000).value().size(), 100'000u);
  EXPECT_EQ(read("hello", 4).error().errc, ReadErrc::TooLarge);
}

TEST(Bytes, HexAndBase64AreStrict) {
  EXPECT_EQ(hex("\x01\xfe"), "01fe");
  EXPECT_EQ(unhex("01FE"), "\x01\xfe");
  EXPECT_FALSE(unhex("0"));
  EXPECT_FALSE(unhex("0g"));
  for (std::string text : {"", "a", "ab", "abc", "abcd"}) EXPECT_EQ(unbase64(base64(text)), text);
  EXPECT_FALSE(unbase64("YQ"));
  EXPECT_FALSE(unbase64("YQ=a"));
  EXPECT_FALSE(unbase64("YR=="));  // bits under the padding
  EXPECT_FALSE(unbase64("Y Q="));
  EXPECT_FALSE(unbase64("===="));
  EXPECT_EQ(unbase64url("-_8"), "\xfb\xff");
  EXPECT_EQ(unbase64url(""), "");
  for (const char* text : {"+_8", "-/8", "-_8=", "A", "AAAAA", "-_9", "- 8"}) EXPECT_FALSE(unbase64url(text)) << text;
}

}  // namespace
}  // namespace skerry
