#include "base/secret.h"

#include <gtest/gtest.h>

namespace skerry {
namespace {

TEST(Secret, IsNeverPrinted) {
  Secret secret(std::string_view("hunter2"));
  EXPECT_EQ(fmt::format("key={}", secret), "key=<redacted>");
  EXPECT_EQ(secret.reveal(), "hunter2");
}

TEST(Secret, MovesWithoutLeavingACopy) {
  Secret first(std::string_view("hunter2"));
  const char* where = first.reveal().data();
  Secret second = std::move(first);
  EXPECT_EQ(second.reveal().data(), where);
  EXPECT_EQ(first.size(), 0u);  // NOLINT: that a moved-from secret is empty is the point
  first = std::move(second);
  EXPECT_EQ(first.reveal(), "hunter2");
  EXPECT_EQ(first.copy().reveal(), "hunter2");
}

TEST(Secret, WipeLeavesZeros) {
  std::string bytes = "hunter2";
  wipe(bytes);
  EXPECT_EQ(bytes, std::string(7, '\0'));
}

}  // namespace
}  // namespace skerry
