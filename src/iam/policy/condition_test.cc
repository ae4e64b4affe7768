#include "iam/policy/condition.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <set>

namespace skerry::iam::policy {
namespace {

using Texts = std::vector<std::string>;

// One line: operator, values of the policy, values of the request (none: the key is absent), and whether it holds.
struct Row {
  const char* op;
  Texts policy;
  Texts request;
  bool holds;
};

bool holds(const Row& row) {
  KeyList keys;
  keys.add("aws:username", "ann");
  keys.add("aws:PrincipalTag/yes", "true");
  for (const std::string& value : row.request) keys.add("k:Key", value);
  Substitution substitution{keys};
  auto op = Operator::parse(row.op);
  if (!op) {
    ADD_FAILURE() << row.op;
    return false;
  }
  auto condition = Condition::make(*op, "K:kEY", row.policy, Variables::Yes);
  EXPECT_TRUE(condition) << row.op;
  return condition && condition->holds(substitution);
}

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(holds(row), row.holds) << row.op << " {" << fmt::format("{}", fmt::join(row.policy, ", ")) << "} given {"
                                     << fmt::format("{}", fmt::join(row.request, ", ")) << "}";
  }
}

TEST(Condition, Strings) {
  check({
      {"StringEquals", {"a"}, {"a"}, true},
      {"StringEquals", {"a"}, {"A"}, false},
      {"StringEquals", {"a", "b"}, {"b"}, true},
      {"StringEquals", {"a*"}, {"ab"}, false},
      {"StringEquals", {"a*"}, {"a*"}, true},
      {"StringEquals", {""}, {""}, true},
      {"StringEquals", {"${aws:username}"}, {"ann"}, true},
      {"StringEquals", {}, {"a"}, false},
      {"StringNotEquals", {"a"}, {"b"}, true},
      {"StringNotEquals", {"a"}, {"a"}, false},
      {"StringNotEquals", {"a", "b"}, {"b"}, false},  // none of them: NOR
      {"StringNotEquals", {"a", "b"}, {"c"}, true},
      {"StringEqualsIgnoreCase", {"Ab"}, {"aB"}, true},
      {"StringEqualsIgnoreCase", {"ab*"}, {"ABC"}, false},
      {"StringNotEqualsIgnoreCase", {"Ab"}, {"aB"}, false},
      {"StringNotEqualsIgnoreCase", {"Ab"}, {"c"}, true},
      {"StringLike", {"a*"}, {"abc"}, true},
      {"StringLike", {"a?"}, {"abc"}, false},
      {"StringLike", {"A*"}, {"abc"}, false},
      {"StringLike", {"", "home/", "home/${aws:username}/*"}, {""}, true},
      {"StringLike", {"", "home/", "home/${aws:username}/*"}, {"home/ann/x"}, true},
      {"StringLike", {"", "home/", "home/${aws:username}/*"}, {"home/bob/x"}, false},
      {"StringNotLike", {"a*"}, {"abc"}, false},
      {"StringNotLike", {"a*"}, {"b"}, true},
  });
}

TEST(Condition, Numbers) {
  check({
      {"NumericEquals", {"10"}, {"10.0"}, true},
      {"NumericEquals", {"10"}, {"9"}, false},
      {"NumericNotEquals", {"10"}, {"9"}, true},
      {"NumericNotEquals", {"10"}, {"10"}, false},
      {"NumericLessThan", {"10"}, {"9"}, true},
      {"NumericLessThan", {"10"}, {"10"}, false},
      {"NumericLessThanEquals", {"10"}, {"10"}, true},
      {"NumericLessThanEquals", {"10"}, {"11"}, false},
      {"NumericGreaterThan", {"10"}, {"11"}, true},
      {"NumericGreaterThan", {"10"}, {"10"}, false},
      {"NumericGreaterThanEquals", {"10"}, {"10"}, true},
      {"NumericGreaterThanEquals", {"10"}, {"9"}, false},
      {"NumericLessThan", {"1", "10"}, {"5"}, true},
      {"NumericLessThan", {"10"}, {"many"}, false},
      {"NumericNotEquals", {"10"}, {"many"}, true},
  });
}

