#include "iam/policy/policy.h"

#include <fmt/format.h>

#include <algorithm>

namespace skerry::iam::policy {

Head::Head(std::string_view text) {
  for (std::size_t i = 0; i < std::min<std::size_t>(text.size(), 8); ++i) {
    bytes |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
    mask |= 0xffull << (8 * i);
  }
}

bool Policy::Statement::covers_action(const Question& question) const {
  if (!head_.begins(question.action_head)) return not_action_;
  Substitution nothing{question.keys};  // actions have no variables
  bool named =
      std::ranges::any_of(actions_, [&](const Pattern& name) { return name.matches(question.action, nothing); });
  return named != not_action_;
}

// An Allow of everything but a resource that a variable names, or of every value but a variable's, does not hold while
// the variable has no value: the exception would be gone. A Deny holds.
bool Policy::Statement::covers_resource(const Question& question) const {
  if (any_resource_) return !not_resource_;
  Substitution substitution{question.keys};
  bool named = std::ranges::any_of(resources_,
                                   [&](const ArnPattern& arn) { return arn.matches(question.resource, substitution); });
  if (not_resource_ && substitution.unresolved && effect_ == Effect::Allow) return false;
  return named != not_resource_;
}

bool Policy::Statement::conditions_hold(const Keys& keys) const {
  return std::ranges::all_of(conditions_, [&](const Condition& condition) {
    Substitution substitution{keys};
    if (!condition.holds(substitution)) return false;
    return !(condition.op().negated && substitution.unresolved && effect_ == Effect::Allow);
  });
}

Reach Policy::Statement::applies(const Question& question) const {
  if (!covers_action(question)) return Reach::None;
  Reach reach = principals_ ? principals_->reach(question.caller, effect_) : Reach::Direct;
  if (reach == Reach::None || !covers_resource(question) || !conditions_hold(question.keys)) return Reach::None;
  return reach;
}

namespace {

Head common_head(const std::vector<Pattern>& actions) {
  if (actions.empty()) return Head("");
  std::string_view common = actions[0].prefix();
  for (const Pattern& action : actions) {
    auto differ = std::ranges::mismatch(common, action.prefix()).in1;
    common = common.substr(0, static_cast<std::size_t>(differ - common.begin()));
  }
  return Head(common);
}

}  // namespace

std::expected<Policy, PolicyError> Policy::compile(const Document& document) {
  Policy out;
  for (const StatementText& text : document.statements) {
    Statement& statement = out.statements_.emplace_back();
    statement.effect_ = text.effect;
    statement.not_action_ = text.not_action;
    for (const std::string& action : text.actions) {
      statement.actions_.emplace_back(lower(action), Wildcards::Yes, Variables::No);
    }
    statement.head_ = common_head(statement.actions_);
    statement.not_resource_ = text.not_resource;
    statement.any_resource_ = text.resources.empty() || std::ranges::find(text.resources, "*") != text.resources.end();
    for (const std::string& resource : text.resources) statement.resources_.emplace_back(resource, document.variables);
    for (const ConditionText& condition : text.conditions) {
      statement.conditions_.push_back(
          *Condition::make(*Operator::parse(condition.name), condition.key, condition.values, document.variables));
    }
    if (!text.principals) continue;
    std::vector<Principal> principals;
    for (const PrincipalText& entry : *text.principals) {
      principals.push_back(*Principal::parse(entry));
      if (!principals.back().needs_binding()) continue;
      return std::unexpected(make_error(document.kind, Fault::BadPrincipal,
                                        fmt::format("Statement[{}]", out.statements_.size() - 1),
                                        fmt::format("\"AWS\":\"{}\"", entry.text)));
    }
    statement.principals_.emplace(std::move(principals), text.not_principal);
  }
  out.collect_context_keys();
  return out;
}

void Policy::collect_context_keys() {
  for (const Statement& statement : statements_) {
    for (const ArnPattern& resource : statement.resources_) resource.append_keys(context_keys_);
    for (const Condition& condition : statement.conditions_) condition.append_keys(context_keys_);
  }
  std::ranges::sort(context_keys_);
  auto repeated = std::ranges::unique(context_keys_);
  context_keys_.erase(repeated.begin(), repeated.end());
}

bool Policy::asks_for(std::string_view key_prefix) const {
  auto found = std::ranges::lower_bound(context_keys_, key_prefix);
  return found != context_keys_.end() && found->starts_with(key_prefix);
}

}  // namespace skerry::iam::policy
