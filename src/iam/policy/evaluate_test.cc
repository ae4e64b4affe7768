#include "iam/policy/evaluate.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "iam/policy/binding.h"
#include "iam/policy/parse.h"

// How layers of policies come together, in all combinations, and what a decision tells.
namespace skerry::iam::policy {
namespace {

constexpr const char* kAnn = "AIDAANNXXXXXXXXXXXXX";
constexpr const char* kRole = "AROAROLEXXXXXXXXXXXX";

Policy policy(const std::string& statements, Kind kind = Kind::Inline) {
  auto document = parse(fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statements), kind);
  EXPECT_TRUE(document) << document.error().message << " " << document.error().place << statements;
  return *Policy::compile(*document);
}
Policy grant(const std::string& principal) {
  return policy(fmt::format(R"({{"Effect":"Allow","Principal":{},"Action":"*","Resource":"*"}})", principal),
                Kind::Resource);
}

enum class Grant { Nothing, Account, Limited, Direct, Everyone };
enum class Says { NotThere, Allows, Silent };

struct Combination {
  Caller::Kind caller;
  bool by_user;  // of a federated user: a user federated, not root
  Grant grant;
  bool identity;
  Says boundary, session;
  bool same_account, must_allow;
};

// The rules as the documentation's table of principals and its flow chart have them, one after the other.
bool documented(const Combination& c) {
  bool root = c.caller == Caller::Kind::Root;
  bool limits_allow = c.boundary != Says::Silent && c.session != Says::Silent;
  bool federated = c.caller == Caller::Kind::FederatedUser;
  if (federated && c.session == Says::NotThere) limits_allow = false;
  bool own_side = limits_allow && (root || c.identity || (federated && !c.by_user));
  bool granted = c.grant != Grant::Nothing;
  if (!c.same_account) return granted && own_side;
  if (c.grant == Grant::Direct || c.grant == Grant::Everyone) return true;
  if (root && c.grant == Grant::Account) return true;
  if (c.grant == Grant::Limited) return limits_allow;
  return (granted || !c.must_allow) && own_side;
}

TEST(Evaluate, AllCombinationsOfLayers) {
  const Policy allow = policy(R"({"Effect":"Allow","Action":"*","Resource":"*"})");
  const Policy silent = policy(R"({"Effect":"Allow","Action":"other:*","Resource":"*"})");
  const Policy deny = policy(R"({"Effect":"Deny","Action":"*","Resource":"*"})");
  const Policy deny_all = policy(R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"})", Kind::Resource);
  const Policy* const kAllow = &allow;
  KeyList keys;
  int combinations = 0;

  auto check = [&](const Combination& c) {
    Caller caller{.kind = c.caller, .account = "111122223333"};
    std::string direct = R"("AIDANOBODYXXXXXXXXXX")", limited = direct;
    if (c.caller == Caller::Kind::User) {
      caller.unique_id = kAnn;
      direct = fmt::format("\"{}\"", kAnn);
    } else if (c.caller == Caller::Kind::RoleSession) {
      caller.unique_id = kRole;
      caller.session = "s";
      direct = fmt::format("\"{}:s\"", kRole);
      limited = fmt::format("\"{}\"", kRole);
    } else if (c.caller == Caller::Kind::FederatedUser) {
      caller.unique_id = c.by_user ? kAnn : "";
      caller.arn = "arn:aws:sts::111122223333:federated-user/guest";
      direct = fmt::format("\"{}\"", caller.arn);
      limited = fmt::format("\"{}\"", kAnn);
    }
    std::vector<Policy> granting;
    if (c.grant == Grant::Account) granting.push_back(grant(R"({"AWS":"111122223333"})"));
    if (c.grant == Grant::Limited) granting.push_back(grant(fmt::format(R"({{"AWS":{}}})", limited)));
    if (c.grant == Grant::Direct) granting.push_back(grant(fmt::format(R"({{"AWS":{}}})", direct)));
    if (c.grant == Grant::Everyone) granting.push_back(grant(R"("*")"));
    std::vector<const Policy*> resource, identity, boundary, session;
    for (const Policy& one : granting) resource.push_back(&one);
    if (c.identity) identity.push_back(kAllow);
    if (c.boundary != Says::NotThere) boundary.push_back(c.boundary == Says::Allows ? kAllow : &silent);
    if (c.session != Says::NotThere) session.push_back(c.session == Says::Allows ? kAllow : &silent);

    Request request{caller, "s3:GetObject", "arn:aws:s3:::b/k", c.same_account ? "111122223333" : "444455556666", keys};
    auto decide = [&] { return evaluate(request, {resource, identity, boundary, session, c.must_allow}); };
    Decision decision = decide();
    EXPECT_EQ(decision.allowed(), documented(c))
        << "caller " << int(c.caller) << c.by_user << " grant " << int(c.grant) << " identity " << c.identity
        << " boundary " << int(c.boundary) << " session " << int(c.session) << " same " << c.same_account << " must "
        << c.must_allow;
    EXPECT_EQ(decision.outcome == Decision::Outcome::ImplicitDeny, decision.lacking.has_value());
    for (auto* layer : {&identity, &boundary, &session}) {  // a deny, wherever it is
      layer->push_back(&deny);
      EXPECT_EQ(decide().outcome, Decision::Outcome::ExplicitDeny);
      layer->pop_back();
    }
    resource.push_back(&deny_all);
    EXPECT_EQ(decide().outcome, Decision::Outcome::ExplicitDeny);
    ++combinations;
  };

  constexpr Says kSays[] = {Says::NotThere, Says::Allows, Says::Silent};
  struct Who {
    Caller::Kind kind;
    bool by_user;
  };
  constexpr Who kWho[] = {{Caller::Kind::Root, false},
                          {Caller::Kind::User, false},
                          {Caller::Kind::RoleSession, false},
                          {Caller::Kind::FederatedUser, true},
                          {Caller::Kind::FederatedUser, false}};
  for (const Who& who : kWho) {
    for (Grant granted : {Grant::Nothing, Grant::Account, Grant::Limited, Grant::Direct, Grant::Everyone}) {
      bool has_limited = who.kind == Caller::Kind::RoleSession || who.by_user;
      if (granted == Grant::Limited && !has_limited) continue;
      if (granted == Grant::Direct && who.kind == Caller::Kind::Root) continue;
      for (bool identity : {false, true}) {
        for (Says boundary : kSays) {
          for (Says session : kSays) {
            for (bool same : {false, true}) {
              for (bool must : {false, true})
                check({who.kind, who.by_user, granted, identity, boundary, session, same, must});
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(combinations, 21 * 2 * 3 * 3 * 2 * 2);
}

TEST(Evaluate, AUserMadeAnewUnderAnOldNameInheritsNothing) {
  const std::string arn = "arn:aws:iam::111122223333:user/ann";
  auto sent = parse(
      fmt::format(R"({{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"s3:*","Resource":"*"}}}})",
                  arn),
      Kind::Bucket);
  auto kept = parse(*bind_principals(*sent, {{arn, kAnn}}), Kind::Bucket);
  Policy bucket = *Policy::compile(*kept);
  const Policy* const list[] = {&bucket};
  KeyList keys;
  auto may = [&](std::string_view id) {
    Caller caller{.kind = Caller::Kind::User, .account = "111122223333", .unique_id = id, .arn = arn};
    return evaluate({caller, "s3:GetObject", "arn:aws:s3:::b/k", "111122223333", keys}, {.resource = list}).allowed();
  };
  EXPECT_TRUE(may(kAnn));
  EXPECT_FALSE(may("AIDAANNTHESECONDXXXX"));
}

TEST(Evaluate, WhatIsNotBoundIsNotCompiled) {
  auto sent = parse(
      R"({"Statement":{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:role/r"},"Action":"s3:*","Resource":"*"}})",
      Kind::Bucket);
  ASSERT_TRUE(sent);
  auto policy = Policy::compile(*sent);
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().message, "Invalid principal in policy");
  EXPECT_EQ(policy.error().place, "Statement[0]");
}

class Heard final : public MatchListener {
 public:
  void matched(const Match& match, Effect effect) override {
    all.push_back(
        fmt::format("{}{}.{}{}", int(match.layer), match.policy, match.statement, effect == Effect::Deny ? "!" : ""));
  }
  std::vector<std::string> all;
};

TEST(Evaluate, AListenerHearsOfEveryStatementThatApplies) {
  Policy first = policy(
      R"({"Effect":"Allow","Action":"s3:Put*","Resource":"*"},{"Effect":"Allow","Action":"s3:Get*","Resource":"*"})");
  Policy second =
      policy(R"({"Effect":"Deny","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"})");
  Policy bucket = grant(R"("*")");
  const Policy* const identity[] = {&first, &second};
  const Policy* const resource[] = {&bucket};
  KeyList keys;
  Caller caller{.kind = Caller::Kind::User, .account = "111122223333", .unique_id = kAnn};
  Request request{caller, "s3:GetObject", "arn:aws:s3:::b/k", "111122223333", keys};
  Policies policies{.resource = resource, .identity = identity};
  Heard heard;
  Decision with = evaluate(request, policies, &heard);
  EXPECT_EQ(heard.all, (std::vector<std::string>{"00.0", "10.1", "11.0!", "11.1!"}));
  Decision without = evaluate(request, policies);
  EXPECT_EQ(with.outcome, Decision::Outcome::ExplicitDeny);
  EXPECT_EQ(with.by, (Match{Layer::Identity, 1, 0}));
  EXPECT_EQ(with.by, without.by);
}

TEST(Evaluate, AnActionLongerThanAnyIsNotAllowed) {
  Policy all = policy(R"({"Effect":"Allow","Action":"*","Resource":"*"})");
  const Policy* const identity[] = {&all};
  KeyList keys;
  Caller caller{.kind = Caller::Kind::User, .account = "111122223333", .unique_id = kAnn};
  std::string action = "s3:" + std::string(kActionSizeMax, 'a');
  EXPECT_FALSE(evaluate({caller, action, "*", "", keys}, {.identity = identity}).allowed());
  action.resize(kActionSizeMax);
  EXPECT_TRUE(evaluate({caller, action, "*", "", keys}, {.identity = identity}).allowed());
}

TEST(Policy, TellsTheKeysThatItAsksFor) {
  Policy asks = policy(
      R"({"Effect":"Allow","Action":"*","Resource":["arn:aws:s3:::b/${aws:username}","*"],"Condition":{"StringLike":{"s3:prefix":"${aws:PrincipalTag/Team}/*"},"Null":{"aws:TokenIssueTime":"true"}}})");
  EXPECT_EQ(asks.context_keys(),
            (std::vector<std::string>{"aws:principaltag/team", "aws:tokenissuetime", "aws:username", "s3:prefix"}));
}

// A principal's document between clients and the store.
TEST(Binding, GoesToIdsAndBack) {
  std::string text =
      R"({ "Statement" : [{"Effect":"Allow","Action":"s3:*","Resource":"*",
        "Principal":{"AWS":[ "arn:aws:iam::111122223333:user/team/ann", "111122223333", "arn:aws:sts::111122223333:assumed-role/r/s",
                             "arn:aws:sts::111122223333:federated-user/guest" ],"Service":"lambda.amazonaws.com"}},
       {"Effect":"Deny","Action":"s3:*","Resource":"*","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/path/r"}}] })";
  auto document = parse(text, Kind::Bucket);
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(names_in(*document), (std::vector<std::string>{"arn:aws:iam::111122223333:role/path/r",
                                                           "arn:aws:iam::111122223333:user/team/ann",
                                                           "arn:aws:sts::111122223333:assumed-role/r/s"}));
  std::map<std::string, std::string> ids{{"arn:aws:iam::111122223333:user/team/ann", kAnn},
                                         {"arn:aws:iam::111122223333:role/path/r", kRole},
                                         {"arn:aws:sts::111122223333:assumed-role/r/s", kRole}};
  auto kept = bind_principals(*document, ids);
  ASSERT_TRUE(kept);
  EXPECT_NE(kept->find(fmt::format(R"([ "{}", "111122223333", "{}:s",)", kAnn, kRole)), kept->npos) << *kept;
  EXPECT_NE(kept->find(fmt::format(R"("NotPrincipal":{{"AWS":"{}"}})", kRole)), kept->npos) << *kept;
  auto stored = parse(*kept, Kind::Bucket);
  ASSERT_TRUE(stored);
  EXPECT_TRUE(Policy::compile(*stored));
  std::map<std::string, std::string> arns{{kAnn, "arn:aws:iam::111122223333:user/team/ann"},
                                          {kRole, "arn:aws:iam::111122223333:role/path/r"}};
  EXPECT_EQ(unbind_principals(*stored, arns), text);
  EXPECT_EQ(names_in(*stored), (std::vector<std::string>{kAnn, kRole}));
  EXPECT_NE(unbind_principals(*stored, {}).find(kAnn), std::string::npos) << "whoever it was is gone";
}

TEST(Binding, WhoDoesNotExistIsRefused) {
  for (const char* name : {"arn:aws:iam::111122223333:user/ann", "AIDAGONEXXXXXXXXXXXX"}) {
    std::string statement =
        fmt::format(R"({{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"AWS":["*","{}"]}}}})", name);
    auto document = parse(fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statement), Kind::Trust);
    ASSERT_TRUE(document);
    auto kept = bind_principals(*document, {});
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().code, "MalformedPolicyDocument");
    EXPECT_EQ(kept.error().message, fmt::format("Invalid principal in policy: \"AWS\":\"{}\"", name));
    EXPECT_EQ(kept.error().place, "Statement[0].Principal");
  }
}

}  // namespace
}  // namespace skerry::iam::policy
