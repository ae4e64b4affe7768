#include "base/log.h"

#include <gtest/gtest.h>

namespace skerry {
namespace {

TEST(Log, ALineOfAClientStaysInItsField) {
  EXPECT_EQ(
      format_log_line(LogFormat::Human, "T", LogLevel::Info, "request", {{"key", "a b\nFAKE"}, {"status", "200"}}),
      R"(T info    request key="a b\u000aFAKE" status=200)");
  EXPECT_EQ(format_log_line(LogFormat::Json, "T", LogLevel::Error, "no \"disk\"", {{"path", "a\\b\t"}}),
            R"({"time":"T","level":"error","message":"no \"disk\"","path":"a\\b\u0009"})");
}

}  // namespace
}  // namespace skerry
