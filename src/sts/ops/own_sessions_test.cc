#include <gmock/gmock.h>

#include "sts/ops/sts_fixture.h"

namespace skerry::sts {
namespace {

using std::chrono::hours;
using testing::HasSubstr;

class OwnSessionsTest : public StsTest {
 protected:
  seconds left(const Credentials& credentials) const {
    return std::chrono::duration_cast<seconds>(credentials.expiration - std::chrono::floor<seconds>(sim_.now()));
  }
};

TEST_F(OwnSessionsTest, OfAUserAreTheUser) {
  auto made = call(get_session_token, bob_, GetSessionTokenRequest{});
  ASSERT_EQ(made.error, "");
  EXPECT_EQ(left(*made->credentials), hours(12));
  auto session = *who(*made->credentials);
  EXPECT_EQ(session->arn, bob_->arn);
  EXPECT_EQ(session->kind, iam::Principal::Kind::User);
  EXPECT_EQ(session->user_id, bob_->user_id);
  EXPECT_TRUE(session->token_issued);
  EXPECT_EQ(call(get_session_token, session, GetSessionTokenRequest{}).error,
            "AccessDenied: Cannot call GetSessionToken with session credentials");
  EXPECT_EQ(call(get_federation_token, session, GetFederationTokenRequest{.name = "web"}).error,
            "AccessDenied: Cannot call GetFederationToken with session credentials");
  EXPECT_EQ(left(*call(get_session_token, bob_, GetSessionTokenRequest{.duration_seconds = 129600})->credentials),
            hours(36));
}

TEST_F(OwnSessionsTest, OfRootLastAnHour) {
  auto made = call(get_session_token, root_, GetSessionTokenRequest{.duration_seconds = 7200});
  ASSERT_EQ(made.error, "");
  EXPECT_EQ(left(*made->credentials), hours(1));
  EXPECT_EQ((*who(*made->credentials))->kind, iam::Principal::Kind::Root);
  EXPECT_EQ(left(*call(get_session_token, root_, GetSessionTokenRequest{.duration_seconds = 900})->credentials),
            seconds(900));
}

TEST_F(OwnSessionsTest, AFederatedUserHasItsPolicies) {
  auto made = call(get_federation_token, ann_, GetFederationTokenRequest{.name = "web", .policy = allow("s3:Get*")});
  ASSERT_EQ(made.error, "");
  EXPECT_EQ(made->federated_user->arn, "arn:aws:sts::" + account_.account_id + ":federated-user/web");
  EXPECT_EQ(made->federated_user->federated_user_id, account_.account_id + ":web");
  EXPECT_EQ(left(*made->credentials), hours(12));
  auto session = *who(*made->credentials);
  EXPECT_EQ(session->kind, iam::Principal::Kind::FederatedUser);
  EXPECT_EQ(session->session.list().size(), 1u);
  auto said = call(get_caller_identity, session, GetCallerIdentityRequest{});
  EXPECT_EQ(said->arn, made->federated_user->arn);
  EXPECT_EQ(said->user_id, made->federated_user->federated_user_id);
  auto of_root = call(get_federation_token, root_, GetFederationTokenRequest{.name = "web"});
  ASSERT_EQ(of_root.error, "");
  EXPECT_EQ(left(*of_root->credentials), hours(1));
}

TEST_F(OwnSessionsTest, FederationNeedsPermission) {
  std::string refused = call(get_federation_token, bob_, GetFederationTokenRequest{.name = "web"}).error;
  EXPECT_THAT(refused, HasSubstr("AccessDenied: User: " + bob_->arn +
                                 " is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::" +
                                 account_.account_id + ":federated-user/web"));
  auto limited = put_user("limited", id_of("AIDA", "limited"), allow("sts:GetFederationToken"));
  wire::List<Tag> tags;
  tags.push_back({"Team", "blue"});
  EXPECT_THAT(call(get_federation_token, limited, GetFederationTokenRequest{.name = "web", .tags = tags}).error,
              HasSubstr("not authorized to perform: sts:TagSession"));
  auto tagged = call(get_federation_token, ann_, GetFederationTokenRequest{.name = "web", .tags = tags});
  ASSERT_EQ(tagged.error, "");
  EXPECT_EQ((*who(*tagged->credentials))->tags.at("team"), "blue");
}

TEST_F(OwnSessionsTest, AnAccessKeyIdSaysWhoseItIs) {
  iam::Account other = server_.make_account();
  auto said = call(get_access_key_info, ann_, GetAccessKeyInfoRequest{other.root_access_key_id});
  EXPECT_EQ(said->account, other.account_id);
  std::string gone = iam::new_access_key_id(iam::KeyKind::Temporary, account_.account_id, random_);
  EXPECT_EQ(call(get_access_key_info, ann_, GetAccessKeyInfoRequest{gone})->account, account_.account_id);
  std::string nobodys = iam::new_access_key_id(iam::KeyKind::LongTerm, "000000000001", random_);
  for (const std::string& id : {nobodys, std::string("AKIAIOSFODNN7EXAMPLE1")}) {
    EXPECT_EQ(call(get_access_key_info, ann_, GetAccessKeyInfoRequest{id}).error,
              "ValidationError: Invalid AccessKeyId: " + id);
  }
  EXPECT_THAT(call(get_access_key_info, bob_, GetAccessKeyInfoRequest{gone}).error,
              HasSubstr("not authorized to perform: sts:GetAccessKeyInfo"));
}

}  // namespace
}  // namespace skerry::sts