TEST(Condition, Dates) {
  check({
      {"DateEquals", {"2020-01-01T00:00:00Z"}, {"1577836800"}, true},
      {"DateNotEquals", {"2020-01-01T00:00:00Z"}, {"1577836801"}, true},
      {"DateGreaterThan", {"2020-01-01T00:00:01Z"}, {"2020-01-01T00:00:02Z"}, true},
      {"DateGreaterThan", {"2020-01-01T00:00:01Z"}, {"2020-01-01T00:00:01Z"}, false},
      {"DateGreaterThanEquals", {"2020-01-01T00:00:01Z"}, {"2020-01-01T00:00:01Z"}, true},
      {"DateLessThan", {"2020-01-01T00:00:01Z"}, {"2020-01-01T01:00:00+01:00"}, true},
      {"DateLessThan", {"2020-01-01T00:00:01Z"}, {"2020-01-01T00:00:01Z"}, false},
      {"DateLessThanEquals", {"2020-01-01T00:00:01Z"}, {"2020-01-01T00:00:01Z"}, true},
      {"DateLessThan", {"2020-01-01"}, {"yesterday"}, false},
      {"DateGreaterThan", {}, {"2020-01-01"}, false},
  });
}

TEST(Condition, BooleansAndBytes) {
  check({
      {"Bool", {"true"}, {"true"}, true},
      {"Bool", {"true"}, {"false"}, false},
      {"Bool", {"false"}, {"false"}, true},
      {"Bool", {"True"}, {"true"}, true},
      {"Bool", {"true", "false"}, {"false"}, true},
      {"Bool", {"${aws:PrincipalTag/yes}"}, {"true"}, true},
      {"BinaryEquals", {"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}, {"BinaryValueInBase64"}, true},
      {"BinaryEquals", {"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}, {"binaryvalueinbase64"}, false},
      {"BinaryEquals", {"AAE="}, {std::string("\0\1", 2)}, true},
  });
}

TEST(Condition, Addresses) {
  check({
      {"IpAddress", {"203.0.113.0/24"}, {"203.0.113.255"}, true},
      {"IpAddress", {"203.0.113.0/24"}, {"203.0.112.255"}, false},
      {"IpAddress", {"203.0.113.0/24", "2001:DB8:1234:5678::/64"}, {"2001:db8:1234:5678::9"}, true},
      {"IpAddress", {"203.0.113.0/24"}, {"here"}, false},
      {"IpAddress", {"203.0.113.0/24"}, {"203.0.113.0/25"}, false},  // no address
      {"NotIpAddress", {"203.0.113.0/24"}, {"203.0.113.1"}, false},
      {"NotIpAddress", {"203.0.113.0/24"}, {"192.0.2.1"}, true},
      {"NotIpAddress", {"192.0.2.0/24", "203.0.113.0/24"}, {"203.0.113.1"}, false},
      {"NotIpAddress", {"203.0.113.0/24"}, {"here"}, true},
  });
}

TEST(Condition, Arns) {
  for (const char* op : {"ArnEquals", "ArnLike"}) {  // the two are the same
    check({
        {op, {"arn:aws:sns:us-east-1:123456789012:t"}, {"arn:aws:sns:us-east-1:123456789012:t"}, true},
        {op, {"arn:aws:sns:*:123456789012:*"}, {"arn:aws:sns:us-east-1:123456789012:t"}, true},
        {op, {"arn:aws:sns:*:123456789012:*"}, {"arn:aws:sns:us-east-1:999999999999:t"}, false},
        {op, {"arn:aws:iam::*:user/${aws:username}"}, {"arn:aws:iam::123456789012:user/ann"}, true},
        {op, {"arn:aws:iam::*:user/${aws:username}"}, {"arn:aws:iam::123456789012:user/bob"}, false},
        {op, {"arn:aws:s3:::b"}, {"b"}, false},
    });
  }
  for (const char* op : {"ArnNotEquals", "ArnNotLike"}) {
    check({
        {op, {"arn:aws:iam::444455556666:user/user-name"}, {"arn:aws:iam::444455556666:user/user-name"}, false},
        {op, {"arn:aws:iam::444455556666:user/*"}, {"arn:aws:iam::444455556666:role/r"}, true},
        {op, {"arn:aws:s3:::b"}, {"b"}, true},
    });
  }
}

TEST(Condition, Null) {
  check({
      {"Null", {"true"}, {}, true},
      {"Null", {"true"}, {"x"}, false},
      {"Null", {"false"}, {}, false},
      {"Null", {"false"}, {"x"}, true},
      {"Null", {"false"}, {""}, true},
      {"Null", {"true", "false"}, {}, true},
      {"Null", {}, {"x"}, false},
  });
}

// The value of each operator that its key's absence gives, with every prefix and suffix.
TEST(Condition, AbsentKeys) {
  struct Name {
    const char* op;
    const char* value;
    bool negated;
  };
  constexpr Name kNames[] = {
      {"StringEquals", "a", false},
      {"StringNotEquals", "a", true},
      {"StringEqualsIgnoreCase", "a", false},
      {"StringNotEqualsIgnoreCase", "a", true},
      {"StringLike", "*", false},
      {"StringNotLike", "a", true},
      {"NumericEquals", "1", false},
      {"NumericNotEquals", "1", true},
      {"NumericLessThan", "1", false},
      {"NumericLessThanEquals", "1", false},
      {"NumericGreaterThan", "1", false},
      {"NumericGreaterThanEquals", "1", false},
      {"DateEquals", "1", false},
      {"DateNotEquals", "1", true},
      {"DateLessThan", "1", false},
      {"DateLessThanEquals", "1", false},
      {"DateGreaterThan", "1", false},
      {"DateGreaterThanEquals", "1", false},
      {"Bool", "true", false},
      {"BinaryEquals", "AA==", false},
      {"IpAddress", "0.0.0.0/0", false},
      {"NotIpAddress", "0.0.0.0/0", true},
      {"ArnEquals", "*", false},
      {"ArnLike", "*", false},
      {"ArnNotEquals", "*", true},
      {"ArnNotLike", "*", true},
  };
  for (const Name& name : kNames) {
    auto absent = [&](const std::string& op) { return holds({op.c_str(), {name.value}, {}, false}); };
    std::string op = name.op;
    EXPECT_EQ(absent(op), name.negated) << op;
    EXPECT_TRUE(absent(op + "IfExists")) << op;
    EXPECT_TRUE(absent("ForAllValues:" + op)) << op;
    EXPECT_FALSE(absent("ForAnyValue:" + op)) << op << ", negated or not";
    EXPECT_TRUE(absent("ForAllValues:" + op + "IfExists")) << op;
    EXPECT_TRUE(absent("ForAnyValue:" + op + "IfExists")) << op;
  }
}

TEST(Condition, SetOperators) {
  // The documentation's request for attributes of a DynamoDB table.
  const Texts kAllowed{"PostDateTime", "Message", "Tags"}, kForbidden{"ID", "PostDateTime"};
  check({
      {"ForAllValues:StringLike", kAllowed, {"PostDateTime", "Message"}, true},
      {"ForAllValues:StringLike", kAllowed, {"PostDateTime", "UserName"}, false},
      {"ForAllValues:StringEquals", kAllowed, {"ID"}, false},
      {"ForAnyValue:StringLike", kForbidden, {"UserName", "Message", "PostDateTime"}, true},
      {"ForAnyValue:StringLike", kForbidden, {"UserName"}, false},
      {"ForAllValues:StringNotEquals", {"a"}, {"b", "c"}, true},
      {"ForAllValues:StringNotEquals", {"a"}, {"a", "b"}, false},
      {"ForAnyValue:StringNotEquals", {"a"}, {"a", "b"}, true},
      {"ForAnyValue:StringNotEquals", {"a"}, {"a"}, false},
      {"ForAnyValue:StringNotEquals", {"a", "b"}, {"a", "b"}, false},
      {"ForAllValues:NumericLessThan", {"5"}, {"1", "4"}, true},
      {"ForAllValues:NumericLessThan", {"5"}, {"1", "6"}, false},
      {"ForAnyValue:NumericLessThan", {"5"}, {"9", "4"}, true},
      {"ForAllValues:StringEquals", {"a"}, {""}, true},  // an empty text is no value
      {"ForAnyValue:StringEquals", {""}, {""}, false},
      {"ForAllValues:StringEquals", {"a"}, {"", "a"}, true},
      {"ForAnyValue:ArnLike", {"arn:aws:s3:::*"}, {"x", "arn:aws:s3:::b"}, true},
      {"ForAnyValue:StringEqualsIfExists", {"a"}, {"b"}, false},
      {"StringEqualsIfExists", {"a"}, {"a"}, true},
      {"StringEqualsIfExists", {"a"}, {"b"}, false},
      {"StringNotEqualsIfExists", {"a"}, {"a"}, false},
  });
}

TEST(Condition, SeveralValuesWithoutASetOperator) {
  check({
      {"StringEquals", {"a"}, {"b", "a"}, true},
      {"StringNotEquals", {"a"}, {"b", "a"}, false},
  });
}

TEST(Condition, ValuesOfTheWrongKindMakeNone) {
  struct Bad {
    const char* op;
    const char* value;
  };
  constexpr Bad kBad[] = {{"NumericEquals", "ten"},
                          {"NumericLessThan", "${aws:username}"},
                          {"DateLessThan", "sdfdsf"},
                          {"DateEquals", "${aws:CurrentTime}"},
                          {"Bool", "yes"},
                          {"Null", "x"},
                          {"Null", "${aws:username}"},
                          {"IpAddress", "203.0.113.0/33"},
                          {"NotIpAddress", "here"},
                          {"BinaryEquals", "="}};
  for (const Bad& bad : kBad) {
    EXPECT_FALSE(Condition::make(*Operator::parse(bad.op), "k", {bad.value}, Variables::Yes)) << bad.op << bad.value;
  }
  EXPECT_FALSE(Condition::make(*Operator::parse("Bool"), "k", {"${aws:PrincipalTag/yes}"}, Variables::No));
}

TEST(Operator, NamesAreExact) {
  for (const char* name : {"", "x", "stringEquals", "StringEqual", "ForAnyValue::StringEqualsIfExists", "NullIfExists",
                           "ForAllValue:StringEquals", "ForAllValues:ForAnyValue:StringEquals", "IfExists",
                           "StringEqualsIfExistsIfExists", "BinaryNotEquals", "StringEquals ", "ForAllValues:"}) {
    EXPECT_FALSE(Operator::parse(name)) << name;
  }
}

TEST(Condition, TellsItsKeys) {
  auto keys = [](const char* op, Texts values) {
    std::vector<std::string> out;
    Condition::make(*Operator::parse(op), "aws:ResourceTag/Team", values, Variables::Yes)->append_keys(out);
    return std::set<std::string>(out.begin(), out.end());
  };
  using Set = std::set<std::string>;
  EXPECT_EQ(keys("StringEquals", {"${aws:PrincipalTag/Team, 'x'}", "${*}"}),
            (Set{"aws:resourcetag/team", "aws:principaltag/team"}));
  EXPECT_EQ(keys("ArnLike", {"arn:aws:s3:::${aws:username}"}), (Set{"aws:resourcetag/team", "aws:username"}));
  EXPECT_EQ(keys("NumericEquals", {"1"}), (Set{"aws:resourcetag/team"}));
}

}  // namespace
}  // namespace skerry::iam::policy
