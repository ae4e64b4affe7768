#include "wire/late_response.h"

#include <gtest/gtest.h>

#include "base/sim_executor.h"
#include "wire/faults.h"

namespace skerry::wire {
namespace {

constexpr ErrorInfo kBroken{"InternalError", "InternalError", "", 500, false, "no", nullptr};

Task<Outcome> slow_answer(microseconds after, bool good) {
  co_await sleep_for(after);
  if (!good) co_return std::unexpected(make_error(kBroken));
  net::Response response;
  response.status = 201;
  response.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Done/>";
  co_return response;
}

struct LateResponse : ::testing::Test {
  SimExecutor executor;
  Gate tasks;

  Outcome answer(microseconds after, bool good) {
    auto render = [](const ApiError& error) { return "<Error>" + error.message + "</Error>"; };
    return executor.run(late_response(tasks, slow_answer(after, good), render, {seconds(5), seconds(10)}));
  }
  std::string rest(net::Response& response) {
    return executor.run(read_all(*std::get<std::unique_ptr<ByteSource>>(response.body), 1000)).value();
  }
  void TearDown() override { executor.run(tasks.close()); }
};

TEST_F(LateResponse, ShortWorkKeepsItsStatus) {
  auto good = answer(seconds(1), true);
  EXPECT_EQ(good->status, 201);
  auto bad = answer(seconds(1), false);
  EXPECT_EQ(bad.error().info, &kBroken);
}

TEST_F(LateResponse, LongWorkSendsSpacesThenItsDocument) {
  auto response = answer(seconds(26), true);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(rest(*response), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n  <Done/>");
}

TEST_F(LateResponse, LongWorkMayStillFail) {
  auto response = answer(seconds(6), false);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(rest(*response), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>no</Error>");
}

TEST_F(LateResponse, WorkGoesOnWhenTheClientLeaves) {
  {
    auto response = answer(seconds(60), true);
    EXPECT_EQ(tasks.count(), 1u);
  }
  executor.run(tasks.close());
  EXPECT_EQ(tasks.count(), 0u);
}

}  // namespace
}  // namespace skerry::wire
