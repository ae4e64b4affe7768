#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "base/check.h"
#include "iam/policy/evaluate.h"
#include "iam/policy/parse.h"

// Evaluating allocates nothing: every allocation of this program is counted.
namespace {
thread_local long allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace skerry::iam::policy {
namespace {

Policy policy(const std::string& statements, Kind kind = Kind::Inline) {
  auto document = parse(fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statements), kind);
  CHECK(document.has_value(), "{} {}", document.error().message, document.error().place);
  return *Policy::compile(*document);
}

TEST(Allocation, EvaluatingDoesNotAllocate) {
  // Every operator, variables, wildcards in all fields, Not-elements; texts too long for small strings.
  std::string conditions;
  struct Row {
    const char* op;
    const char* value;
  };
  constexpr Row kRows[] = {{"StringEquals", "${aws:PrincipalTag/a-long-name-of-a-tag, 'a default that is quite long'}"},
                           {"StringNotEqualsIgnoreCase", "A-VALUE-THAT-IS-LONGER-THAN-A-SMALL-STRING"},
                           {"StringLike", "*${aws:username}*?*"},
                           {"NumericLessThanEquals", "12345678901234567"},
                           {"DateGreaterThan", "2020-01-01T00:00:01.123456789+01:00"},
                           {"Bool", "true"},
                           {"BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA=="},
                           {"IpAddress", "2001:db8:1234:5678:9abc:def0::/96"},
                           {"ArnLike", "arn:aws:*:*:*:*/${aws:username}/*"},
                           {"ForAnyValue:StringLike", "*value*"},
                           {"ForAllValues:StringNotLike", "${aws:userid}*"},
                           {"Null", "false"}};
  for (const Row& row : kRows) {
    conditions += fmt::format(
        R"({{"Effect":"Deny","NotAction":"iam:*","NotResource":["arn:aws:s3:::other-bucket/${{aws:username}}/*"],)"
        R"("Condition":{{"{}":{{"k:a-key-with-a-long-name":"{}"}},"NumericEquals":{{"k:absent":"1"}}}}}},)",
        row.op, row.value);
  }
  Policy identity =
      policy(conditions + R"({"Effect":"Allow","Action":["s3:*Object*"],"Resource":"arn:*:s3:::bucket*/*"})");
  Policy bucket = policy(
      R"({"Effect":"Allow","NotPrincipal":{"AWS":["AROAROLEXXXXXXXXXXXX","111122223333"]},"Action":"*","Resource":"*"})",
      Kind::Resource);
  const Policy* const own[] = {&identity};
  const Policy* const theirs[] = {&bucket};

  Caller caller{.kind = Caller::Kind::User, .account = "111122223333", .unique_id = "AIDAANNXXXXXXXXXXXXX"};
  const char* const kValues[] = {"a-value-that-is-longer-than-a-small-string",
                                 "12345678901234567",
                                 "2020-01-01T00:00:01.123456789+01:00",
                                 "2001:db8:1234:5678:9abc:def0:1:2",
                                 "arn:aws:iam::111122223333:user/ann/a-long-path",
                                 "true"};
  for (const char* value : kValues) {
    KeyList keys;
    keys.add("aws:username", "a-user-whose-name-is-long-enough");
    keys.add("k:a-key-with-a-long-name", value);
    keys.add("k:a-key-with-a-long-name", value);
    Request request{caller, "s3:GetObjectVersionTagging", "arn:aws:s3:::bucket-with-a-long-name/and/a/long/key",
                    "111122223333", keys};
    long before = allocations;
    Decision decision = evaluate(request, {.resource = theirs, .identity = own, .boundary = own, .session = own});
    EXPECT_EQ(allocations, before) << value;
    EXPECT_TRUE(decision.allowed());
  }
}

TEST(Allocation, IsCounted) {
  long before = allocations;
  auto* one = new std::string(100, 'x');
  EXPECT_GT(allocations, before);
  delete one;
}

}  // namespace
}  // namespace skerry::iam::policy
