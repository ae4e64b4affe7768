#include "iam/session_token.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "iam/access_key_id.h"

namespace skerry::iam {
namespace {

storage::Kek kek_of(char fill) { return {storage::KekId{7}, Secret(std::string(storage::kKeyBytes, fill))}; }

class SessionTokenTest : public testing::Test {
 protected:
  SessionTokenTest() {
    session_.set_access_key_id(new_access_key_id(KeyKind::Temporary, "123456789012", random_));
    session_.set_secret("a secret");
    session_.set_account_id("123456789012");
    session_.set_principal_id("AROA0");
    session_.set_session_name("tests");
    session_.set_issued_us(1);
    session_.set_expires_us(2);
    token_ = *seal_session_token(kek_, session_, random_);
  }

  SeededRandom random_{1};
  storage::Kek kek_ = kek_of('k');
  record::Session session_;
  std::string token_;
};

TEST_F(SessionTokenTest, OpensToWhatWasSealed) {
  auto opened = open_session_token(kek_, session_.access_key_id(), token_);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->SerializeAsString(), session_.SerializeAsString());
  EXPECT_EQ(token_.find("secret"), token_.npos);
}

TEST_F(SessionTokenTest, TwoOfOneSessionDiffer) { EXPECT_NE(*seal_session_token(kek_, session_, random_), token_); }

TEST_F(SessionTokenTest, IsWorthNothingBesideAnotherKeyId) {
  std::string other = new_access_key_id(KeyKind::Temporary, "123456789012", random_);
  EXPECT_FALSE(open_session_token(kek_, other, token_));
  EXPECT_FALSE(open_session_token(kek_, "", token_));
}

TEST_F(SessionTokenTest, OfAnotherServerIsNone) {
  EXPECT_FALSE(open_session_token(kek_of('x'), session_.access_key_id(), token_));
}

TEST_F(SessionTokenTest, ChangedInAnyCharacterIsNone) {
  for (std::size_t i = 0; i < token_.size(); ++i) {
    std::string changed = token_;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_session_token(kek_, session_.access_key_id(), changed)) << i;
  }
}

TEST_F(SessionTokenTest, CutAnywhereIsNone) {
  for (std::size_t i = 0; i < token_.size(); ++i) {
    EXPECT_FALSE(open_session_token(kek_, session_.access_key_id(), token_.substr(0, i))) << i;
  }
  EXPECT_FALSE(open_session_token(kek_, session_.access_key_id(), token_ + "AAAA"));
}

TEST_F(SessionTokenTest, OfAnotherVersionIsNone) {
  std::string bytes = *unbase64(token_);
  bytes[0] = 2;
  EXPECT_FALSE(open_session_token(kek_, session_.access_key_id(), base64(bytes)));
}

TEST_F(SessionTokenTest, IsBounded) {
  std::size_t rest = session_.ByteSizeLong();
  session_.set_policy(std::string(kSessionBytesMax - rest - 3, 'p'));  // a tag and two bytes of length
  auto largest = seal_session_token(kek_, session_, random_);
  ASSERT_TRUE(largest);
  EXPECT_LE(largest->size(), kSessionTokenSizeMax);
  EXPECT_TRUE(open_session_token(kek_, session_.access_key_id(), *largest));
  session_.mutable_policy()->push_back('p');
  EXPECT_FALSE(seal_session_token(kek_, session_, random_));
  EXPECT_FALSE(open_session_token(kek_, session_.access_key_id(), std::string(1 << 20, 'A')));
}

}  // namespace
}  // namespace skerry::iam
