#include "iam/mfa.h"

#include <gmock/gmock.h>

#include "iam/arns.h"
#include "iam/totp.h"
#include "sts/ops/sts_fixture.h"

namespace skerry::sts {
namespace {

using testing::HasSubstr;

const std::string kWrongCode = "AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code. ";
const std::string kUnknownDevice =
    "AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial "
    "number is valid and associated with this user.";

class MfaTest : public StsTest {
 protected:
  void SetUp() override {
    StsTest::SetUp();
    put_device("ann", id_of("AIDA", "ann"));
  }

  std::string serial(std::string_view name) { return iam::mfa_device_arn(account_.account_id, name); }
  void put_device(const std::string& name, const std::string& holder_id) {
    iam::record::MfaDevice device;
    device.set_name(name);
    device.set_holder_id(holder_id);
    device.set_sealed_seed(iam::seal_mfa_seed(**sim_.run(server_.accounts().kek()), serial(name), seed_, random_));
    server_.change(account_.account_id, [&](iam::Change& change) { change.put(device); });
  }
  std::string code(iam::totp::Step ahead = 0) { return iam::totp::code(seed_, iam::totp::step_at(sim_.now()) + ahead); }
  Given<GetSessionTokenResponse> session(std::shared_ptr<const iam::Principal> who, std::optional<std::string> number,
                                         std::optional<std::string> code) {
    return call(get_session_token, std::move(who),
                GetSessionTokenRequest{.serial_number = std::move(number), .token_code = std::move(code)});
  }
  std::string mfa_role() {
    return put_role("careful", statement(R"({"AWS":")" + ann_->unique_id + R"("})", R"("sts:AssumeRole")",
                                         R"({"Bool":{"aws:MultiFactorAuthPresent":"true"},
                                             "NumericLessThan":{"aws:MultiFactorAuthAge":"60"}})"));
  }

  const std::string seed_ = std::string(40, 's');
};

TEST_F(MfaTest, ASessionKnowsWhenMfaWasShown) {
  auto made = session(ann_, serial("ann"), code());
  ASSERT_EQ(made.error, "");
  EXPECT_EQ((*who(*made->credentials))->mfa_at, sim_.now());
  auto without = session(ann_, std::nullopt, std::nullopt);
  EXPECT_EQ((*who(*without->credentials))->mfa_at, std::nullopt);
}

TEST_F(MfaTest, ACodeIsGoodOnce) {
  EXPECT_EQ(session(ann_, serial("ann"), code()).error, "");
  EXPECT_EQ(session(ann_, serial("ann"), code()).error, kWrongCode);
  EXPECT_EQ(session(ann_, serial("ann"), code(1)).error, "");
  sim_.advance(seconds(60));
  EXPECT_EQ(session(ann_, serial("ann"), code()).error, "");
}

TEST_F(MfaTest, OnlyTheCallersOwnDeviceCounts) {
  EXPECT_EQ(session(bob_, serial("ann"), code()).error, kUnknownDevice);
  EXPECT_EQ(session(root_, serial("ann"), code()).error, kUnknownDevice);
  EXPECT_EQ(session(ann_, serial("none"), code()).error, kUnknownDevice);
  EXPECT_EQ(session(ann_, "GAHT12345678", code()).error, kUnknownDevice);
  const std::string both =
      "AccessDenied: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
  EXPECT_EQ(session(ann_, serial("ann"), std::nullopt).error, both);
  EXPECT_EQ(session(ann_, std::nullopt, code()).error, both);
  EXPECT_EQ(session(ann_, serial("ann"), code()).error, "") << "none of them spent it";
}

TEST_F(MfaTest, RootHasItsOwn) {
  put_device("root", account_.account_id);
  auto made = session(root_, serial("root"), code());
  ASSERT_EQ(made.error, "");
  EXPECT_TRUE((*who(*made->credentials))->mfa_at);
}

TEST_F(MfaTest, ATrustPolicyMayAskForIt) {
  const std::string role = mfa_role();
  EXPECT_EQ(assume(ann_, {.role_arn = role}).error, denied(*ann_, "sts:AssumeRole", role));
  EXPECT_EQ(assume(ann_, {.role_arn = role, .serial_number = serial("ann"), .token_code = code(5)}).error, kWrongCode);
  auto made = assume(ann_, {.role_arn = role, .serial_number = serial("ann"), .token_code = code()});
  ASSERT_EQ(made.error, "");
  auto in_role = *who(*made->credentials);
  EXPECT_EQ(in_role->mfa_at, std::nullopt) << "the role knows nothing of it, as on AWS";
  EXPECT_EQ(assume(in_role, {.role_arn = role, .serial_number = serial("ann"), .token_code = code(1)}).error,
            kUnknownDevice);
}

TEST_F(MfaTest, ASessionWithMfaOpensTheRole) {
  const std::string role = mfa_role();
  auto plain = *who(*session(ann_, std::nullopt, std::nullopt)->credentials);
  EXPECT_EQ(assume(plain, {.role_arn = role}).error, denied(*plain, "sts:AssumeRole", role));
  auto with_mfa = *who(*session(ann_, serial("ann"), code())->credentials);
  EXPECT_EQ(assume(with_mfa, {.role_arn = role}).error, "");
  sim_.advance(seconds(61));
  EXPECT_EQ(assume(with_mfa, {.role_arn = role}).error, denied(*with_mfa, "sts:AssumeRole", role)) << "too old";
  EXPECT_EQ(assume(with_mfa, {.role_arn = role, .serial_number = serial("ann"), .token_code = code()}).error, "")
      << "a code with the request counts before the session's";
}

}  // namespace
}  // namespace skerry::sts
