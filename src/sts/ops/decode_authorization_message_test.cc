#include <gmock/gmock.h>

#include "sts/ops/sts_fixture.h"

namespace skerry::sts {
namespace {

using testing::HasSubstr;
using testing::Not;

class DecodeAuthorizationMessageTest : public StsTest {
 protected:
  // What bob is told when he asks for what he may not.
  std::string bobs_denial() {
    std::string told = call(get_access_key_info, bob_, GetAccessKeyInfoRequest{"AKIAIOSFODNN7EXAMPLE"}).error;
    constexpr std::string_view kBefore = ". Encoded authorization failure message: ";
    auto at = told.find(kBefore);
    return at == told.npos ? std::string() : told.substr(at + kBefore.size());
  }
  Given<DecodeAuthorizationMessageResponse> decode(std::shared_ptr<const iam::Principal> who, std::string message) {
    return call(decode_authorization_message, std::move(who), DecodeAuthorizationMessageRequest{std::move(message)});
  }
  static constexpr char kInvalid[] = "InvalidAuthorizationMessageException: Message is not valid.";
};

TEST_F(DecodeAuthorizationMessageTest, WhoMayReadTheDetailsOfADenialOfTheirAccount) {
  EXPECT_EQ(bobs_denial(), "") << "nobody is told by default";
  tell_denials_ = true;
  const std::string message = bobs_denial();
  ASSERT_NE(message, "");
  auto decoded = decode(ann_, message);
  ASSERT_TRUE(decoded.answer) << decoded.error;
  const std::string& json = decoded->decoded_message.value();
  EXPECT_THAT(json, HasSubstr(R"({"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]})"));
  EXPECT_THAT(json, HasSubstr("\"arn\":\"" + bob_->arn + "\"},\"action\":\"sts:GetAccessKeyInfo\""));
  EXPECT_THAT(json, HasSubstr(R"({"key":"aws:sourceip","values":{"items":[{"value":"192.0.2.1"}]}})"));
  EXPECT_THAT(decode(bob_, message).error, HasSubstr("not authorized to perform: sts:DecodeAuthorizationMessage"));
}

TEST_F(DecodeAuthorizationMessageTest, NothingElseIsAMessage) {
  tell_denials_ = true;
  const std::string message = bobs_denial();
  std::string changed = message;
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  for (const std::string& bad : {changed, message + "AAAA", std::string("no message"), std::string("AQ==")}) {
    EXPECT_EQ(decode(ann_, bad).error, kInvalid);
  }
  const iam::Account other = server_.make_account();
  EXPECT_EQ(decode(iam::PrincipalLoader::root(other), message).error, kInvalid) << "of another account";
}

}  // namespace
}  // namespace skerry::sts
