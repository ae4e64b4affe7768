#include "iam/policy/pattern.h"

#include <gtest/gtest.h>

#include "iam/policy/arn_pattern.h"

namespace skerry::iam::policy {
namespace {

// The request of all tests here.
const KeyList& keys() {
  static const KeyList* const kKeys = [] {
    auto* list = new KeyList();
    list->add("aws:username", "ann");
    list->add("aws:PrincipalTag/Team", "blue");
    list->add("aws:PrincipalTag/star", "*");
    list->add("aws:PrincipalTag/mark", "a?c");
    list->add("aws:PrincipalTag/colons", "x:y:z");
    list->add("aws:PrincipalTag/empty", "");
    list->add("aws:PrincipalTag/nested", "${aws:username}");
    list->add("aws:PrincipalArn", "arn:aws:iam::123456789012:user/ann");
    list->add("aws:TagKeys", "a");
    list->add("aws:TagKeys", "b");
    return list;
  }();
  return *kKeys;
}

struct Row {
  const char* pattern;
  const char* value;
  bool matches;
};

bool like(const Row& row, Variables variables = Variables::Yes) {
  Substitution substitution{keys()};
  return Pattern(row.pattern, Wildcards::Yes, variables).matches(row.value, substitution);
}

TEST(Pattern, Wildcards) {
  constexpr Row kRows[] = {
      {"", "", true},
      {"", "a", false},
      {"a", "a", true},
      {"a", "A", false},
      {"a", "ab", false},
      {"ab", "a", false},
      {"*", "", true},
      {"*", "anything/at:all", true},
      {"**", "", true},
      {"?", "", false},
      {"?", "a", true},
      {"?", "ab", false},
      {"?", "é", true},  // a character, of two bytes
      {"??", "é", false},
      {"a?c", "aéc", true},
      {"*é", "éé", true},
      {"a*", "a", true},
      {"a*", "abc", true},
      {"a*", "ba", false},
      {"*a", "ba", true},
      {"*a", "ab", false},
      {"a*b", "ab", true},
      {"a*b", "axxb", true},
      {"a*b", "axxbx", false},
      {"a*b*c", "abbbcc", true},
      {"*ab*ab", "abab", true},
      {"*ab*ab", "ab", false},
      {"*ab*ab", "abaab", true},
      {"*aab", "aaab", true},  // a run that took too little is tried again
      {"?*", "", false},
      {"?*", "a", true},
      {"*?", "abc", true},
      {"*?*", "", false},
      {"a.c", "abc", false},  // no regular expression
      {"[ab]", "a", false},
      {"\\*", "\\x", true},
      {"home/*", "home/", true},
      {"home/*", "home", false},
      {"t2.*", "t2.micro", true},
      {"*log*", "carlossalazar-logs", true},
  };
  for (const Row& row : kRows) EXPECT_EQ(like(row), row.matches) << row.pattern << " ~ " << row.value;
}

TEST(Pattern, VariablesAreReplacedByTheRequestsValues) {
  constexpr Row kRows[] = {
      {"${aws:username}", "ann", true},
      {"${aws:username}", "bob", false},
      {"${AWS:UserName}", "ann", true},  // keys have no case
      {"${aws:PrincipalTag/team}", "blue", true},
      {"home/${aws:username}/*", "home/ann/x", true},
      {"home/${aws:username}/*", "home/ann", false},
      {"*${aws:username}*", "joann", true},
      {"${aws:username}${aws:username}", "annann", true},
      {"${aws:username}?", "anna", true},
      {"x${aws:PrincipalTag/empty}y", "xy", true},
      {"${aws:PrincipalTag/colons}", "x:y:z", true},
  };
  for (const Row& row : kRows) EXPECT_EQ(like(row), row.matches) << row.pattern << " ~ " << row.value;
}

TEST(Pattern, WildcardsInValuesMatchThemselvesOnly) {
  constexpr Row kRows[] = {
      {"${aws:PrincipalTag/star}", "*", true},
      {"${aws:PrincipalTag/star}", "anything", false},
      {"${aws:PrincipalTag/mark}", "a?c", true},
      {"${aws:PrincipalTag/mark}", "abc", false},
      {"${aws:PrincipalTag/nested}", "${aws:username}", true},
      {"${aws:PrincipalTag/nested}", "ann", false},
  };
  for (const Row& row : kRows) EXPECT_EQ(like(row), row.matches) << row.pattern << " ~ " << row.value;
}

TEST(Pattern, SpecialCharacters) {
  constexpr Row kRows[] = {
      {"${*}", "*", true},         {"${*}", "a", false},      {"${?}", "?", true},
      {"${?}", "a", false},        {"${$}", "$", true},       {"a${*}b*", "a*bcd", true},
      {"a${*}b*", "axbcd", false}, {"${$}{x}", "${x}", true}, {"${$}${*}", "$*", true},
  };
  for (const Row& row : kRows) EXPECT_EQ(like(row), row.matches) << row.pattern << " ~ " << row.value;
}

TEST(Pattern, Defaults) {
  constexpr Row kRows[] = {
      {"${aws:userid, 'anonymous'}", "anonymous", true},
      {"${aws:userid,'anonymous'}", "anonymous", true},
      {"${aws:userid, ''}", "", true},
      {"${aws:userid, '*'}", "x", false},  // a default is as literal as a value
      {"${aws:userid, '*'}", "*", true},
      {"${aws:username, 'nobody'}", "ann", true},
      {"${aws:username, 'nobody'}", "nobody", false},
      {"b/${aws:PrincipalTag/none, 'all'}/*", "b/all/x", true},
      {"${aws:userid, anonymous}", "anonymous", false},  // not quoted, so it is a key with an odd name
  };
  for (const Row& row : kRows) EXPECT_EQ(like(row), row.matches) << row.pattern << " ~ " << row.value;
}

TEST(Pattern, AVariableWithoutAValueMatchesNothingAndIsReported) {
  for (const char* text : {"${aws:userid}", "*${aws:userid}*", "${aws:TagKeys}"}) {
    for (const char* value : {"", "a", "b", "${aws:userid}"}) {
      Substitution substitution{keys()};
      EXPECT_FALSE(Pattern(text, Wildcards::Yes, Variables::Yes).matches(value, substitution)) << text;
      EXPECT_TRUE(substitution.unresolved) << text;
    }
  }
  Substitution substitution{keys()};
  EXPECT_FALSE(Pattern("home/${aws:userid}", Wildcards::Yes, Variables::Yes).matches("work/a", substitution));
  EXPECT_FALSE(substitution.unresolved) << "whatever its value, it could not have matched";
}

TEST(Pattern, WhatIsNoVariableIsText) {
  constexpr Row kRows[] = {
      {"${}", "${}", true},
      {"${aws:username", "${aws:username", true},
      {"$aws:username", "$aws:username", true},
      {"{aws:username}", "{aws:username}", true},
  };
  for (const Row& row : kRows) EXPECT_EQ(like(row), row.matches) << row.pattern << " ~ " << row.value;
  EXPECT_TRUE(like({"${aws:username}", "${aws:username}", true}, Variables::No)) << "version 2008-10-17";
  EXPECT_FALSE(like({"${aws:username}", "ann", true}, Variables::No));
  EXPECT_TRUE(like({"${*}", "${abc}", true}, Variables::No)) << "there the star is a wildcard";
}

TEST(Pattern, WithoutWildcardsStarsAreText) {
  Substitution substitution{keys()};
  Pattern pattern("a*?${*}", Wildcards::No, Variables::Yes);
  EXPECT_TRUE(pattern.matches("a*?*", substitution));
  EXPECT_FALSE(pattern.matches("abcd", substitution));
}

TEST(Pattern, CaseIsIgnoredOnDemandInTextAndInValues) {
  Substitution substitution{keys()};
  Pattern pattern("Home-${aws:username}", Wildcards::No, Variables::Yes, Case::Ignore);
  EXPECT_TRUE(pattern.matches("hOME-aNN", substitution));
  EXPECT_FALSE(pattern.matches("hOME-aN", substitution));
  EXPECT_FALSE(Pattern("É", Wildcards::No, Variables::Yes, Case::Ignore).matches("é", substitution)) << "ASCII only";
}

TEST(Pattern, ALongPatternOfStarsIsNotSlow) {
  std::string stars, value(20000, 'a');
  for (int i = 0; i < 5000; ++i) stars += "*a";
  Substitution substitution{keys()};
  EXPECT_TRUE(Pattern(stars, Wildcards::Yes, Variables::Yes).matches(value, substitution));
  EXPECT_FALSE(Pattern(stars + "b", Wildcards::Yes, Variables::Yes).matches(value, substitution));
}

bool arn_like(const Row& row, Variables variables = Variables::Yes) {
  Substitution substitution{keys()};
  return ArnPattern(row.pattern, variables).matches(ArnView(row.value), substitution);
}

TEST(ArnPattern, FieldsAreComparedOneByOne) {
  constexpr Row kRows[] = {
      {"arn:aws:s3:::b", "arn:aws:s3:::b", true},
      {"arn:aws:s3:::b", "arn:aws:s3:::b/k", false},
      {"arn:aws:s3:::b/*", "arn:aws:s3:::b/k/l", true},
      {"arn:aws:s3:::b/*", "arn:aws:s3:::b", false},
      {"arn:aws:s3:::b*", "arn:aws:s3:::bucket/k", true},
      {"arn:aws:s3:::B", "arn:aws:s3:::b", false},
      {"arn:aws:s3:::*", "arn:aws:s3:::b/a:b:c", true},  // the last field has its colons
      {"arn:aws:iam::*:user/*", "arn:aws:iam::123456789012:user/ann", true},
      {"arn:aws:iam::*:user/*", "arn:aws:iam::123456789012:role/ann", false},
      {"arn:aws:iam::12345678901?:user/ann", "arn:aws:iam::123456789012:user/ann", true},
      {"arn:aws:sqs:us-*:*:q", "arn:aws:sqs:us-east-2:123456789012:q", true},
      {"arn:aws:sqs:us-*:*:q", "arn:aws:sqs:eu-west-1:123456789012:q", false},
      {"arn:*:s3:::b", "arn:aws-cn:s3:::b", true},
      // The documentation's example of a wildcard that does not reach over a colon.
      {"arn:aws:someservice:*:111122223333:finance/*",
       "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", false},
      {"arn:aws:someservice:*:111122223333:finance/*", "arn:aws:someservice:us-east-2:111122223333:finance/d", true},
      {"arn:aws:s3:*:b", "arn:aws:s3:::b", false},  // five fields are filled up from the right
      {"arn:aws:s3", "arn:aws:s3:::b", true},
      {"arn:aws:s3", "arn:aws:sqs:us-east-1:123456789012:q", false},
      {"*", "arn:aws:s3:::b", true},
      {"*", "no ARN", false},
      {"arn:aws:s3:::b", "b", false},
      {"arn:aws:s3:::*", "xrn:aws:s3:::b", false},
      {"*:*:*:*:*:*", "arn:aws:s3:::b", true},
  };
  for (const Row& row : kRows) EXPECT_EQ(arn_like(row), row.matches) << row.pattern << " ~ " << row.value;
}

TEST(ArnPattern, AValueCannotMoveAField) {
  constexpr Row kRows[] = {
      {"arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/ann", true},
      {"arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/ann/x", true},
      {"arn:aws:sqs:us-east-2:*:${aws:username}-queue", "arn:aws:sqs:us-east-2:123456789012:ann-queue", true},
      {"arn:aws:s3:::${aws:PrincipalTag/colons}", "arn:aws:s3:::x:y:z", true},
      {"arn:aws:s3:${aws:PrincipalTag/colons}:b", "arn:aws:s3:x:y:z:b", false},
      {"arn:aws:s3:::${aws:PrincipalTag/star}", "arn:aws:s3:::secret", false},
      {"arn:aws:s3:::b/${aws:PrincipalTag/none}", "arn:aws:s3:::b/", false},
      {"arn:aws:s3:::b/${aws:PrincipalTag/none, 'x:y'}", "arn:aws:s3:::b/x:y", true},
      {"${aws:PrincipalArn}", "arn:aws:iam::123456789012:user/ann", true},  // a whole ARN may be a variable
      {"${aws:PrincipalArn}", "arn:aws:iam::123456789012:user/bob", false},
      {"${aws:username}", "ann", false},
  };
  for (const Row& row : kRows) EXPECT_EQ(arn_like(row), row.matches) << row.pattern << " ~ " << row.value;
  EXPECT_FALSE(arn_like({"arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/ann", false}, Variables::No));
}

TEST(KeyList, NamesHaveNoCaseAndMayHaveSeveralValues) {
  EXPECT_EQ(keys().find("aws:tagkeys").size(), 2u);
  EXPECT_EQ(keys().find("aws:principaltag/team")[0], "blue");
  EXPECT_TRUE(keys().find("aws:userid").empty());
}

}  // namespace
}  // namespace skerry::iam::policy
