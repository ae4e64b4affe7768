#include "base/alarm.h"

#include <gtest/gtest.h>

#include "base/sim_executor.h"

namespace skerry {
namespace {

Task<> ring_after(Alarm& alarm, microseconds delay) {
  co_await sleep_for(delay);
  alarm.ring();
}

Task<int> count_rounds(Alarm& alarm) {
  for (int rounds = 0;; ++rounds) {
    bool rung = co_await alarm.sleep(seconds(10));
    if (rung) co_return rounds;
    co_await yield();
  }
}

TEST(Alarm, SleepsItsTimeUntilItIsRung) {
  SimExecutor sim;
  Alarm alarm;
  microseconds begin = sim.steady();
  spawn(sim, ring_after(alarm, seconds(35)));
  EXPECT_EQ(sim.run(count_rounds(alarm)), 3);
  EXPECT_EQ(sim.steady() - begin, seconds(35)) << "the rest of the sleep was not cut";
  EXPECT_EQ(sim.run(count_rounds(alarm)), 0) << "rung once, it stays so";
  sim.run_until_idle();  // the timers that came too late
}

}  // namespace
}  // namespace skerry
