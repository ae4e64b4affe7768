#include "iam/policy/simulate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skerry::iam::policy {
namespace {

using testing::ElementsAre;
using Outcome = Decision::Outcome;

std::string document(std::string_view statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + std::string(statements) + "]}";
}

TEST(Simulate, SaysWhichStatementDecided) {
  Simulation simulation;
  ASSERT_TRUE(simulation.add(Layer::Identity, "ann.json", document(R"({"Sid":"Home","Effect":"Allow","Action":"s3:*",
                                          "Resource":"arn:aws:s3:::b/${aws:username}/*"})")));
  ASSERT_TRUE(simulation.add(Layer::Resource, "bucket.json",
                             document(R"({"Sid":"NoDelete","Effect":"Deny","Principal":"*","Action":"s3:DeleteObject",
                                          "Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}},
                                         {"Sid":"Bob","Effect":"Allow",
                                          "Principal":{"AWS":"arn:aws:iam::444455556666:role/path/bob"},
                                          "Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"})")));
  struct Ask {
    std::string caller, action, resource, owner = {};
    ContextEntries context = {};
  };
  auto ask = [&](const Ask& what) {
    auto caller = SimulatedCaller::read(what.caller);
    KeyList keys;
    caller->add_keys(keys, what.context);
    return simulation.why(simulation.ask({caller->caller(), what.action, what.resource, what.owner, keys}));
  };
  const std::string ann = "arn:aws:iam::111122223333:user/team/ann";
  EXPECT_EQ(ask({.caller = ann, .action = "s3:GetObject", .resource = "arn:aws:s3:::b/ann/x"}),
            "allowed by Statement[0] (Home) of ann.json");
  EXPECT_EQ(ask({.caller = ann, .action = "s3:GetObject", .resource = "arn:aws:s3:::b/eve/x"}),
            "denied: an identity-based policy would have to allow it, and none does");
  EXPECT_EQ(ask({.caller = ann,
                 .action = "s3:DeleteObject",
                 .resource = "arn:aws:s3:::b/ann/x",
                 .context = {{"aws:SecureTransport", "false"}}}),
            "denied by Statement[0] (NoDelete) of bucket.json");
  EXPECT_EQ(ask({.caller = "*", .action = "s3:GetObject", .resource = "arn:aws:s3:::b/ann/x"}),
            "denied: the resource's policy would have to allow it, and none does");
  EXPECT_EQ(ask({.caller = "arn:aws:sts::444455556666:assumed-role/bob/s",
                 .action = "s3:GetObject",
                 .resource = "arn:aws:s3:::b/ann/x",
                 .owner = "111122223333"}),
            "denied: an identity-based policy would have to allow it, and none does");
  EXPECT_EQ(ask({.caller = "444455556666", .action = "s3:GetObject", .resource = "arn:aws:s3:::b/x"}),
            "allowed: root may in its own account");
  EXPECT_FALSE(SimulatedCaller::read("ann"));
  auto malformed = simulation.add(Layer::Identity, "x", document(R"({"Effect":"Allow"})"));
  EXPECT_FALSE(malformed);
}

constexpr std::string_view kAnn = "arn:aws:iam::111122223333:user/ann";

Simulation::Answer ask(const Simulation& simulation, std::string_view action, std::string_view resource,
                       const ContextEntries& context = {}, std::string_view owner = {}) {
  auto caller = SimulatedCaller::read(kAnn);
  KeyList keys;
  caller->add_keys(keys, context);
  return simulation.ask({caller->caller(), action, resource, owner, keys});
}

TEST(Simulate, TellsAllThatAppliesAndWhatEachLayerSays) {
  Simulation simulation;
  ASSERT_TRUE(simulation.add(Layer::Identity, "own", document(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"},
                                        {"Effect":"Allow","Action":"s3:GetObject","Resource":"*"})")));
  ASSERT_TRUE(simulation.add(Layer::Boundary, "limit", document(R"({"Effect":"Allow","Action":"sqs:*","Resource":"*"},
                                        {"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"})")));
  auto answer = ask(simulation, "s3:GetObject", "arn:aws:s3:::b/k");
  EXPECT_EQ(answer.decision.outcome, Outcome::ImplicitDeny);
  EXPECT_EQ(answer.says(Layer::Identity), Outcome::Allowed);
  EXPECT_EQ(answer.says(Layer::Boundary), Outcome::ImplicitDeny);
  ASSERT_EQ(answer.matched.size(), 2u);
  EXPECT_EQ(answer.matched[1].match, (Match{Layer::Identity, 0, 1}));
  EXPECT_EQ(simulation.name_of(answer.matched[1].match), "own");
  EXPECT_TRUE(simulation.has(Layer::Boundary));
  EXPECT_FALSE(simulation.has(Layer::Resource));

  auto denied = ask(simulation, "s3:DeleteObject", "arn:aws:s3:::b/k");
  EXPECT_EQ(denied.decision.outcome, Outcome::ExplicitDeny);
  EXPECT_EQ(denied.says(Layer::Boundary), Outcome::ExplicitDeny);
}

TEST(Simulate, TellsTheKeysThatTheRequestLacks) {
  Simulation simulation;
  ASSERT_TRUE(simulation.add(
      Layer::Identity, "first",
      document(
          R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}/${s3:Who, 'x'}/${*}","Condition":{"StringLike":{"s3:Prefix":"${AWS:UserName}","aws:Referer":"x"}}})")));
  ASSERT_TRUE(simulation.add(
      Layer::Boundary, "second",
      document(
          R"({"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"},"Null":{"S3:PREFIX":"true"}}})")));
  auto answer = ask(simulation, "s3:GetObject", "arn:aws:s3:::b/k", {{"AWS:referer", "here"}});
  EXPECT_THAT(answer.missing, ElementsAre("s3:Who", "s3:Prefix", "aws:SecureTransport")) << "ann's name is known";
}

TEST(Simulate, WhatIsGivenComesBeforeWhatFollowsFromTheCaller) {
  Simulation simulation;
  ASSERT_TRUE(
      simulation.add(Layer::Identity, "home",
                     document(R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}"})")));
  EXPECT_TRUE(ask(simulation, "s3:GetObject", "arn:aws:s3:::b/ann").decision.allowed());
  EXPECT_TRUE(ask(simulation, "s3:GetObject", "arn:aws:s3:::b/bob", {{"aws:UserName", "bob"}}).decision.allowed());
  EXPECT_FALSE(ask(simulation, "s3:GetObject", "arn:aws:s3:::b/ann", {{"aws:UserName", "bob"}}).decision.allowed());
}

TEST(Simulate, WhoIsKnownGoesByTheirIdAndNobodyElse) {
  const std::string policy = document(
      R"({"Effect":"Allow","Principal":{"AWS":"AIDAANNXXXXXXXXXXXXX"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"},
         {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/ann"},"Action":"s3:PutObject","Resource":"*"})");
  for (bool known : {true, false}) {
    Simulation simulation;
    Simulation::Ids ids;
    if (known) ids[std::string(kAnn)] = "AIDAANNXXXXXXXXXXXXX";
    ASSERT_TRUE(simulation.add(Layer::Resource, "ResourcePolicy", policy, ids));
    auto caller = SimulatedCaller::identity(*Arn::parse(kAnn), known ? "AIDAANNXXXXXXXXXXXXX" : stand_in_id(kAnn));
    const KeyList keys;
    auto may = [&](std::string_view action) {
      return simulation.ask({caller.caller(), action, "arn:aws:s3:::b/k", "", keys}).decision.allowed();
    };
    EXPECT_EQ(may("s3:GetObject"), known);
    EXPECT_TRUE(may("s3:PutObject"));
  }
}

TEST(Simulate, KnowsWhatAResourcesPolicyCannotBeOf) {
  auto belongs = [](std::string_view statement, std::string_view resource) {
    Simulation simulation;
    EXPECT_TRUE(simulation.add(Layer::Resource, "ResourcePolicy", document(statement)));
    return simulation.may_belong_to(resource);
  };
  const std::string object =
      R"({"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b/x/*","arn:aws:s3:::c*/k"]})";
  EXPECT_TRUE(belongs(object, "arn:aws:s3:::b"));
  EXPECT_TRUE(belongs(object, "arn:aws:s3:::b/y"));
  EXPECT_TRUE(belongs(object, "arn:aws:s3:::cc/y"));
  EXPECT_TRUE(belongs(object, "*"));
  EXPECT_FALSE(belongs(object, "arn:aws:s3:::bb/y"));
  EXPECT_FALSE(belongs(object, "arn:aws:sqs:us-east-1:111122223333:b"));
  EXPECT_TRUE(belongs(R"({"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"})", "arn:aws:s3:::b"));
  EXPECT_TRUE(belongs(R"({"Effect":"Deny","Principal":"*","Action":"s3:*","NotResource":"arn:aws:s3:::b/x"})",
                      "arn:aws:s3:::c"));
  EXPECT_TRUE(Simulation().may_belong_to("arn:aws:s3:::b"));
}

}  // namespace
}  // namespace skerry::iam::policy
