#include <gmock/gmock.h>

#include "sts/ops/sts_fixture.h"

namespace skerry::sts {
namespace {

using testing::HasSubstr;

const std::string kAssume = R"("sts:AssumeRole")";
const std::string kAll = R"(["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"])";

class AssumeRoleTest : public StsTest {
 protected:
  static std::string principal(const std::string& id) { return fmt::format(R"({{"AWS":"{}"}})", id); }
  static std::string sessions_of(std::string_view role) { return principal(role_id(role)); }
  std::string ann() const { return principal(id_of("AIDA", "ann")); }
  std::string bob() const { return principal(id_of("AIDA", "bob")); }
  std::string account() const { return fmt::format(R"({{"AWS":"arn:aws:iam::{}:root"}})", account_.account_id); }
  wire::List<Tag> tags(std::initializer_list<std::pair<const char*, const char*>> pairs) {
    wire::List<Tag> out;
    for (const auto& [key, value] : pairs) out.push_back({key, value});
    return out;
  }
};

TEST_F(AssumeRoleTest, GivesTheRoleForATime) {
  std::string arn = put_role("reader", statement(ann(), kAssume), {.policy = allow("s3:Get*"), .path = "/a/b/"});
  auto made = assume(ann_, {.role_arn = arn, .role_session_name = "s@1"});
  ASSERT_EQ(made.error, "");
  EXPECT_EQ(made->assumed_role_user->assumed_role_id, role_id("reader") + ":s@1");
  EXPECT_EQ(made->assumed_role_user->arn, "arn:aws:sts::" + account_.account_id + ":assumed-role/reader/s@1");
  EXPECT_FALSE(made->packed_policy_size || made->source_identity);
  const Credentials& credentials = *made->credentials;
  EXPECT_TRUE(credentials.access_key_id.starts_with("ASIA"));
  EXPECT_EQ(iam::account_of(credentials.access_key_id), account_.account_id);
  EXPECT_EQ(credentials.expiration, std::chrono::floor<seconds>(sim_.now()) + std::chrono::hours(1));
  auto session = who(credentials);
  ASSERT_TRUE(session);
  EXPECT_EQ((**session).arn, made->assumed_role_user->arn);
  EXPECT_EQ((**session).principal_arn, arn);
  EXPECT_EQ((**session).identity.list().size(), 1u);
  auto said = call(get_caller_identity, *session, GetCallerIdentityRequest{});
  EXPECT_EQ(said->user_id, role_id("reader") + ":s@1");
  EXPECT_EQ(said->account, account_.account_id);
  EXPECT_EQ(said->arn, made->assumed_role_user->arn);

  sim_.advance(credentials.expiration - sim_.now() - microseconds(1));
  EXPECT_TRUE(who(credentials));
  sim_.advance(microseconds(1));
  EXPECT_EQ(who(credentials).error(), auth::CredentialErrc::Expired);
}

TEST_F(AssumeRoleTest, IsOverWithTheRole) {
  std::string arn = put_role("reader", statement(ann(), kAssume));
  auto made = assume(ann_, {.role_arn = arn});
  ASSERT_EQ(made.error, "");
  EXPECT_TRUE(who(*made->credentials));
  server_.change(account_.account_id, [&](iam::Change& change) {
    change.erase(iam::rows::entity(account_.account_id, iam::rows::Entity::Role, "reader"));
    change.displace(iam::rows::Entity::Role, role_id("reader"), "reader");
  });
  EXPECT_EQ(who(*made->credentials).error(), auth::CredentialErrc::BadToken);
}

TEST_F(AssumeRoleTest, TheTrustPolicyDecides) {
  std::string direct = put_role("direct", statement(bob(), kAssume));
  std::string by_account = put_role("by-account", statement(account(), kAssume));
  EXPECT_EQ(assume(bob_, {.role_arn = direct}).error, "");
  // Trust in the account leaves it to the account's own policies.
  EXPECT_EQ(assume(bob_, {.role_arn = by_account}).error, denied(*bob_, "sts:AssumeRole", by_account));
  EXPECT_EQ(assume(ann_, {.role_arn = by_account}).error, "");
  // The caller's own policy is not enough.
  EXPECT_EQ(assume(ann_, {.role_arn = direct}).error, denied(*ann_, "sts:AssumeRole", direct));
}

TEST_F(AssumeRoleTest, ARoleThatIsNotThereIsDeniedInTheSameWords) {
  put_role("reader", statement(ann(), kAssume), {.path = "/team/"});
  for (const char* resource : {"role/none", "role/reader", "role/team/Reader", "role/other/reader"}) {
    std::string arn = fmt::format("arn:aws:iam::{}:{}", account_.account_id, resource);
    EXPECT_EQ(assume(ann_, {.role_arn = arn}).error, denied(*ann_, "sts:AssumeRole", arn));
  }
  std::string foreign = "arn:aws:iam::999999999999:role/reader";
  EXPECT_EQ(assume(ann_, {.role_arn = foreign}).error, denied(*ann_, "sts:AssumeRole", foreign));
}

TEST_F(AssumeRoleTest, RefusesWhatIsNoRole) {
  for (const char* arn :
       {"role/reader-that-is-long", "arn:aws:iam::123456789012:user/ann", "arn:aws:iam::12:role/x1234",
        "arn:aws:s3::123456789012:role/x", "arn:aws:iam::123456789012:role/"}) {
    EXPECT_EQ(assume(ann_, {.role_arn = arn}).error, "ValidationError: Request ARN is invalid") << arn;
  }
}

TEST_F(AssumeRoleTest, IsNotForEverybody) {
  std::string arn = put_role("reader", statement(account(), kAssume));
  EXPECT_EQ(assume(root_, {.role_arn = arn}).error, "AccessDenied: Roles may not be assumed by root accounts.");
  auto federated = call(get_federation_token, ann_, GetFederationTokenRequest{.name = "web", .policy = allow("*")});
  ASSERT_EQ(federated.error, "");
  auto web = *who(*federated->credentials);
  EXPECT_EQ(assume(web, {.role_arn = arn}).error, denied(*web, "sts:AssumeRole", arn));
  EXPECT_THAT(assume(ann_, {.role_arn = arn, .serial_number = "arn:aws:iam::1:mfa/x", .token_code = "123456"}).error,
              HasSubstr("AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code."));
}

TEST_F(AssumeRoleTest, ConditionsSeeTheRequest) {
  std::string external = put_role("external", statement(ann(), kAssume, R"({"StringEquals":{"sts:ExternalId":"42"}})"));
  EXPECT_EQ(assume(ann_, {.role_arn = external}).error, denied(*ann_, "sts:AssumeRole", external));
  EXPECT_EQ(assume(ann_, {.role_arn = external, .external_id = "43"}).error, denied(*ann_, "sts:AssumeRole", external));
  EXPECT_EQ(assume(ann_, {.role_arn = external, .external_id = "42"}).error, "");
  std::string named =
      put_role("named", statement(ann(), kAssume, R"({"StringEquals":{"sts:RoleSessionName":"${aws:username}"}})"));
  EXPECT_EQ(assume(ann_, {.role_arn = named, .role_session_name = "ann"}).error, "");
  EXPECT_EQ(assume(ann_, {.role_arn = named, .role_session_name = "bob"}).error,
            denied(*ann_, "sts:AssumeRole", named));
  std::string tagged =
      put_role("tagged", statement(ann(), kAssume, R"({"StringEquals":{"iam:ResourceTag/Kind":"test"}})"));
  EXPECT_EQ(assume(ann_, {.role_arn = tagged}).error, "");
}

TEST_F(AssumeRoleTest, LastsAsLongAsTheRoleAllows) {
  std::string arn = put_role("long", statement(ann(), kAssume), {.max_session_seconds = 7200});
  for (int duration : {900, 3600, 7200}) {
    auto made = assume(ann_, {.role_arn = arn, .duration_seconds = duration});
    ASSERT_EQ(made.error, "");
    EXPECT_EQ(made->credentials->expiration, std::chrono::floor<seconds>(sim_.now()) + seconds(duration));
  }
  EXPECT_EQ(assume(ann_, {.role_arn = arn, .duration_seconds = 7201}).error,
            "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
}

TEST_F(AssumeRoleTest, AChainOfRolesLastsAnHour) {
  std::string first = put_role("first", statement(ann(), kAssume), {.policy = allow("sts:*")});
  std::string second = put_role("second", statement(sessions_of("first"), kAssume), {.max_session_seconds = 7200});
  auto session = *who(*assume(ann_, {.role_arn = first})->credentials);
  EXPECT_EQ(assume(session, {.role_arn = second, .duration_seconds = 3600}).error, "");
  EXPECT_EQ(assume(session, {.role_arn = second, .duration_seconds = 3601}).error,
            "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
            "chaining.");
  EXPECT_EQ(assume(ann_, {.role_arn = second}).error, denied(*ann_, "sts:AssumeRole", second));
}

TEST_F(AssumeRoleTest, TagsNeedPermissionAndComeBeforeTheRoles) {
  std::string plain = put_role("plain", statement(ann(), kAssume));
  std::string tagging = put_role("tagging", statement(ann(), kAll));
  AssumeRoleRequest request{.role_arn = plain, .tags = tags({{"Team", "blue"}, {"kind", "session"}})};
  EXPECT_EQ(assume(ann_, request).error, denied(*ann_, "sts:TagSession", plain));
  request.role_arn = tagging;
  auto made = assume(ann_, request);
  ASSERT_EQ(made.error, "");
  EXPECT_GT(made->packed_policy_size.value_or(0), 0);
  auto session = *who(*made->credentials);
  EXPECT_EQ(session->tags, (std::map<std::string, std::string, std::less<>>{{"team", "blue"}, {"kind", "session"}}));

  request.tags = tags({{"Team", "blue"}, {"team", "red"}});
  EXPECT_EQ(assume(ann_, request).error,
            "InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  request.tags = tags({{"Team", "blue"}});
  request.transitive_tag_keys = wire::List<std::string>{"Other"};
  EXPECT_EQ(assume(ann_, request).error,
            "InvalidParameterValue: The specified transitive tag key must be included in the requested tags.");
}

TEST_F(AssumeRoleTest, ConditionsSeeTheTags) {
  std::string arn =
      put_role("picky", statement(ann(), kAll,
                                  R"({"StringEquals":{"aws:RequestTag/Team":"blue"},"ForAllValues:StringEquals":
                             {"aws:TagKeys":["Team"],"sts:TransitiveTagKeys":["Team"]}})"));
  EXPECT_EQ(assume(ann_, {.role_arn = arn, .tags = tags({{"Team", "blue"}})}).error, "");
  EXPECT_EQ(assume(ann_, {.role_arn = arn, .tags = tags({{"Team", "red"}})}).error,
            denied(*ann_, "sts:AssumeRole", arn));
  EXPECT_EQ(assume(ann_, {.role_arn = arn, .tags = tags({{"Team", "blue"}, {"More", "1"}})}).error,
            denied(*ann_, "sts:AssumeRole", arn));
}

TEST_F(AssumeRoleTest, TransitiveTagsGoThroughTheChain) {
  std::string first = put_role("first", statement(ann(), kAll), {.policy = allow("sts:*")});
  std::string second = put_role("second", statement(sessions_of("first"), kAll), {.policy = allow("sts:*")});
  std::string third = put_role("third", statement(sessions_of("second"), kAll));
  AssumeRoleRequest request{.role_arn = first,
                            .tags = tags({{"Team", "blue"}, {"Here", "only"}}),
                            .transitive_tag_keys = wire::List<std::string>{"Team"}};
  auto one = *who(*assume(ann_, request)->credentials);
  EXPECT_EQ(one->tags.at("here"), "only");
  EXPECT_EQ(assume(one, {.role_arn = second, .tags = tags({{"team", "red"}})}).error,
            "InvalidParameterValue: One of the specified transitive tag keys can't be set because it conflicts with a "
            "transitive tag key from the calling session.");
  auto two = *who(*assume(one, {.role_arn = second})->credentials);
  EXPECT_EQ(two->tags, (std::map<std::string, std::string, std::less<>>{{"team", "blue"}, {"kind", "test"}}));
  auto three = *who(*assume(two, {.role_arn = third})->credentials);
  EXPECT_EQ(three->tags.at("team"), "blue");
}

TEST_F(AssumeRoleTest, ASourceIdentityStays) {
  std::string plain = put_role("plain", statement(ann(), kAssume));
  std::string first = put_role("first", statement(ann(), kAll), {.policy = allow("sts:*")});
  std::string second = put_role("second", statement(sessions_of("first"), kAll));
  EXPECT_EQ(assume(ann_, {.role_arn = plain, .source_identity = "Ann"}).error,
            denied(*ann_, "sts:SetSourceIdentity", plain));
  auto made = assume(ann_, {.role_arn = first, .source_identity = "Ann"});
  ASSERT_EQ(made.error, "");
  EXPECT_EQ(made->source_identity, "Ann");
  auto one = *who(*made->credentials);
  EXPECT_EQ(one->source_identity, "Ann");
  EXPECT_EQ(assume(one, {.role_arn = second})->source_identity, "Ann");
  EXPECT_EQ(assume(one, {.role_arn = second, .source_identity = "Bob"}).error,
            denied(*one, "sts:SetSourceIdentity", second));
}

TEST_F(AssumeRoleTest, SessionPoliciesLimit) {
  std::string arn = put_role("reader", statement(ann(), kAssume), {.policy = allow("*")});
  auto made = assume(ann_, {.role_arn = arn, .policy = allow("s3:GetObject")});
  ASSERT_EQ(made.error, "");
  EXPECT_GT(made->packed_policy_size.value_or(0), 0);
  EXPECT_EQ((*who(*made->credentials))->session.list().size(), 1u);
  EXPECT_THAT(assume(ann_, {.role_arn = arn, .policy = "{}x"}).error, HasSubstr("MalformedPolicyDocument: "));
  std::string actions;
  for (int i = 0; i < 300; ++i) actions += fmt::format("\"s3:A{}\",", i);
  std::string large = document(R"({"Effect":"Allow","Resource":"*","Action":[)" + actions + R"("s3:B"]})");
  EXPECT_THAT(assume(ann_, {.role_arn = arn, .policy = large}).error,
              testing::MatchesRegex("PackedPolicyTooLarge: Packed policy consumes 1..% of allotted space, please use "
                                    "smaller policy."));
}

TEST_F(AssumeRoleTest, ManagedPoliciesLimitToo) {
  std::string arn = put_role("reader", statement(ann(), kAssume), {.policy = allow("*")});
  iam::record::ManagedPolicy policy;
  policy.set_name("limit");
  policy.set_path("/");
  policy.set_default_version(1);
  policy.add_versions()->set_number(1);
  policy.mutable_versions(0)->set_document(allow("s3:Get*"));
  server_.change(account_.account_id, [&](iam::Change& change) { change.put(policy); });
  std::string limit = fmt::format("arn:aws:iam::{}:policy/limit", account_.account_id);
  wire::List<PolicyDescriptorType> arns;
  arns.push_back({limit});
  auto made = assume(ann_, {.role_arn = arn, .policy_arns = arns});
  ASSERT_EQ(made.error, "");
  EXPECT_EQ((*who(*made->credentials))->session.in_force()[0].name, limit);
  for (const std::string& bad :
       {std::string("arn:aws:iam::999999999999:policy/limit"), limit + "2", std::string("x")}) {
    wire::List<PolicyDescriptorType> list;
    list.push_back({bad});
    EXPECT_THAT(assume(ann_, {.role_arn = arn, .policy_arns = list}).error, HasSubstr("ValidationError: Policy"))
        << bad;
  }
  for (int i = 0; i < 10; ++i) arns.push_back({limit});
  EXPECT_THAT(assume(ann_, {.role_arn = arn, .policy_arns = arns}).error, HasSubstr("ValidationError: "));
}

TEST_F(AssumeRoleTest, TagsHaveRoomWithinLimits) {
  std::string arn = put_role("tagging", statement(ann(), kAll));
  wire::List<Tag> many;
  for (int i = 0; i < 50; ++i) many.push_back({fmt::format("k{}", i), std::string(256, 'v')});
  EXPECT_THAT(
      assume(ann_, {.role_arn = arn, .tags = many}).error,
      testing::MatchesRegex("PackedPolicyTooLarge: Packed size of session tags consumes 2..% of allotted space."));
  wire::List<Tag> some;
  for (int i = 0; i < 20; ++i) some.push_back({fmt::format("k{}", i), std::string(256, 'v')});
  auto made = assume(ann_, {.role_arn = arn, .tags = some});
  ASSERT_EQ(made.error, "");
  EXPECT_LE(made->credentials->session_token.size(), iam::kSessionTokenSizeMax);
  EXPECT_TRUE(who(*made->credentials));
}

TEST_F(AssumeRoleTest, OverAccountsBothSidesMustAllow) {
  iam::Account other = server_.make_account();
  const std::string id = id_of("AIDA", "may"), other_id = id_of("AIDA", "may-not");
  auto may = put_user(other, "may", id, allow("sts:AssumeRole")), may_not = put_user(other, "may-not", other_id, "");
  std::string open = put_role("open", statement(fmt::format(R"({{"AWS":["{}","{}"]}})", id, other_id), kAssume));
  std::string closed = put_role("closed", statement(ann(), kAssume));
  EXPECT_EQ(assume(may, {.role_arn = open}).error, "");
  EXPECT_EQ(assume(may, {.role_arn = closed}).error, denied(*may, "sts:AssumeRole", closed));
  EXPECT_EQ(assume(may_not, {.role_arn = open}).error, denied(*may_not, "sts:AssumeRole", open));
}

}  // namespace
}  // namespace skerry::sts
