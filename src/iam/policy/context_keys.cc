#include "iam/policy/context_keys.h"

#include "iam/policy/keys.h"
#include "iam/policy/operator.h"
#include "iam/policy/pattern.h"

namespace skerry::iam::policy {

void ContextKeys::add(std::string_view key) {
  if (known_.insert(lower(key)).second) names_.emplace_back(key);
}

void ContextKeys::add_variables(std::string_view text) {
  for (auto at = text.find("${"); at != text.npos; at = text.find("${", at)) {
    auto variable = read_variable(text.substr(at));
    if (variable && !variable->is_character()) add(variable->key);
    at += variable ? variable->length : 1;
  }
}

void ContextKeys::add(const Document& document) {
  const bool variables = document.variables == Variables::Yes;
  for (const StatementText& statement : document.statements) {
    for (const std::string& resource : statement.resources) {
      if (variables) add_variables(resource);
    }
    for (const ConditionText& condition : statement.conditions) {
      add(condition.key);
      auto op = Operator::parse(condition.name);
      if (!variables || !op || !op->takes_variables()) continue;
      for (const std::string& value : condition.values) add_variables(value);
    }
  }
}

}  // namespace skerry::iam::policy
