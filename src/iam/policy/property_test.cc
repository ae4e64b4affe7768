#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "iam/policy/evaluate.h"
#include "iam/policy/parse.h"
#include "iam/policy/random_policies.h"

// What must hold of all policies, tried on random ones. SKERRY_SEED repeats a run; a failure prints its seed.
namespace skerry::iam::policy {

std::string RandomPolicies::condition() {
  std::string prefix = pick({"", "", "ForAllValues:", "ForAnyValue:"}), suffix = pick({"", "", "IfExists"});
  auto one = [&](const std::string& name, const char* key, const std::string& values) {
    return fmt::format(R"({{"{}{}{}":{{"{}":{}}}}})", prefix, name, suffix, key, values);
  };
  switch (below(5)) {
    case 0:
      return one(pick({"StringEquals", "StringNotEquals", "StringLike", "StringNotLike"}), "k:text",
                 pick({R"("a")", R"(["a","b*"])", R"("${aws:username}")", R"("${aws:userid}")", "[]"}));
    case 1:
      return one(pick({"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"}), "k:number",
                 pick({R"("5")", "[1, 5]"}));
    case 2:
      return one(pick({"IpAddress", "NotIpAddress"}), "k:ip", pick({R"("10.0.0.0/8")", R"(["192.0.2.1","::/0"])"}));
    case 3:
      return fmt::format(R"({{"Null":{{"k:number":"{}"}}}})", pick({"true", "false"}));
    default:
      return "{}";
  }
}

std::string RandomPolicies::statement(const std::string& effect) {
  std::string actions = fmt::format(R"(["{}","{}"])", action_pattern(), action_pattern());
  std::string resources = fmt::format(R"(["{}","{}"])", resource_pattern(), resource_pattern());
  return fmt::format(R"({{"Effect":"{}","{}":{},"{}":{},"Condition":{}}})",
                     effect.empty() ? pick({"Allow", "Allow", "Deny"}) : effect,
                     pick({"Action", "Action", "NotAction"}), actions, pick({"Resource", "Resource", "NotResource"}),
                     resources, condition());
}

std::vector<std::pair<std::string, std::string>> RandomPolicies::keys() {
  std::vector<std::pair<std::string, std::string>> out;
  if (below(4)) out.emplace_back("aws:username", "ann");
  for (int i = below(3); i > 0; --i) out.emplace_back("k:text", pick({"a", "b", "bc", "ann", ""}));
  if (below(3)) out.emplace_back("k:number", pick({"1", "5", "9", "many"}));
  if (below(3)) out.emplace_back("k:ip", pick({"10.1.1.1", "192.0.2.1", "2001:db8::1", "here"}));
  return out;
}

namespace {

constexpr int kRounds = 4000;

Policy compile(const std::vector<std::string>& statements) {
  auto document =
      parse(fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", fmt::join(statements, ",")), Kind::Inline);
  EXPECT_TRUE(document) << document.error().message << document.error().place << fmt::format("{}", statements);
  return *Policy::compile(*document);
}

struct Asked {
  explicit Asked(RandomPolicies& random) : action(random.action()), resource(random.resource()) {
    for (const auto& [key, value] : random.keys()) keys.add(key, value);
  }
  Decision of(const std::vector<Policy>& identity) const {
    std::vector<const Policy*> list;
    for (const Policy& policy : identity) list.push_back(&policy);
    Caller caller{.kind = Caller::Kind::User, .account = "111122223333", .unique_id = "AIDAANNXXXXXXXXXXXXX"};
    return evaluate({caller, action, resource, "111122223333", keys}, {.identity = list});
  }
  bool applies(const std::string& statement) const {  // as an Allow
    return of({compile({statement})}).allowed();
  }
  std::string action, resource;
  KeyList keys;
};

class Property : public testing::Test {
 protected:
  Property() : seed_(std::getenv("SKERRY_SEED") ? std::atoi(std::getenv("SKERRY_SEED")) : std::random_device()()) {}
  template <class Check>
  void each_round(Check check) {
    RandomPolicies random(seed_);
    SCOPED_TRACE(fmt::format("SKERRY_SEED={}", seed_));
    for (int round = 0; round < kRounds && !HasFailure(); ++round) check(random);
  }
  std::uint32_t seed_;
};

TEST_F(Property, AddingADenyNeverAllows) {
  each_round([](RandomPolicies& random) {
    auto statements = random.statements(6);
    Asked asked(random);
    Decision before = asked.of({compile(statements)});
    auto at = statements.begin() + random.below(static_cast<int>(statements.size()) + 1);
    std::string deny = random.statement("Deny");
    statements.insert(at, deny);
    Decision after = asked.of({compile(statements)});
    EXPECT_TRUE(before.allowed() || !after.allowed()) << deny;
    bool denied = before.outcome == Decision::Outcome::ExplicitDeny;
    EXPECT_TRUE(!denied || after.outcome == before.outcome) << deny;
  });
}

TEST_F(Property, AddingAnAllowNeverDenies) {
  each_round([](RandomPolicies& random) {
    auto statements = random.statements(6);
    Asked asked(random);
    Decision before = asked.of({compile(statements)});
    statements.push_back(random.statement("Allow"));
    Decision after = asked.of({compile(statements)});
    EXPECT_TRUE(after.allowed() || !before.allowed());
    bool denied = before.outcome == Decision::Outcome::ExplicitDeny;
    EXPECT_EQ(after.outcome == Decision::Outcome::ExplicitDeny, denied);
  });
}

TEST_F(Property, OrderNeverMatters) {
  each_round([](RandomPolicies& random) {
    auto statements = random.statements(6);
    Asked asked(random);
    Decision::Outcome together = asked.of({compile(statements)}).outcome;
    for (std::size_t i = statements.size(); i > 1; --i) {
      std::swap(statements[i - 1], statements[static_cast<std::size_t>(random.below(static_cast<int>(i)))]);
    }
    EXPECT_EQ(asked.of({compile(statements)}).outcome, together);
    std::vector<Policy> apart;  // nor does it matter which document a statement is in
    for (const std::string& statement : statements) apart.push_back(compile({statement}));
    EXPECT_EQ(asked.of(apart).outcome, together);
  });
}

TEST_F(Property, TheDecidingStatementDecides) {
  each_round([](RandomPolicies& random) {
    auto statements = random.statements(6);
    Asked asked(random);
    Decision decision = asked.of({compile(statements)});
    if (!decision.by) return;
    Decision alone = asked.of({compile({statements[decision.by->statement]})});
    EXPECT_EQ(alone.outcome, decision.outcome) << statements[decision.by->statement];
  });
}

TEST_F(Property, NotXIsTheComplement) {
  each_round([](RandomPolicies& random) {
    Asked asked(random);
    std::string pattern = random.action_pattern();
    auto on_action = [&](const char* element) {
      return asked.applies(fmt::format(R"({{"Effect":"Allow","{}":"{}","Resource":"*"}})", element, pattern));
    };
    EXPECT_NE(on_action("Action"), on_action("NotAction")) << pattern << " " << asked.action;
    pattern = random.resource_pattern();
    auto on_resource = [&](const char* element) {
      return asked.applies(fmt::format(R"({{"Effect":"Allow","Action":"*","{}":"{}"}})", element, pattern));
    };
    KeyList none;
    Substitution substitution{asked.keys};
    ArnPattern(pattern, Variables::Yes).matches(ArnView(asked.resource), substitution);
    // Where a variable has no value an Allow applies to neither side.
    if (substitution.unresolved) {
      EXPECT_FALSE(on_resource("Resource") || on_resource("NotResource")) << pattern;
    } else {
      EXPECT_NE(on_resource("Resource"), on_resource("NotResource")) << pattern << " " << asked.resource;
    }
  });
}

TEST_F(Property, ANegatedOperatorIsTheComplement) {
  constexpr std::pair<const char*, const char*> kPairs[] = {
      {"StringEquals", "StringNotEquals"}, {"StringLike", "StringNotLike"}, {"ArnLike", "ArnNotLike"}};
  each_round([&](RandomPolicies& random) {
    Asked asked(random);
    for (auto [yes, no] : kPairs) {
      auto with = [&](const std::string& op) {
        return asked.applies(fmt::format(
            R"({{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{}":{{"k:text":["a","b*"]}}}}}})", op));
      };
      EXPECT_NE(with(yes), with(no)) << yes;
      // For all: none fails. For any: one fits.
      if (!asked.keys.find("k:text").empty()) continue;
      EXPECT_TRUE(with(fmt::format("ForAllValues:{}", yes)) && with(fmt::format("ForAllValues:{}", no)));
      EXPECT_FALSE(with(fmt::format("ForAnyValue:{}", yes)) || with(fmt::format("ForAnyValue:{}", no)));
    }
  });
}

TEST_F(Property, IfExistsNeverAppliesToLess) {
  each_round([](RandomPolicies& random) {
    Asked asked(random);
    const char* names[] = {"StringEquals", "StringNotLike", "ForAnyValue:StringLike", "ForAllValues:StringEquals"};
    const char* name = names[random.below(4)];
    auto with = [&](const std::string& op) {
      return asked.applies(
          fmt::format(R"({{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{}":{{"k:text":"a"}}}}}})", op));
    };
    EXPECT_TRUE(with(fmt::format("{}IfExists", name)) || !with(name)) << name;
  });
}

}  // namespace
}  // namespace skerry::iam::policy
