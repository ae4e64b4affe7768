#include "digest/lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/loop_executor.h"
#include "base/sim_executor.h"
#include "digest/hasher.h"

namespace skerry::digest {
namespace {

const std::vector<Algorithm> kUsual{Algorithm::MD5, Algorithm::SHA256, Algorithm::CRC64NVME};
const std::vector<Algorithm> kAll(kAlgorithms.begin(), kAlgorithms.end());

// Keeps jobs until the test lets them run.
class HeldWorkers final : public Workers {
 public:
  void submit(Executor::Function fn) override { jobs_.push_back(std::move(fn)); }

  std::size_t count() const { return jobs_.size(); }
  void run_one() {
    Executor::Function fn = std::move(jobs_.front());
    jobs_.pop_front();
    fn();
  }
  void run_all() {
    while (!jobs_.empty()) run_one();
  }

 private:
  std::deque<Executor::Function> jobs_;
};

// Runs jobs some time later, in an order drawn from the simulation's seed.
class SimWorkers final : public Workers {
 public:
  SimWorkers(SimExecutor& sim, std::uint64_t seed) : sim_(sim), random_(seed) {}
  void submit(Executor::Function fn) override {
    ++submitted;
    sim_.post_after(microseconds(random_.below(500)), std::move(fn));
  }
  int submitted = 0;

