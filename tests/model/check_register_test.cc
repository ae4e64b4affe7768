#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/random.h"
#include "tests/model/check.h"

namespace skerry::model {
namespace {

using Kind = Operation::Kind;
using Outcome = Operation::Outcome;

Operation put(std::string value, Moment invoked, Moment returned) {
  return {Kind::Put, "k", value, {}, Outcome::Done, invoked, returned};
}
Operation remove(Moment invoked, Moment returned) {
  return {Kind::Delete, "k", {}, {}, Outcome::Done, invoked, returned};
}
Operation get(std::optional<std::string> value, Moment invoked, Moment returned) {
  return {Kind::Get, "k", value, {}, Outcome::Done, invoked, returned};
}
Operation unknown(Operation operation) {
  operation.outcome = Outcome::Unknown;
  operation.returned = kNever;
  return operation;
}
Operation refused(Operation operation) {
  operation.outcome = Outcome::Refused;
  return operation;
}
Operation only_if(std::optional<std::string> value, Operation operation) {
  operation.only_if = Condition{value};
  return operation;
}

bool right(std::vector<Operation> operations) { return !check_register(std::move(operations)); }

TEST(CheckRegister, TakesWhatHappenedOneAfterAnother) {
  EXPECT_TRUE(right({}));
  EXPECT_TRUE(right({get({}, 1, 2)}));
  EXPECT_TRUE(right({put("a", 1, 2), get("a", 3, 4), put("b", 5, 6), get("b", 7, 8), remove(9, 10), get({}, 11, 12)}));
}

TEST(CheckRegister, RefusesAValueThatNobodyPut) {
  EXPECT_FALSE(right({get("a", 1, 2)}));
  EXPECT_FALSE(right({put("a", 1, 2), get("b", 3, 4)}));
}

TEST(CheckRegister, RefusesAStaleRead) {
  EXPECT_FALSE(right({put("a", 1, 2), get({}, 3, 4)}));
  EXPECT_FALSE(right({put("a", 1, 2), put("b", 3, 4), get("a", 5, 6)}));
  EXPECT_FALSE(right({put("a", 1, 2), remove(3, 4), get("a", 5, 6)}));
}

TEST(CheckRegister, RefusesAReadFromTheFuture) { EXPECT_FALSE(right({get("a", 1, 2), put("a", 3, 4)})); }

TEST(CheckRegister, LetsConcurrentReadsSeeEitherButNotBackAgain) {
  Operation old = put("a", 1, 2), slow = put("b", 3, 20);
  EXPECT_TRUE(right({old, slow, get("a", 4, 5), get("b", 6, 7)}));
  EXPECT_TRUE(right({old, slow, get("b", 4, 9), get("a", 5, 8)}));
  EXPECT_FALSE(right({old, slow, get("b", 4, 5), get("a", 6, 7)}));
}

TEST(CheckRegister, HoldsOverlappingWritesToOneOrder) {
  Operation a = put("a", 1, 10), b = put("b", 1, 10);
  EXPECT_TRUE(right({a, b, get("a", 11, 12), get("a", 13, 14)}));
  EXPECT_TRUE(right({a, b, get("b", 11, 12)}));
  EXPECT_FALSE(right({a, b, get("a", 11, 12), get("b", 13, 14)})) << "one of them is the last for ever";
  EXPECT_FALSE(right({a, b, get("a", 11, 14), get("b", 11, 14)}));
}

TEST(CheckRegister, AWriteOfUnknownOutcomeMayHappenAtAnyTimeOrNever) {
  Operation maybe = unknown(put("b", 3, 0));
  EXPECT_TRUE(right({put("a", 1, 2), maybe, get("a", 5, 6)}));
  EXPECT_TRUE(right({put("a", 1, 2), maybe, get("b", 5, 6)}));
  EXPECT_TRUE(right({put("a", 1, 2), maybe, get("a", 5, 6), put("c", 7, 8), get("b", 9, 10)}));
  EXPECT_FALSE(right({put("a", 1, 2), maybe, get("b", 5, 6), get("a", 7, 8)})) << "but once only";
  EXPECT_FALSE(right({put("a", 1, 2), get("b", 2, 2), maybe})) << "and not before it began";
  EXPECT_FALSE(right({put("a", 1, 2), maybe, get("b", 5, 6), put("c", 7, 8), get("b", 9, 10)}));
}

TEST(CheckRegister, ADeleteOfUnknownOutcomeExplainsOneAbsence) {
  Operation maybe = unknown(remove(3, 0));
  EXPECT_TRUE(right({put("a", 1, 2), maybe, get({}, 5, 6)}));
  EXPECT_FALSE(right({put("a", 1, 2), maybe, get({}, 5, 6), put("b", 7, 8), get({}, 9, 10)}));
  EXPECT_TRUE(right({put("a", 1, 2), maybe, maybe, get({}, 5, 6), put("b", 7, 8), get({}, 9, 10)}));
}

TEST(CheckRegister, HoldsConditionsToTheStateTheyMet) {
  EXPECT_TRUE(right({only_if({}, put("a", 1, 2)), only_if("a", put("b", 3, 4)), get("b", 5, 6)}));
  EXPECT_FALSE(right({only_if({}, put("a", 1, 10)), only_if({}, put("b", 1, 10))})) << "two winners";
  EXPECT_TRUE(right({only_if({}, put("a", 1, 10)), refused(only_if({}, put("b", 1, 10))), get("a", 11, 12)}));
  EXPECT_FALSE(right({only_if({}, put("a", 1, 10)), refused(only_if({}, put("b", 1, 10))), get("b", 11, 12)}));
  EXPECT_FALSE(right({refused(only_if({}, put("a", 1, 2)))})) << "no winner";
  EXPECT_TRUE(right({unknown(put("x", 1, 0)), refused(only_if({}, put("a", 2, 3)))}));
  EXPECT_TRUE(right({put("a", 1, 2), only_if("a", remove(3, 4)), get({}, 5, 6)}));
}

TEST(CheckRegister, SaysWhatCannotBePlaced) {
  auto wrong = check_register({put("a", 1, 2), put("b", 3, 4), get("a", 5, 6)});
  ASSERT_TRUE(wrong);
  EXPECT_NE(wrong->find("[5,6] get k = a"), std::string::npos) << *wrong;
  EXPECT_NE(wrong->find("after [1,2] put k = a"), std::string::npos) << *wrong;
}

// The definition itself, by trying everything: every choice of the writes of unknown outcome, in every order.
bool right_by_definition(const std::vector<Operation>& all) {
  for (unsigned chosen = 0; chosen < 1u << all.size(); ++chosen) {
    std::vector<std::size_t> order;
    bool complete = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (chosen >> i & 1)
        order.push_back(i);
      else if (all[i].outcome != Outcome::Unknown)
        complete = false;
    }
    if (!complete) continue;
    do {
      std::optional<std::string> state;
      bool fits = true;
      for (std::size_t n = 0; n < order.size() && fits; ++n) {
        const Operation& operation = all[order[n]];
        for (std::size_t later = n + 1; later < order.size(); ++later)
          if (all[order[later]].returned < operation.invoked) fits = false;
        bool met = !operation.only_if || state == operation.only_if->value;
        if (operation.outcome == Outcome::Refused) {
          fits = fits && !met;
        } else if (operation.kind == Kind::Get) {
          fits = fits && state == operation.value;
        } else {
          fits = fits && met;
          state = operation.kind == Kind::Put ? operation.value : std::nullopt;
        }
      }
      if (fits) return true;
    } while (std::ranges::next_permutation(order).found);
  }
  return false;
}

TEST(CheckRegister, AgreesWithTheDefinitionOnRandomHistories) {
  SeededRandom random(7);
  int rights = 0;
  constexpr int kHistories = 20000;
  for (int n = 0; n < kHistories; ++n) {
    std::vector<Operation> operations;
    std::size_t count = 2 + random.below(5);
    for (std::size_t i = 0; i < count; ++i) {
      // Few values and moments, so that wrong and right are both common.
      auto value = [&] { return std::string(1, static_cast<char>('a' + random.below(2))); };
      Moment invoked = random.below(12);
      Moment returned = invoked + 1 + random.below(6);
      Operation operation = random.chance(0.45) ? put(value(), invoked, returned)
                            : random.chance(0.25)
                                ? remove(invoked, returned)
                                : get(random.chance(0.3) ? std::nullopt : std::optional(value()), invoked, returned);
      if (operation.kind != Kind::Get) {
        if (random.chance(0.3))
          operation = only_if(random.chance(0.5) ? std::nullopt : std::optional(value()), operation);
        if (random.chance(0.25))
          operation = unknown(operation);
        else if (operation.only_if && random.chance(0.4))
          operation = refused(operation);
      }
      operations.push_back(operation);
    }
    bool expected = right_by_definition(operations);
    rights += expected;
    ASSERT_EQ(right(operations), expected) << "history " << n;
  }
  EXPECT_GT(rights, kHistories / 5);
  EXPECT_LT(rights, kHistories * 4 / 5);
}

// Clients of a register that is right by construction: each operation takes effect at a random moment of its time.
std::vector<Operation> long_history(SeededRandom& random, std::size_t count, std::size_t clients, double lost) {
  struct Effect {
    Moment at;
    std::size_t operation;
  };
  std::vector<Operation> operations;
  std::vector<Effect> effects;
  std::vector<Moment> free_at(clients, 0);
  for (std::size_t i = 0; i < count; ++i) {
    Moment& now = free_at[random.below(clients)];
    Moment invoked = now + 1 + random.below(20);
    Moment effect = invoked + random.below(100);
    Moment returned = effect + 1 + random.below(100);
    now = returned;
    Operation operation = random.chance(0.4)   ? put(std::to_string(i), invoked, returned)
                          : random.chance(0.2) ? remove(invoked, returned)
                                               : get({}, invoked, returned);
    bool applied = true;
    if (operation.kind != Kind::Get && random.chance(lost)) {
      operation = unknown(operation);
      applied = random.chance(0.5);
    }
    operations.push_back(operation);
    if (applied) effects.push_back({effect, i});
  }
  std::ranges::stable_sort(effects, {}, &Effect::at);
  std::optional<std::string> state;
  for (const Effect& effect : effects) {
    Operation& operation = operations[effect.operation];
    if (operation.kind == Kind::Get)
      operation.value = state;
    else
      state = operation.kind == Kind::Put ? operation.value : std::nullopt;
  }
  return operations;
}

TEST(CheckRegister, JudgesLongHistoriesOfManyClients) {
  SeededRandom random(3);
  for (int n = 0; n < 20; ++n) {
    EXPECT_TRUE(right(long_history(random, 3000, 8, 0)));
    EXPECT_TRUE(right(long_history(random, 1000, 16, 0.05)));
  }
}

TEST(CheckRegister, FindsOneWrongReadInALongHistory) {
  SeededRandom random(4);
  for (int n = 0; n < 20; ++n) {
    auto operations = long_history(random, 500, 8, 0.02);
    // A put that was over long before, and overwritten since.
    auto reads = [](const Operation& operation) { return operation.kind == Kind::Get; };
    auto stale = std::find_if(operations.begin() + 400, operations.end(), reads);
    auto first =
        std::ranges::find_if(operations, [](auto& o) { return o.kind == Kind::Put && o.outcome == Outcome::Done; });
    stale->value = first->value;
    EXPECT_FALSE(right(operations));
  }
}

}  // namespace
}  // namespace skerry::model
