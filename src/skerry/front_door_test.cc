#include "skerry/front_door.h"

#include <gtest/gtest.h>

#include "base/sim_executor.h"

namespace skerry {
namespace {

class Api final : public net::Handler {
 public:
  Task<net::Response> handle(net::Request&) override {
    net::Response response;
    response.status = 299;
    co_return response;
  }
};

class FrontDoorTest : public testing::Test {
 protected:
  net::Response ask(FrontDoor::Metrics where, std::string target, std::string peer, std::string method = "GET") {
    FrontDoor door(api_, metrics_, where, log_, random_);
    net::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.peer.address = std::move(peer);
    SimExecutor sim(1);
    return sim.run(door.handle(request));
  }

  Api api_;
  api::Metrics metrics_;
  Log log_{LogLevel::Error, LogFormat::Json};
  SeededRandom random_{1};
};

TEST_F(FrontDoorTest, MetricsAnswerLoopbackAloneUnlessTold) {
  using enum FrontDoor::Metrics;
  metrics_.count_request("s3", "GetObject", 200, microseconds(5));
  for (const char* local : {"127.0.0.1", "127.1.2.3", "::1", "unix"}) {
    net::Response page = ask(OnLoopback, "/_skerry/metrics", local);
    EXPECT_EQ(page.status, 200) << local;
    EXPECT_NE(std::get<std::string>(page.body).find("GetObject"), std::string::npos);
  }
  for (const char* other : {"192.0.2.1", "10.127.0.1", "1.127.0.0", "::2", "2001:db8::1", "fe80::1", ""}) {
    net::Response page = ask(OnLoopback, "/_skerry/metrics", other);
    EXPECT_EQ(page.status, 404) << other;
    EXPECT_EQ(std::get<std::string>(page.body).find("GetObject"), std::string::npos);
    EXPECT_EQ(ask(Everywhere, "/_skerry/metrics", other).status, 200) << other;
    EXPECT_EQ(ask(OnLoopback, "/_skerry/health", other).status, 200) << other << ": health is everybody's";
  }
}

TEST_F(FrontDoorTest, KnowsItsPagesAndLeavesTheRest) {
  using enum FrontDoor::Metrics;
  EXPECT_EQ(ask(OnLoopback, "/_skerry/health?x", "::1", "HEAD").status, 200);
  EXPECT_EQ(ask(OnLoopback, "/_skerry/health", "::1", "PUT").status, 405);
  EXPECT_EQ(ask(OnLoopback, "/_skerry/healthy", "::1").status, 404);
  EXPECT_EQ(ask(OnLoopback, "/_skerry/", "::1").status, 404);
  for (const char* target : {"/", "/_skerry", "/_skerr/health", "//_skerry/health", "/?/_skerry/health"}) {
    EXPECT_EQ(ask(OnLoopback, target, "::1").status, 299) << target;
  }
}

TEST_F(FrontDoorTest, AnswersHaveRequestIds) {
  net::Response first = ask(FrontDoor::Metrics::OnLoopback, "/_skerry/health", "::1");
  net::Response second = ask(FrontDoor::Metrics::OnLoopback, "/_skerry/none", "::1");
  EXPECT_EQ(first.headers.get("x-amz-request-id").size(), 16u);
  EXPECT_FALSE(first.headers.get("x-amz-id-2").empty());
  EXPECT_NE(first.headers.get("x-amz-request-id"), second.headers.get("x-amz-request-id"));
}

}  // namespace
}  // namespace skerry