 private:
  SimExecutor& sim_;
  SeededRandom random_;
};

std::shared_ptr<const std::string> shared(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

std::vector<Digest> direct(std::span<const Algorithm> algorithms, std::string_view bytes) {
  std::vector<Digest> digests;
  for (Algorithm algorithm : algorithms) digests.push_back(digest_of(algorithm, bytes));
  return digests;
}

// Streams `bytes` in pieces of random length; `in_flight_max` gets the most that was in flight after ready().
Task<std::vector<Digest>> stream(HashLanes& lanes, const std::string& bytes, std::uint64_t seed,
                                 std::uint64_t piece_max, std::size_t& in_flight_max) {
  SeededRandom random(seed);
  for (std::string_view rest = bytes; !rest.empty();) {
    std::string_view piece = rest.substr(0, 1 + random.below(piece_max));
    rest.remove_prefix(piece.size());
    lanes.update(shared(std::string(piece)));
    co_await lanes.ready();
    in_flight_max = std::max(in_flight_max, lanes.in_flight_bytes());
  }
  std::vector<Digest> digests = co_await lanes.finish();
  co_return digests;
}

TEST(HashLanes, AreTheDigestsInAnyOrderOfJobs) {
  SeededRandom random(5);
  std::string bytes = random.bytes(200'000);
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimExecutor sim(seed);
    SimWorkers workers(sim, seed);
    HashLanes::Limits limits{.inline_bytes = 1000 * (seed % 3), .in_flight_bytes = 20'000, .job_bytes = 5000};
    HashLanes lanes(workers, kAll, std::nullopt, limits);
    std::size_t in_flight_max = 0;
    EXPECT_EQ(sim.run(stream(lanes, bytes, seed, 9000, in_flight_max)), direct(kAll, bytes)) << "seed " << seed;
    EXPECT_LT(in_flight_max, limits.in_flight_bytes) << "seed " << seed;
    EXPECT_GT(workers.submitted, 20);
    EXPECT_EQ(lanes.in_flight_bytes(), 0u);
  }
}

TEST(HashLanes, WorkWithInlineWorkers) {
  SimExecutor sim;
  InlineWorkers workers;
  SeededRandom random(6);
  std::string bytes = random.bytes(1'000'000);
  HashLanes lanes(workers, kUsual, bytes.size());
  std::size_t in_flight_max = 0;
  EXPECT_EQ(sim.run(stream(lanes, bytes, 1, 100'000, in_flight_max)), direct(kUsual, bytes));
  EXPECT_EQ(in_flight_max, 0u);
}

TEST(HashLanes, WorkOnRealThreads) {
  LoopExecutor loop;
  WorkerPool workers(3, "hash");
  SeededRandom random(8);
  std::string bytes = random.bytes(3'000'000);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    HashLanes::Limits limits{.inline_bytes = 4096, .in_flight_bytes = 100'000, .job_bytes = 30'000};
    HashLanes lanes(workers, kUsual, std::nullopt, limits);
    std::size_t in_flight_max = 0;
    EXPECT_EQ(loop.run(stream(lanes, bytes, seed, 40'000, in_flight_max)), direct(kUsual, bytes));
    EXPECT_LT(in_flight_max, limits.in_flight_bytes);
  }
}

TEST(HashLanes, ShortStreamsNeverLeaveTheThread) {
  SimExecutor sim;
  HeldWorkers workers;
  std::size_t in_flight_max = 0;
  std::string bytes(64 << 10, 'x');
  for (std::optional<std::uint64_t> size : {std::optional<std::uint64_t>(bytes.size()), {}}) {
    HashLanes lanes(workers, kUsual, size);
    EXPECT_EQ(sim.run(stream(lanes, bytes, 1, 1000, in_flight_max)), direct(kUsual, bytes));
  }
  HashLanes empty(workers, kAll, 0);
  EXPECT_EQ(sim.run(empty.finish()), direct(kAll, ""));
  EXPECT_EQ(workers.count(), 0u);
  EXPECT_EQ(in_flight_max, 0u);
}

TEST(HashLanes, LongStreamsLeaveItAtOnce) {
  HeldWorkers workers;
  HashLanes lanes(workers, kUsual, 1 << 20);
  lanes.update(shared("first"));
  EXPECT_EQ(workers.count(), 3u);
  EXPECT_EQ(lanes.in_flight_bytes(), 5u);
}

TEST(HashLanes, QuickDigestsShareALaneAndSlowOnesDoNot) {
  HeldWorkers workers;
  HashLanes lanes(workers, kAll, 1 << 20);
  lanes.update(shared("first"));
  EXPECT_EQ(workers.count(), 5u);  // MD5, SHA1, SHA256, SHA512, and one for the rest
}

TEST(HashLanes, ALaneHasOneJobAtATime) {
  HeldWorkers workers;
  std::vector<Algorithm> one{Algorithm::MD5};
  HashLanes lanes(workers, one, 1 << 20);
  for (int i = 0; i < 5; ++i) lanes.update(shared("12345"));
  EXPECT_EQ(workers.count(), 1u);
  workers.run_one();
  EXPECT_EQ(workers.count(), 0u);  // the one job read all five
  EXPECT_EQ(lanes.in_flight_bytes(), 0u);
}

TEST(HashLanes, AJobLetsOthersPassAfterItsShare) {
  HeldWorkers workers;
  std::vector<Algorithm> one{Algorithm::MD5};
  HashLanes lanes(workers, one, 1 << 20, HashLanes::Limits{.job_bytes = 10});
  for (int i = 0; i < 5; ++i) lanes.update(shared("12345"));
  workers.run_one();
  EXPECT_EQ(lanes.in_flight_bytes(), 15u);
  EXPECT_EQ(workers.count(), 1u);
  workers.run_all();
  EXPECT_EQ(lanes.in_flight_bytes(), 0u);
}

Task<> wait_ready(HashLanes& lanes, bool& is_ready) {
  co_await lanes.ready();
  is_ready = true;
}

TEST(HashLanes, ReadyWaitsForTheSlowestLane) {
  SimExecutor sim;
  HeldWorkers workers;
  std::vector<Algorithm> two{Algorithm::MD5, Algorithm::CRC32};
  HashLanes lanes(workers, two, 1 << 20, HashLanes::Limits{.in_flight_bytes = 10});
  lanes.update(shared("123456789"));
  bool is_ready = false;
  sim.run(wait_ready(lanes, is_ready));  // nine are fewer than ten
  EXPECT_TRUE(is_ready);

  lanes.update(shared("0"));
  is_ready = false;
  spawn(sim, wait_ready(lanes, is_ready));
  sim.run_until_idle();
  EXPECT_FALSE(is_ready);
  workers.run_one();  // MD5 has read both chunks, CRC32 none
  sim.run_until_idle();
  EXPECT_FALSE(is_ready);
  EXPECT_EQ(lanes.in_flight_bytes(), 10u);
  workers.run_one();
  sim.run_until_idle();
  EXPECT_TRUE(is_ready);
  EXPECT_EQ(sim.run(lanes.finish()), direct(two, "1234567890"));
}

TEST(HashLanes, BytesAreFreeWhenAllHaveReadThem) {
  HeldWorkers workers;
  HashLanes lanes(workers, kUsual, 1 << 20);
  auto bytes = shared("kept by the lanes");
  std::weak_ptr<const std::string> watch = bytes;
  lanes.update(std::move(bytes));
  workers.run_one();
  workers.run_one();
  EXPECT_FALSE(watch.expired());
  workers.run_one();
  EXPECT_TRUE(watch.expired());
}

TEST(HashLanes, AnAbandonedStreamFreesItsBytesAndItsJobsDoNothing) {
  HeldWorkers workers;
  auto bytes = shared("abandoned");
  std::weak_ptr<const std::string> watch = bytes;
  {
    HashLanes lanes(workers, kUsual, 1 << 20);
    lanes.update(std::move(bytes));
    workers.run_one();
  }
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(workers.count(), 2u);
  workers.run_all();
  EXPECT_EQ(workers.count(), 0u);
}

TEST(HashLanes, AreAbandonedWhileThreadsReadThem) {
  auto bytes = shared(std::string(200'000, 'x'));
  std::weak_ptr<const std::string> watch = bytes;
  {
    WorkerPool workers(3, "hash");
    for (int round = 0; round < 50; ++round) {
      HashLanes lanes(workers, kUsual, 1 << 30);
      for (int i = 0; i < 5; ++i) lanes.update(bytes);
    }
  }
  EXPECT_EQ(watch.use_count(), 1);
}

TEST(HashLanes, TheOwnerMayEndWithTheLastDigest) {
  for (int round = 0; round < 200; ++round) {
    LoopExecutor loop;
    WorkerPool workers(2, "hash");
    HashLanes lanes(workers, kUsual, 1 << 20);
    lanes.update(shared("short"));
    EXPECT_EQ(loop.run(lanes.finish()), direct(kUsual, "short"));
  }
}

TEST(HashLanes, AnAlgorithmNamedTwiceIsComputedOnce) {
  SimExecutor sim;
  InlineWorkers workers;
  std::vector<Algorithm> twice{Algorithm::CRC32, Algorithm::MD5, Algorithm::CRC32};
  HashLanes lanes(workers, twice);
  lanes.update(shared("x"));
  std::vector<Algorithm> once{Algorithm::CRC32, Algorithm::MD5};
  EXPECT_EQ(sim.run(lanes.finish()), direct(once, "x"));
}

TEST(HashLanes, NoAlgorithmIsNoWork) {
  SimExecutor sim;
  HeldWorkers workers;
  HashLanes lanes(workers, {}, 1 << 20);
  lanes.update(shared("x"));
  EXPECT_TRUE(sim.run(lanes.finish()).empty());
  EXPECT_EQ(workers.count(), 0u);
}

}  // namespace
}  // namespace skerry::digest
