#include "skerry/endpoint_file.h"

#include <gtest/gtest.h>

namespace skerry {
namespace {

TEST(EndpointFile, SaysHowAClientHereReachesTheServer) {
  auto url = [](const char* listen, bool tls) { return client_url(*net::Endpoint::parse(listen), tls); };
  EXPECT_EQ(url("127.0.0.1:4566", false), "http://127.0.0.1:4566");
  EXPECT_EQ(url("127.0.0.2:4566", true), "https://127.0.0.2:4566");
  EXPECT_EQ(url("0.0.0.0:4566", false), "http://127.0.0.1:4566");
  EXPECT_EQ(url("[::]:443", true), "https://[::1]:443");
  EXPECT_EQ(url("[2001:db8::1]:443", true), "https://[2001:db8::1]:443");
}

}  // namespace
}  // namespace skerry
