#include "iam/mfa.h"

#include "iam/arns.h"
#include "iam/iam_world.h"
#include "iam/totp.h"

namespace skerry::iam {
namespace {

class MfaTest : public testing::Test {
 protected:
  MfaTest() {
    device_.set_name("ann");
    device_.set_holder_id("AIDAANN");
    device_.set_sealed_seed(seal_mfa_seed(**sim_.run(server_.accounts().kek()), serial(), seed_, random_));
    server_.change(account_.account_id, [&](Change& change) { change.put(device_); });
  }

  std::string serial(std::string_view name = "ann") { return mfa_device_arn(account_.account_id, name); }
  // The code of so many steps from now.
  std::string code(totp::Step ahead = 0) { return totp::code(seed_, totp::step_at(sim_.now()) + ahead); }
  std::string wrong_code() {
    std::string out = code();
    while (out == code() || out == code(1) || out == code(-1)) out[0] = static_cast<char>('0' + random_.below(10));
    return out;
  }
  std::optional<MfaErrc> check(IamServer& server, MfaProof proof) {
    auto checked = sim_.run(check_mfa(server.directory(), server.accounts(), sim_, std::move(proof)));
    if (checked) return std::nullopt;
    return checked.error().errc;
  }
  std::optional<MfaErrc> check(std::string code) {
    return check(server_, {account_.account_id, "AIDAANN", serial(), std::move(code)});
  }
  record::MfaDevice row() { return **sim_.run(server_.directory().mfa_device(account_.account_id, "ann")); }

