#include "iam/policy/condition.h"

#include <algorithm>

#include "base/bytes.h"

namespace skerry::iam::policy {
namespace {

template <class Element, class Values>
bool keep(Values& values, std::optional<Element> element) {
  if (!element) return false;
  std::get<std::vector<Element>>(values).push_back(*std::move(element));
  return true;
}

std::optional<bool> parse_bool(std::string_view text) {
  std::string word = lower(text);
  if (word != "true" && word != "false") return std::nullopt;
  return word == "true";
}

}  // namespace

std::optional<Condition> Condition::make(Operator op, std::string_view key, const std::vector<std::string>& values,
                                         Variables variables) {
  using Family = Operator::Family;
  Condition out(op, lower(key));
  switch (op.family) {
    case Family::String:
    case Family::Bool:
      out.values_ = std::vector<Pattern>();
      break;
    case Family::Arn:
      out.values_ = std::vector<ArnPattern>();
      break;
    case Family::Numeric:
      out.values_ = std::vector<Number>();
      break;
    case Family::Date:
      out.values_ = std::vector<Instant>();
      break;
    case Family::Ip:
      out.values_ = std::vector<IpRange>();
      break;
    case Family::Binary:
      out.values_ = std::vector<Bytes>();
      break;
    case Family::Null:
      out.values_ = std::vector<bool>();
      break;
  }
  for (const std::string& value : values) {
    if (!out.read(value, variables)) return std::nullopt;
  }
  return out;
}

bool Condition::read(std::string_view text, Variables variables) {
  using Family = Operator::Family;
  switch (operator_.family) {
    case Family::Bool:
      if (!parse_bool(text) && (variables == Variables::No || text.find("${") == text.npos)) return false;
      [[fallthrough]];
    case Family::String:
      std::get<std::vector<Pattern>>(values_).emplace_back(text, operator_.wildcards ? Wildcards::Yes : Wildcards::No,
                                                           variables,
                                                           operator_.ignore_case ? Case::Ignore : Case::Exact);
      return true;
    case Family::Arn:
      std::get<std::vector<ArnPattern>>(values_).emplace_back(text, variables);
      return true;
    case Family::Numeric:
      return keep(values_, Number::parse(text));
    case Family::Date:
      return keep(values_, parse_instant(text));
    case Family::Ip:
      return keep(values_, IpRange::parse(text));
    case Family::Binary: {
      auto bytes = unbase64(text);
      return keep(values_, bytes ? std::optional(Bytes{*bytes}) : std::nullopt);
    }
    case Family::Null:
      return keep(values_, parse_bool(text));
  }
  return false;
}

bool Condition::compares(std::strong_ordering order) const {
  switch (operator_.compare) {
    case Operator::Compare::Equal:
      return order == 0;
    case Operator::Compare::Less:
      return order < 0;
    case Operator::Compare::LessEqual:
      return order <= 0;
    case Operator::Compare::Greater:
      return order > 0;
    case Operator::Compare::GreaterEqual:
      return order >= 0;
  }
  return false;
}

bool Condition::matches_any(std::string_view value, Substitution& substitution) const {
  struct {
    bool operator()(const std::vector<Pattern>& texts) const {
      return std::ranges::any_of(texts, [&](const Pattern& text) { return text.matches(value, substitution); });
    }
    bool operator()(const std::vector<ArnPattern>& arns) const {
      ArnView arn(value);
      return std::ranges::any_of(arns, [&](const ArnPattern& wanted) { return wanted.matches(arn, substitution); });
    }
    bool operator()(const std::vector<Number>& numbers) const {
      auto number = Number::parse(value);
      return number &&
             std::ranges::any_of(numbers, [&](const Number& bound) { return self.compares(number->order(bound)); });
    }
    bool operator()(const std::vector<Instant>& instants) const {
      auto instant = parse_instant(value);
      return instant && std::ranges::any_of(instants, [&](Instant bound) { return self.compares(*instant <=> bound); });
    }
    bool operator()(const std::vector<IpRange>& ranges) const {
      auto address = IpRange::parse_address(value);
      return address && std::ranges::any_of(ranges, [&](const IpRange& range) { return range.contains(*address); });
    }
    bool operator()(const std::vector<Bytes>& all) const {
      return std::ranges::any_of(all, [&](const Bytes& one) { return one.bytes == value; });
    }
    bool operator()(const std::vector<bool>&) const { return false; }  // Null asks for no value
    const Condition& self;
    std::string_view value;
    Substitution& substitution;
  } matches{*this, value, substitution};
  return std::visit(matches, values_);
}

bool Condition::holds_for(std::string_view value, Substitution& substitution) const {
  return matches_any(value, substitution) != operator_.negated;
}

bool Condition::holds(Substitution& substitution) const {
  auto present = substitution.keys.find(key_);
  if (const auto* absent = std::get_if<std::vector<bool>>(&values_)) {
    return std::ranges::find(*absent, present.empty()) != absent->end();
  }
  if (present.empty() && operator_.if_exists) return true;
  auto fits = [&](std::string_view value) { return holds_for(value, substitution); };
  switch (operator_.set) {
    case Operator::Set::ForAllValues:
      return std::ranges::all_of(present, [&](std::string_view value) { return value.empty() || fits(value); });
    case Operator::Set::ForAnyValue:
      return std::ranges::any_of(present, [&](std::string_view value) { return !value.empty() && fits(value); });
    case Operator::Set::None:
      // Several values of a key that should have one: any of them may match, and none may where the operator is
      // negated.
      return operator_.negated ? std::ranges::all_of(present, fits) : std::ranges::any_of(present, fits);
  }
  return false;
}

void Condition::append_keys(std::vector<std::string>& out) const {
  out.push_back(key_);
  auto append = [&](const auto& values) {
    if constexpr (requires { values[0].append_keys(out); }) {
      for (const auto& value : values) value.append_keys(out);
    }
  };
  std::visit(append, values_);
}

}  // namespace skerry::iam::policy
