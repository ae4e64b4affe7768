// Answers questions of tests/policy/differential.py, one a line, fields parted by tabs:
//
//   key NAME VALUE            one more value of a key, for all questions that follow
//   like PATTERN VALUE        1 or 0
//   arn PATTERN VALUE         1 or 0
//   condition OPERATOR POLICY REQUEST
//                             1, 0 or bad; POLICY and REQUEST are lists: each value is followed by a unit separator
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "iam/policy/condition.h"

namespace {

using namespace skerry::iam::policy;

std::vector<std::string> split(const std::string& text, char separator, bool terminated) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  for (std::size_t at = text.find(separator); at != text.npos; at = text.find(separator, begin)) {
    out.push_back(text.substr(begin, at - begin));
    begin = at + 1;
  }
  if (!terminated) out.push_back(text.substr(begin));
  return out;
}

// The keys of the file and, for one question, the key that its condition is about.
class AllKeys final : public Keys {
 public:
  AllKeys(const Keys& common, const std::vector<std::string>& values)
      : common_(common), values_(values.begin(), values.end()) {}
  std::span<const std::string_view> find(std::string_view key) const override {
    if (key == "k") return values_;
    return common_.find(key);
  }

 private:
  const Keys& common_;
  std::vector<std::string_view> values_;
};

const char* answer(const std::vector<std::string>& fields, const KeyList& keys) {
  Substitution substitution{keys};
  if (fields[0] == "like") {
    return Pattern(fields[1], Wildcards::Yes, Variables::Yes).matches(fields[2], substitution) ? "1" : "0";
  }
  if (fields[0] == "arn")
    return ArnPattern(fields[1], Variables::Yes).matches(ArnView(fields[2]), substitution) ? "1" : "0";
  auto op = Operator::parse(fields[1]);
  if (!op) return "bad";
  auto condition = Condition::make(*op, "k", split(fields[2], '\x1f', true), Variables::Yes);
  if (!condition) return "bad";
  std::vector<std::string> values = split(fields[3], '\x1f', true);
  AllKeys all(keys, values);
  Substitution with_key{all};
  return condition->holds(with_key) ? "1" : "0";
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  KeyList keys;
  std::string line;
  while (std::getline(std::cin, line)) {
    auto fields = split(line, '\t', false);
    if (fields[0] == "key") {
      keys.add(fields[1], fields[2]);
    } else {
      std::puts(answer(fields, keys));
    }
  }
}
