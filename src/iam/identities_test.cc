#include "iam/identities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "iam/iam_world.h"
#include "iam/session_token.h"

namespace skerry::iam {
namespace {

using auth::CredentialErrc;

constexpr std::string_view kAnn = "AIDAAAAAAAAAAAAAAANNN";
constexpr std::string_view kAllowAll =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

class IdentitiesTest : public testing::Test {
 protected:
  SimExecutor sim_{1};
  SeededRandom random_{2};
  storage::SimulatedCluster cluster_{sim_, 3};
  IamServer server_{sim_, cluster_, random_};
  Account account_ = server_.make_account();
  const std::string id_ = account_.account_id;

  IamServer::Key ann_with_key() {
    server_.put_user(id_, "Ann", std::string(kAnn));
    return server_.put_key(id_, std::string(kAnn));
  }
  record::User ann() { return *sim_.run(server_.directory().user(id_, "ann")).value(); }

  struct Temporary {
    std::string id, token;
  };
  Temporary session(record::Session session, seconds life = seconds(900)) {
    session.set_access_key_id(new_access_key_id(KeyKind::Temporary, id_, random_));
    session.set_account_id(id_);
    session.set_secret("secret");
    session.set_issued_us(sim_.now().time_since_epoch().count());
    session.set_expires_us((sim_.now() + life).time_since_epoch().count());
    auto kek = *sim_.run(server_.accounts().kek());
    return {session.access_key_id(), *seal_session_token(*kek, session, random_)};
  }
};

TEST_F(IdentitiesTest, RootIsFoundByItsKey) {
  auto found = server_.find(account_.root_access_key_id);
  ASSERT_TRUE(found);
  EXPECT_EQ((**found).secret, account_.root_secret);
  EXPECT_EQ((**found).owner->kind, Principal::Kind::Root);
  EXPECT_EQ((**found).owner->arn, "arn:aws:iam::" + id_ + ":root");
  EXPECT_EQ(server_.find(account_.root_access_key_id, "token").error(), CredentialErrc::BadToken);
}

TEST_F(IdentitiesTest, AUserIsFoundByItsKeyWithEveryPolicy) {
  auto key = ann_with_key();
  record::User user = ann();
  auto* inline_policy = user.mutable_identity()->add_inline_policies();
  inline_policy->set_name("own");
  inline_policy->set_document(std::string(kAllowAll));
  user.add_group_ids("AGPA1");
  user.mutable_identity()->set_permissions_boundary("arn:aws:iam::" + id_ + ":policy/limit");
  auto* tag = user.mutable_identity()->add_tags();
  tag->set_key("Team");
  tag->set_value("blue");
  record::Group group;
  group.mutable_identity()->set_id("AGPA1");
  group.mutable_identity()->set_name("staff");
  group.mutable_identity()->add_attached_policies("arn:aws:iam::" + id_ + ":policy/limit");
  record::ManagedPolicy policy;
  policy.set_name("limit");
  policy.set_path("/");
  policy.set_default_version(1);
  policy.add_versions()->set_number(1);
  policy.mutable_versions(0)->set_document(std::string(kAllowAll));
  server_.change(id_, [&](Change& change) {
    change.put(user);
    change.put(group);
    change.place(rows::Entity::Group, "AGPA1", "staff");
    change.put(policy);
  });
  auto found = server_.find(key.id);
  ASSERT_TRUE(found);
  const Principal& who = *(**found).owner;
  EXPECT_EQ((**found).secret, key.secret);
  EXPECT_EQ(who.arn, "arn:aws:iam::" + id_ + ":user/Ann");
  EXPECT_EQ(who.user_id, kAnn);
  ASSERT_EQ(who.identity.in_force().size(), 2u);
  EXPECT_EQ(who.identity.in_force()[0].name, "inline policy own of user Ann");
  EXPECT_EQ(who.identity.in_force()[1].name, "arn:aws:iam::" + id_ + ":policy/limit");
  EXPECT_EQ(who.identity.list()[0]->statements().size(), 1u);
  EXPECT_EQ(who.boundary.list().size(), 1u);
  EXPECT_THAT(who.tag_keys.find("aws:principaltag/team"), testing::ElementsAre("blue"));
}

TEST_F(IdentitiesTest, ChangesHoldFromTheNextRequestOn) {
  auto key = ann_with_key();
  ASSERT_TRUE(server_.find(key.id));
  EXPECT_TRUE(server_.credentials().try_find(key.id, std::nullopt)) << "it is remembered";
  auto row = *sim_.run(server_.directory().access_key(key.id)).value();
  row.set_inactive(true);
  server_.change(id_, [&](Change& change) { change.put(row); });
  EXPECT_EQ(server_.find(key.id).error(), CredentialErrc::Unknown);
  row.set_inactive(false);
  server_.change(id_, [&](Change& change) { change.put(row); });
  EXPECT_TRUE(server_.find(key.id));
  server_.change(id_, [&](Change& change) { change.displace(rows::Entity::User, kAnn, "Ann"); });
  EXPECT_EQ(server_.find(key.id).error(), CredentialErrc::Unknown);
  server_.put_user(id_, "Ann", "AIDAANOTHER");
  EXPECT_EQ(server_.find(key.id).error(), CredentialErrc::Unknown) << "another one of the same name";
}

TEST_F(IdentitiesTest, AnotherServersChangeHoldsWithinASecond) {
  auto key = ann_with_key();
  IamServer other(sim_, cluster_, random_);
  sim_.post([&] { other.identities().run(); });
  ASSERT_TRUE(other.find(key.id));
  auto row = *sim_.run(server_.directory().access_key(key.id)).value();
  server_.change(id_, [&](Change& change) { change.erase(rows::access_key(key.id)); });
  sim_.advance(milliseconds(501));
  EXPECT_EQ(other.find(key.id).error(), CredentialErrc::Unknown);
  server_.change(id_, [&](Change& change) { change.put(row); });
  sim_.advance(milliseconds(501));
  EXPECT_TRUE(other.find(key.id)) << "that there was no such key is forgotten, too";
  sim_.run(other.identities().stop());
}

TEST_F(IdentitiesTest, WhoCannotPollTrustsNothing) {
  auto key = ann_with_key();
  ASSERT_TRUE(server_.find(key.id));
  EXPECT_TRUE(server_.credentials().try_find(key.id, std::nullopt));
  sim_.advance(milliseconds(1001));  // nobody polls here
  EXPECT_FALSE(server_.credentials().try_find(key.id, std::nullopt));
  EXPECT_TRUE(server_.find(key.id)) << "it asks the store";
}

TEST_F(IdentitiesTest, ABatchOfUnknownOutcomeIsNotForgotten) {
  IamServer alone(sim_, cluster_, random_, {.poll_interval = microseconds::zero()});
  auto key = ann_with_key();
  ASSERT_TRUE(alone.find(key.id));
  auto change = sim_.run(alone.directory().begin(id_));
  change->erase(rows::access_key(key.id));
  alone.client().link().set_faults({.lost_answer = 1});
  EXPECT_FALSE(sim_.run(alone.directory().commit(std::move(*change))));
  alone.client().link().set_faults({});
  EXPECT_EQ(alone.find(key.id).error(), CredentialErrc::Unknown);
}

TEST_F(IdentitiesTest, OfTwoChangesAtOnceOneBeginsAnew) {
  auto first = sim_.run(server_.directory().begin(id_));
  auto second = sim_.run(server_.directory().begin(id_));
  first->put("iam/row", "first");
  second->put("iam/row", "second");
  EXPECT_EQ(sim_.run(server_.directory().commit(std::move(*first))).value(), true);
  EXPECT_EQ(sim_.run(server_.directory().commit(std::move(*second))).value(), false);
}

TEST_F(IdentitiesTest, ThatAKeyIsUnknownIsRememberedAsOneThatIsKnown) {
  auto key = ann_with_key();
  std::string unknown = new_access_key_id(KeyKind::LongTerm, id_, random_);
  ASSERT_TRUE(server_.find(key.id));
  EXPECT_EQ(server_.find(unknown).error(), CredentialErrc::Unknown);
  EXPECT_TRUE(server_.credentials().try_find(key.id, std::nullopt));
  EXPECT_TRUE(server_.credentials().try_find(unknown, std::nullopt));
}

TEST_F(IdentitiesTest, ASessionOfARoleIsOfTheRoleAsLongAsThereIsOne) {
  record::Role role;
  role.mutable_identity()->set_id("AROA1");
  role.mutable_identity()->set_name("Reader");
  role.mutable_identity()->set_path("/team/");
  server_.change(id_, [&](Change& change) {
    change.put(role);
    change.place(rows::Entity::Role, "AROA1", "Reader");
  });
  record::Session wanted;
  wanted.set_principal_id("AROA1");
  wanted.set_session_name("now");
  wanted.set_policy(std::string(kAllowAll));
  auto temporary = session(wanted);
  auto found = server_.find(temporary.id, temporary.token);
  ASSERT_TRUE(found);
  const Principal& who = *(**found).owner;
  EXPECT_EQ(who.kind, Principal::Kind::RoleSession);
  EXPECT_EQ(who.arn, "arn:aws:sts::" + id_ + ":assumed-role/Reader/now");
  EXPECT_EQ(who.principal_arn, "arn:aws:iam::" + id_ + ":role/team/Reader");
  EXPECT_EQ(who.user_id, "AROA1:now");
  EXPECT_EQ(who.session.list().size(), 1u);
  EXPECT_TRUE(who.token_issued);

  EXPECT_EQ(server_.find(temporary.id).error(), CredentialErrc::Unknown) << "a temporary key without its token";
  EXPECT_EQ(server_.find(temporary.id, temporary.token + "x").error(), CredentialErrc::BadToken);
  sim_.advance(seconds(900) - microseconds(1));
  EXPECT_TRUE(server_.find(temporary.id, temporary.token));
  sim_.advance(microseconds(1));
  EXPECT_EQ(server_.find(temporary.id, temporary.token).error(), CredentialErrc::Expired);

  auto later = session(wanted);
  ASSERT_TRUE(server_.find(later.id, later.token));
  server_.change(id_, [&](Change& change) { change.displace(rows::Entity::Role, "AROA1", "Reader"); });
  EXPECT_EQ(server_.find(later.id, later.token).error(), CredentialErrc::BadToken);
}

TEST_F(IdentitiesTest, ArnsAndIdsLeadToOneAnother) {
  server_.put_user(id_, "Ann", std::string(kAnn));
  const std::string arn = "arn:aws:iam::" + id_ + ":user/Ann";
  EXPECT_EQ(sim_.run(server_.directory().id_of(arn)).value(), kAnn);
  EXPECT_EQ(sim_.run(server_.directory().arn_of(std::string(kAnn))).value(), arn);
  EXPECT_FALSE(sim_.run(server_.directory().id_of("arn:aws:iam::" + id_ + ":user/ann")).value()) << "another case";
  EXPECT_FALSE(sim_.run(server_.directory().id_of("arn:aws:iam::" + id_ + ":user/x/Ann")).value()) << "another path";
  EXPECT_FALSE(sim_.run(server_.directory().id_of("arn:aws:iam::" + id_ + ":role/Ann")).value());
  EXPECT_FALSE(sim_.run(server_.directory().arn_of("AIDANOBODY")).value());
}

}  // namespace
}  // namespace skerry::iam
