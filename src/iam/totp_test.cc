#include "iam/totp.h"

#include <gtest/gtest.h>

#include "iam/base32.h"

namespace skerry::iam::totp {
namespace {

const std::string kSeed = "12345678901234567890";

TEST(TotpTest, TheVectorsOfTheRfc) {
  // RFC 6238, appendix B, SHA-1: its eight digits end in these six.
  const std::pair<std::int64_t, std::string_view> vectors[] = {{59, "287082"},         {1111111109, "081804"},
                                                               {1111111111, "050471"}, {1234567890, "005924"},
                                                               {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [at, expected] : vectors) EXPECT_EQ(code(kSeed, step_at(Time{seconds(at)})), expected) << at;
}

TEST(TotpTest, TheVectorsOfHotp) {
  // RFC 4226, appendix D.
  const std::string_view codes[] = {"755224", "287082", "359152", "969429", "338314"};
  for (Step step = 0; step < 5; ++step) EXPECT_EQ(code(kSeed, step), codes[step]);
}

TEST(TotpTest, ACodeIsFoundWithinItsSteps) {
  EXPECT_EQ(find_code(kSeed, "969429", 2, 4), 3);
  EXPECT_EQ(find_code(kSeed, "969429", 3, 3), 3);
  EXPECT_EQ(find_code(kSeed, "969429", 4, 9), std::nullopt);
  EXPECT_EQ(find_code(kSeed, "969429", 0, 2), std::nullopt);
  EXPECT_EQ(find_code(kSeed, "969429", 4, 3), std::nullopt) << "no steps";
  EXPECT_EQ(find_code(kSeed, "96942", 0, 9), std::nullopt);
}

TEST(TotpTest, APairIsTwoInARow) {
  EXPECT_EQ(find_pair(kSeed, "287082", "359152", 0, 9), 2);
  EXPECT_EQ(find_pair(kSeed, "287082", "359152", 2, 2), 2) << "the first code may be of the step before";
  EXPECT_EQ(find_pair(kSeed, "287082", "359152", 3, 9), std::nullopt);
  EXPECT_EQ(find_pair(kSeed, "359152", "287082", 0, 9), std::nullopt) << "in the wrong order";
  EXPECT_EQ(find_pair(kSeed, "287082", "969429", 0, 9), std::nullopt) << "one left out";
  EXPECT_EQ(find_pair(kSeed, "287082", "287082", 0, 9), std::nullopt);
}

TEST(Base32Test, IsThatOfTheRfc) {
  EXPECT_EQ(base32(""), "");
  EXPECT_EQ(base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(base32(kSeed), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

}  // namespace
}  // namespace skerry::iam::totp
