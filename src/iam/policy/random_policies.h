#pragma once
#include <random>
#include <string>
#include <vector>

// Random documents and requests over a small vocabulary, so that they meet often. A seed repeats them.
namespace skerry::iam::policy {

class RandomPolicies {
 public:
  explicit RandomPolicies(std::uint32_t seed) : random_(seed) {}

  // A JSON object; `effect` empty: either. Without principals.
  std::string statement(const std::string& effect = "");
  std::vector<std::string> statements(int max) {
    std::vector<std::string> out;
    for (int i = 0, n = 1 + below(max); i < n; ++i) out.push_back(statement());
    return out;
  }
  std::string action() { return pick({"s3:GetObject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage"}); }
  std::string resource() {
    return pick(
        {"arn:aws:s3:::b", "arn:aws:s3:::b/ann/x", "arn:aws:s3:::b/bob", "arn:aws:sqs:us-east-1:111122223333:q"});
  }
  std::string action_pattern() {
    return pick({"*", "s3:*", "s3:Get*", "S3:putobject", "sqs:Send?essage", "s3:ListBucket"});
  }
  std::string resource_pattern() {
    return pick({"*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::*",
                 "arn:aws:sqs:*:*:q", "arn:aws:s3:::b/${aws:PrincipalTag/none}", "arn:aws:s3"});
  }
  std::string condition();
  // Request's values of the keys k:text (several), k:number, k:ip; some are absent.
  std::vector<std::pair<std::string, std::string>> keys();
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

 private:
  std::string pick(std::initializer_list<const char*> all) { return all.begin()[below(static_cast<int>(all.size()))]; }
  std::mt19937 random_;
};

}  // namespace skerry::iam::policy
