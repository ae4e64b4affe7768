#include "iam/access_key_id.h"

#include <gtest/gtest.h>

namespace skerry::iam {
namespace {

TEST(AccessKeyId, TellsTheAccount) {
  SeededRandom random(1);
  for (std::string account : {"000000000000", "123456789012", "999999999999"}) {
    for (int i = 0; i < 100; ++i) {
      std::string id = new_access_key_id(KeyKind::LongTerm, account, random);
      EXPECT_EQ(id.size(), 20u);
      EXPECT_TRUE(id.starts_with("AKIA"));
      EXPECT_EQ(account_of(id), account);
    }
  }
  EXPECT_TRUE(new_access_key_id(KeyKind::Temporary, "123456789012", random).starts_with("ASIA"));
}

TEST(AccessKeyId, ReadsTheOnesOfAws) {
  // Published by AWS users who worked the encoding out.
  EXPECT_EQ(account_of("ASIAQNZGKIQY56JQ7WML"), "029608264753");
}

TEST(AccessKeyId, RefusesWhatIsNone) {
  EXPECT_FALSE(account_of(""));
  EXPECT_FALSE(account_of("AKIA"));
  EXPECT_FALSE(account_of("AKIAIOSFODNN7EXAMPL1"));  // 1 is not in base32
  EXPECT_FALSE(account_of("XXXXQNZGKIQY56JQ7WML"));
}

TEST(AccessKeyId, SecretsAreOf40Characters) {
  SystemRandom random;
  EXPECT_EQ(new_secret_access_key(random).size(), 40u);
  EXPECT_NE(new_secret_access_key(random), new_secret_access_key(random));
}

}  // namespace
}  // namespace skerry::iam
