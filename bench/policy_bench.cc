// How long one decision takes: 10 documents of 20 statements, which most requests fit hardly, and the worst kinds.
//
//   ninja -C build/release policy_bench && build/release/src/iam/policy/policy_bench
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/check.h"
#include "iam/policy/evaluate.h"
#include "iam/policy/parse.h"

namespace skerry::iam::policy {
namespace {

constexpr int kDocuments = 10, kStatements = 20;

// `statement(d, s)` is the JSON of each; the very last statement allows.
template <class Statement>
std::vector<Policy> make(Statement statement) {
  std::vector<Policy> out;
  for (int d = 0; d < kDocuments; ++d) {
    std::string statements;
    for (int s = 0; s < kStatements; ++s) {
      bool last = d == kDocuments - 1 && s == kStatements - 1;
      statements += last ? R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})" : statement(d, s);
      if (s + 1 < kStatements) statements += ',';
    }
    auto document = parse(fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statements), Kind::Inline);
    CHECK(document.has_value(), "{}", document.error().message);
    out.push_back(*Policy::compile(*document));
  }
  return out;
}

void run(benchmark::State& state, const std::vector<Policy>& policies) {
  std::vector<const Policy*> list;
  for (const Policy& policy : policies) list.push_back(&policy);
  KeyList keys;
  for (const char* key : {"aws:username", "aws:userid", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType",
                          "aws:UserAgent", "aws:CurrentTime", "aws:EpochTime", "aws:SecureTransport", "s3:authType"}) {
    keys.add(key, "value");
  }
  keys.add("aws:SourceIp", "198.51.100.7");
  Caller caller{.kind = Caller::Kind::User, .account = "111122223333", .unique_id = "AIDAANNXXXXXXXXXXXXX"};
  Request request{caller, "s3:GetObject", "arn:aws:s3:::bucket-199/some/key", "111122223333", keys};
  for (auto _ : state) {
    Decision decision = evaluate(request, {.identity = list});
    benchmark::DoNotOptimize(decision);
    CHECK(decision.allowed(), "the last statement allows");
  }
}

void other_services(benchmark::State& state) {
  constexpr const char* kServices[] = {"ec2", "iam", "sqs", "lambda", "s3"};
  run(state, make([&](int d, int s) {
        return fmt::format(
            R"({{"Effect":"Allow","Action":["{}:Get*","{}:List*"],"Resource":"arn:aws:s3:::bucket-{}{}/*"}})",
            kServices[s % 5], kServices[s % 5], d, s);
      }));
}
BENCHMARK(other_services);

void other_buckets(benchmark::State& state) {
  run(state, make([](int d, int s) {
        return fmt::format(
            R"({{"Effect":"Allow","Action":["s3:Get*","s3:Put*"],"Resource":"arn:aws:s3:::bucket-{}-{}/*"}})", d, s);
      }));
}
BENCHMARK(other_buckets);

void same_bucket_failing_conditions(benchmark::State& state) {
  run(state, make([](int d, int) {
        return fmt::format(
            R"({{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{{"IpAddress":{{"aws:SourceIp":"203.0.{}.0/24"}}}}}})",
            d);
      }));
}
BENCHMARK(same_bucket_failing_conditions);

void variables_and_wildcards_in_all(benchmark::State& state) {
  run(state, make([](int d, int s) {
        return fmt::format(
            R"({{"Effect":"Deny","Action":"*:*Object","Resource":"arn:aws:s3:::*/${{aws:username}}/*{}-{}"}})", d, s);
      }));
}
BENCHMARK(variables_and_wildcards_in_all);

}  // namespace
}  // namespace skerry::iam::policy

BENCHMARK_MAIN();
