// Any bytes as a pattern, a value and a variable's value: matching ends, and a plain recursive matcher agrees with it.
#include <algorithm>

#include "base/check.h"
#include "iam/policy/arn_pattern.h"
#include "iam/policy/condition.h"

namespace {

using namespace skerry::iam::policy;

// Wildcards by the definition; only for short texts, and for bytes below 128.
bool like(std::string_view pattern, std::string_view value) {
  if (pattern.empty()) return value.empty();
  if (pattern[0] == '*') return like(pattern.substr(1), value) || (!value.empty() && like(pattern, value.substr(1)));
  return !value.empty() && (pattern[0] == '?' || pattern[0] == value[0]) && like(pattern.substr(1), value.substr(1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto line = [&text] {
    std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view out = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return out;
  };
  std::string_view pattern = line(), value = line(), variable = line(), op = line();
  KeyList keys;
  keys.add("v", variable);
  keys.add("k", value);
  Substitution substitution{keys};
  bool matches = Pattern(pattern, Wildcards::Yes, Variables::No).matches(value, substitution);
  bool ascii = std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 128; });
  if (ascii && pattern.size() < 12 && value.size() < 24) {
    CHECK(matches == like(pattern, value), "{} ~ {}", pattern, value);
  }
  Pattern(pattern, Wildcards::Yes, Variables::Yes, Case::Ignore).matches(value, substitution);
  ArnPattern(pattern, Variables::Yes).matches(ArnView(value), substitution);
  Pattern literal("${v}", Wildcards::Yes, Variables::Yes);
  CHECK(literal.matches(value, substitution) == (value == variable), "a variable's value is literal");
  if (auto parsed = Operator::parse(op)) {
    if (auto condition = Condition::make(*parsed, "k", {std::string(pattern)}, Variables::Yes)) {
      condition->holds(substitution);
    }
  }
  return 0;
}
