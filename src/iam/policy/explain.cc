#include "iam/policy/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "iam/policy/keys.h"
#include "iam/policy/pattern.h"
#include "iam/policy/public_access.h"

namespace skerry::iam::policy {
namespace {

std::string shown(const Principals& principals) {
  std::vector<std::string> names;
  for (const PrincipalText& principal : principals) {
    names.push_back(principal.text == "*" ? "everyone, also without an account" : principal.text);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string whom(const StatementText& statement) {
  if (!statement.principals) return "whoever has this policy";
  return (statement.not_principal ? "everyone but " : "") + shown(*statement.principals);
}

std::string_view effect_of(const StatementText& statement) {
  return statement.effect == Effect::Allow ? "allows" : "denies";
}

void append_condition(std::string& out, const ConditionText& condition) {
  out += fmt::format("  if {} {} {}\n", condition.key, condition.name, fmt::join(condition.values, " or "));
}

// How many letters have to be put in, taken out or changed (Levenshtein), as far as `limit`.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      std::size_t changed = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

constexpr std::size_t kTypoMax = 3;

std::optional<std::string_view> nearest(std::string_view action, std::span<const std::string_view> known) {
  std::optional<std::string_view> best;
  std::size_t best_distance = kTypoMax + 1;
  for (std::string_view candidate : known) {
    std::size_t far = distance(action, candidate, kTypoMax);
    if (far < best_distance) {
      best = candidate;
      best_distance = far;
    }
  }
  return best;
}

bool names_any(std::string_view action, std::span<const std::string_view> known) {
  Pattern pattern(action, Wildcards::Yes, Variables::No, Case::Ignore);
  const KeyList none;
  Substitution nothing{none};
  return std::ranges::any_of(known, [&](std::string_view name) { return pattern.matches(name, nothing); });
}

// Is there a service of which the actions are known? What is of another's nobody can judge.
bool is_of_known_service(std::string_view action, std::span<const std::string_view> known) {
  std::string_view service = action.substr(0, action.find(':') + 1);
  if (service.find_first_of("*?") != service.npos) return true;
  return std::ranges::any_of(known, [&](std::string_view name) {
    return name.size() > service.size() && lower(name.substr(0, service.size())) == lower(service);
  });
}

}  // namespace

std::string explain(const Document& document) {
  std::string out;
  for (std::size_t i = 0; i < document.statements.size(); ++i) {
    const StatementText& statement = document.statements[i];
    std::string sid = statement.sid.empty() ? "" : fmt::format(" ({})", statement.sid);
    out += fmt::format("Statement[{}]{}: {} {}\n", i, sid, effect_of(statement), whom(statement));
    out += fmt::format("  to do {}{}\n", statement.not_action ? "everything but " : "",
                       fmt::join(statement.actions, ", "));
    if (!statement.resources.empty()) {
      out += fmt::format("  on {}{}\n", statement.not_resource ? "everything but " : "",
                         fmt::join(statement.resources, ", "));
    }
    for (const ConditionText& condition : statement.conditions) append_condition(out, condition);
  }
  return out;
}

std::vector<Warning> warnings(const Document& document, std::span<const std::string_view> known) {
  std::vector<Warning> out;
  for (std::size_t i = 0; i < document.statements.size(); ++i) {
    const StatementText& statement = document.statements[i];
    std::string place = fmt::format("Statement[{}]", i);
    if (is_public(statement)) {
      out.push_back({place,
                     "everyone may do this, also without an account; a Condition on aws:SourceIp or "
                     "aws:PrincipalAccount, or a Principal, says who may"});
    }
    if (statement.effect == Effect::Allow && statement.not_action) {
      out.push_back({place + ".NotAction", "allows every action but those named, also of services that come later"});
    }
    for (const std::string& action : statement.actions) {
      if (!is_of_known_service(action, known) || names_any(action, known)) continue;
      auto meant = nearest(action, known);
      out.push_back({place + (statement.not_action ? ".NotAction" : ".Action"),
                     fmt::format("{} is no action that Skerry knows{}", action,
                                 meant ? fmt::format("; did you mean {}?", *meant) : "")});
    }
    if (document.variables == Variables::No) {
      auto has_variable = [](const std::string& text) { return text.find("${") != text.npos; };
      if (std::ranges::any_of(statement.resources, has_variable)) {
        out.push_back({place + ".Resource", "${…} is a variable only with \"Version\": \"2012-10-17\""});
      }
    }
  }
  return out;
}

}  // namespace skerry::iam::policy
