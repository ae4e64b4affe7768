#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/concurrency/world.h"

namespace skerry::concurrency {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

// SKERRY_SEED=n runs one seed, SKERRY_SEEDS=n so many.
TEST(Concurrency, TwoServersOverOneStoreTellNothingThatNoOrderExplains) {
  std::uint64_t first = number_from("SKERRY_SEED", 1);
  std::uint64_t count = number_from("SKERRY_SEEDS", std::getenv("SKERRY_SEED") ? 1 : 1000);
  std::map<std::string, std::uint64_t> answers;
  std::size_t failed = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    World world(seed);
    auto wrong = world.run();
    for (const auto& [answer, times] : world.notebook().answers) answers[answer] += times;
    for (const std::string& each : wrong) ADD_FAILURE() << "SKERRY_SEED=" << seed << ": " << each;
    if (!wrong.empty() && ++failed == 5) break;  // one bug has a thousand faces
  }
  std::string said;
  for (const auto& [answer, times] : answers) said += fmt::format("{}: {}\n", answer, times);
  std::cout << said;
  // That much was really done.
  for (const char* answer :
       {"PutObject 200", "GetObject 200", "DeleteObject 204", "DeleteObjects 200", "CopyObject 200",
        "ListObjectsV2 200", "CreateBucket 200", "DeleteBucket 204", "GetObjectVersion 200", "DeleteObjectVersion 204",
        "PutBucketVersioning 200", "CompleteMultipartUpload 200", "PutObjectTagging 200"}) {
    EXPECT_GT(answers[answer], 0u) << answer << " was never told";
  }
}

TEST(Concurrency, ASeedRepeatsItsRun) {
  World one(4711), other(4711);
  one.run();
  other.run();
  EXPECT_EQ(one.trace_hash(), other.trace_hash());
}

}  // namespace
}  // namespace skerry::concurrency