  SimExecutor sim_{1};
  SeededRandom random_{1};
  storage::SimulatedCluster cluster_{sim_, 1};
  IamServer server_{sim_, cluster_, random_};
  Account account_ = server_.make_account();
  const std::string seed_ = random_.bytes(kMfaSeedBytes);
  record::MfaDevice device_;
};

TEST_F(MfaTest, ACodeIsTakenOnce) {
  const std::string shown = code();
  EXPECT_EQ(check(shown), std::nullopt);
  EXPECT_EQ(check(shown), MfaErrc::WrongCode);
  IamServer other(sim_, cluster_, random_);
  EXPECT_EQ(check(other, {account_.account_id, "AIDAANN", serial(), shown}), MfaErrc::WrongCode);
  sim_.advance(seconds(30));
  EXPECT_EQ(check(shown), MfaErrc::WrongCode) << "within the skew, but spent";
  EXPECT_EQ(check(code()), std::nullopt);
}

TEST_F(MfaTest, NoCodeBeforeAnotherThatWasTaken) {
  EXPECT_EQ(check(code(1)), std::nullopt);
  EXPECT_EQ(check(code()), MfaErrc::WrongCode);
  EXPECT_EQ(check(code(-1)), MfaErrc::WrongCode);
}

TEST_F(MfaTest, AClockMayBeAStepOff) {
  EXPECT_EQ(check(code(-2)), MfaErrc::WrongCode);
  EXPECT_EQ(check(code(2)), MfaErrc::WrongCode);
  EXPECT_EQ(check(code(-1)), std::nullopt);
  EXPECT_EQ(check(code(0)), std::nullopt);
  EXPECT_EQ(check(code(1)), std::nullopt);
}

TEST_F(MfaTest, OfCallersAtOnceOneIsBelieved) {
  using Checked = std::expected<void, MfaError>;
  const MfaProof proof{account_.account_id, "AIDAANN", serial(), code()};
  std::vector<Checked> answers(5, std::unexpected(MfaError{MfaErrc::Unavailable}));
  auto one = [](Task<Checked> asked, Checked& into) -> Task<> { into = co_await std::move(asked); };
  auto all = [](Gate& gate, std::function<void()> begin) -> Task<> {
    begin();
    co_await gate.close();
  };
  Gate gate;
  std::function<void()> begin = [&] {
    for (Checked& into : answers)
      gate.spawn(one(check_mfa(server_.directory(), server_.accounts(), sim_, proof), into));
  };
  sim_.run(all(gate, std::move(begin)));
  auto is_good = [](const Checked& answer) { return answer.has_value(); };
  auto is_wrong = [](const Checked& answer) { return !answer && answer.error().errc == MfaErrc::WrongCode; };
  EXPECT_EQ(std::ranges::count_if(answers, is_good), 1);
  EXPECT_EQ(std::ranges::count_if(answers, is_wrong), 4);
}

TEST_F(MfaTest, OnlyTheHoldersDeviceCounts) {
  const MfaProof good{account_.account_id, "AIDAANN", serial(), code()};
  auto with = [&](auto change) {
    MfaProof proof = good;
    change(proof);
    return check(server_, proof);
  };
  EXPECT_EQ(with([](MfaProof& proof) { proof.holder_id = "AIDABOB"; }), MfaErrc::UnknownDevice);
  EXPECT_EQ(with([&](MfaProof& proof) { proof.holder_id = account_.account_id; }), MfaErrc::UnknownDevice);
  EXPECT_EQ(with([&](MfaProof& proof) { proof.serial_number = serial("bob"); }), MfaErrc::UnknownDevice);
  EXPECT_EQ(with([](MfaProof& proof) { proof.serial_number = "GAHT12345678"; }), MfaErrc::UnknownDevice);
  EXPECT_EQ(with([](MfaProof& proof) { proof.serial_number = "arn:aws:iam::999999999999:mfa/ann"; }),
            MfaErrc::UnknownDevice);
  EXPECT_EQ(row().wrong_codes(), 0u) << "none of them was a guess at the device's code";
  EXPECT_EQ(check(server_, good), std::nullopt);
}

TEST_F(MfaTest, WhoGuessesIsNotHeardForAWhile) {
  for (std::uint32_t i = 0; i < kWrongCodesMax; ++i) EXPECT_EQ(check(wrong_code()), MfaErrc::WrongCode);
  EXPECT_EQ(row().wrong_codes(), kWrongCodesMax);
  EXPECT_EQ(check(code()), MfaErrc::WrongCode) << "not heard";
  sim_.advance(kWrongCodesPause - seconds(1));
  EXPECT_EQ(check(code()), MfaErrc::WrongCode);
  EXPECT_EQ(row().wrong_codes(), kWrongCodesMax) << "and nothing written";
  sim_.advance(seconds(1));
  EXPECT_EQ(check(wrong_code()), MfaErrc::WrongCode);
  EXPECT_EQ(check(code()), MfaErrc::WrongCode) << "each wrong one begins the pause anew";
  sim_.advance(kWrongCodesPause);
  EXPECT_EQ(check(code()), std::nullopt);
  EXPECT_EQ(row().wrong_codes(), 0u);
  EXPECT_EQ(check(code(1)), std::nullopt) << "all is forgotten";
}

TEST_F(MfaTest, APairTellsHowFarAClockIsOff) {
  record::MfaDevice device;
  const Time now = sim_.now();
  const totp::Step here = totp::step_at(now);
  auto pair = [&](totp::Step ahead) {
    return take_pair(device, seed_, totp::code(seed_, here + ahead - 1), totp::code(seed_, here + ahead), now);
  };
  EXPECT_FALSE(pair(-121));
  EXPECT_FALSE(pair(122));
  EXPECT_TRUE(pair(-20));
  EXPECT_EQ(device.drift(), -20);
  EXPECT_EQ(take_code(device, seed_, totp::code(seed_, here), now), Taken::Wrong);
  EXPECT_EQ(take_code(device, seed_, totp::code(seed_, here - 19), now), Taken::Yes);
  EXPECT_FALSE(pair(-19)) << "spent";
  EXPECT_FALSE(take_pair(device, seed_, totp::code(seed_, here + 1), totp::code(seed_, here), now));
  EXPECT_FALSE(take_pair(device, seed_, totp::code(seed_, here), totp::code(seed_, here + 2), now));
  EXPECT_TRUE(pair(1));
  EXPECT_EQ(device.drift(), 0) << "as far off as is let pass anyway";
}

TEST_F(MfaTest, ASerialNumberIsOfTheAccountsOwnDevices) {
  EXPECT_EQ(mfa_device_name(account_.account_id, serial("team/ann")), "team/ann");
  for (const std::string& text :
       {"arn:aws:iam::" + account_.account_id + ":user/ann", "arn:aws:iam::" + account_.account_id + ":mfa/",
        "arn:aws:iam::" + account_.account_id + ":u2f/user/ann/key", std::string("GAHT12345678"),
        "arn:aws:iam:us-east-1:" + account_.account_id + ":mfa/ann", std::string("arn:aws:iam::1:mfa/ann"),
        "arn:aws-cn:iam::" + account_.account_id + ":mfa/ann"}) {
    EXPECT_EQ(mfa_device_name(account_.account_id, text), std::nullopt) << text;
  }
}

TEST_F(MfaTest, ASeedIsSealedForItsDevice) {
  auto kek = *sim_.run(server_.accounts().kek());
  EXPECT_EQ(device_.SerializeAsString().find(seed_), std::string::npos);
  EXPECT_EQ(*open_mfa_seed(*kek, serial(), device_.sealed_seed()), seed_);
  EXPECT_FALSE(open_mfa_seed(*kek, serial("bob"), device_.sealed_seed()));
}

}  // namespace
}  // namespace skerry::iam
