#include "iam/last_uses.h"

#include <gtest/gtest.h>

#include "iam/iam_world.h"

namespace skerry::iam {
namespace {

class LastUsesTest : public testing::Test {
 protected:
  SimExecutor sim_{1};
  SeededRandom random_{2};
  storage::SimulatedCluster cluster_{sim_, 3};
  IamServer server_{sim_, cluster_, random_};
  Account account_ = server_.make_account();
  const std::string id_ = account_.account_id;
  IamServer::Key ann_ = [this] {
    server_.put_user(id_, "ann", "AIDAANN");
    return server_.put_key(id_, "AIDAANN");
  }();

  void use(const std::string& key, std::string_view service, std::string_view region = "us-east-1") {
    auto credential = server_.find(key);
    ASSERT_TRUE(credential);
    server_.credentials().used(**credential, service, region);
  }
  std::optional<record::LastUsed> last(const std::string& id) {
    sim_.run(server_.identities().uses().flush());
    return *sim_.run(server_.directory().last_used(id));
  }
};

TEST_F(LastUsesTest, TheFirstUseIsWrittenAndThenOneInAWhile) {
  EXPECT_FALSE(last(ann_.id));
  use(ann_.id, "s3");
  auto first = last(ann_.id);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->service(), "s3");
  EXPECT_EQ(first->region(), "us-east-1");
  EXPECT_EQ(first->at_us(), sim_.now().time_since_epoch().count());
  use(ann_.id, "iam");
  EXPECT_EQ(last(ann_.id)->service(), "s3") << "not each";
  sim_.advance(LastUses::kWrittenAgain);
  use(ann_.id, "iam", "");
  EXPECT_EQ(last(ann_.id)->service(), "iam");
  EXPECT_EQ(last(ann_.id)->region(), "N/A");
}

TEST_F(LastUsesTest, RootHasOneToo) {
  use(account_.root_access_key_id, "sts");
  EXPECT_EQ(last(account_.root_access_key_id)->service(), "sts");
}

TEST_F(LastUsesTest, NothingIsWrittenOfAKeyThatIsGone) {
  use(ann_.id, "s3");
  server_.change(id_, [&](Change& change) { change.erase(rows::access_key(ann_.id)); });
  EXPECT_FALSE(last(ann_.id));
}

TEST_F(LastUsesTest, ARolesSessionIsItsRoles) {
  auto session = [&](Principal::Kind kind) {
    auto owner = std::make_shared<Principal>();
    owner->kind = kind;
    owner->unique_id = "AROAROLE";
    owner->token_issued = sim_.now();
    auth::Credential credential{.access_key_id = "ASIASESSION"};
    credential.owner = std::move(owner);
    return credential;
  };
  server_.change(id_, [](Change& change) { change.place(rows::Entity::Role, "AROAROLE", "role"); });
  server_.credentials().used(session(Principal::Kind::User), "s3", "eu-west-1");
  EXPECT_FALSE(last("ASIASESSION")) << "what GetSessionToken gave is nobody's long-lived key";
  EXPECT_FALSE(last("AROAROLE"));
  server_.credentials().used(session(Principal::Kind::RoleSession), "s3", "eu-west-1");
  EXPECT_EQ(last("AROAROLE")->region(), "eu-west-1");
}

}  // namespace
}  // namespace skerry::iam
