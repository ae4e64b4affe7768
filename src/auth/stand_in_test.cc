#include "auth/stand_in.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>
#include <vector>

#include "auth/auth_test_support.h"
#include "auth/post_signature.h"

// A key that does not exist is refused after as much work as a wrong signature of one that does.
namespace skerry::auth {
namespace {

constexpr std::string_view kUnknown = "AKIAIOSFODNN7EXAMPLF";
// So long that what there is to sign is most of the work.
const std::string kLong(64 * 1024, 'x');

std::int64_t cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// How the medians of both compare, taken by turns so that whatever slows one slows the other.
double ratio(const std::function<void()>& one, const std::function<void()>& other) {
  constexpr int kTurns = 101;
  std::array<std::vector<std::int64_t>, 2> took;
  for (int i = 0; i < kTurns; ++i) {
    for (int which : {0, 1}) {
      const std::int64_t begin = cpu_ns();
      (which == 0 ? one : other)();
      took[static_cast<std::size_t>(which)].push_back(cpu_ns() - begin);
    }
  }
  for (auto& samples : took) std::ranges::nth_element(samples, samples.begin() + kTurns / 2);
  return static_cast<double>(took[0][kTurns / 2]) / static_cast<double>(took[1][kTurns / 2]);
}

class StandIn : public testing::Test {
 protected:
  void expect_alike(const std::function<AuthError(std::string_view access_key_id)>& refused) {
    ASSERT_EQ(refused(kUnknown).errc, AuthErrc::UnknownAccessKey);
    ASSERT_EQ(refused(kTestKeyId).errc, AuthErrc::SignatureMismatch);
    const double unknown_to_known = ratio([&] { refused(kUnknown); }, [&] { refused(kTestKeyId); });
    EXPECT_GT(unknown_to_known, 0.6);
    EXPECT_LT(unknown_to_known, 1.6);
  }
  AuthError refused(const net::Request& request) {
    auto answer = authenticator_.try_authenticate(request, expected_);
    return std::move(answer->error());
  }

  SimExecutor sim_;
  FixedClock clock_{"20151229T000000Z"};
  MapCredentials credentials_;
  Authenticator authenticator_{credentials_, clock_};
  Expectation expected_{.services = kS3, .region = "us-east-1"};
};

TEST_F(StandIn, OfVersion4) {
  net::Request request = make_request(
      "GET", "/k", "h",
      {{"x-amz-meta-long", kLong}, {"x-amz-date", "20151229T000000Z"}, {"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}});
  expect_alike([&](std::string_view id) {
    request.headers.set(
        "authorization",
        fmt::format("AWS4-HMAC-SHA256 Credential={}/20151229/us-east-1/s3/aws4_request,SignedHeaders=host;"
                    "x-amz-content-sha256;x-amz-date;x-amz-meta-long,Signature={}",
                    id, std::string(64, '0')));
    return refused(request);
  });
}

TEST_F(StandIn, OfVersion2) {
  net::Request request =
      make_request("GET", "/k", "h", {{"x-amz-meta-long", kLong}, {"date", "Tue, 29 Dec 2015 00:00:00 GMT"}});
  expect_alike([&](std::string_view id) {
    request.headers.set("authorization", fmt::format("AWS {}:AAAAAAAAAAAAAAAAAAAAAAAAAAA=", id));
    return refused(request);
  });
}

TEST_F(StandIn, OfAForm) {
  expect_alike([&](std::string_view id) {
    FormFields fields;
    fields.add("X-Amz-Credential", fmt::format("{}/20151229/us-east-1/s3/aws4_request", id));
    fields.add("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
    fields.add("X-Amz-Date", "20151229T000000Z");
    fields.add("Policy", kLong);
    fields.add("X-Amz-Signature", std::string(64, '0'));
    return std::move(sim_.run(authenticate_form(authenticator_, fields, expected_)).error());
  });
}

}  // namespace
}  // namespace skerry::auth
