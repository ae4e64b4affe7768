#include "iam/policy/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "iam/policy/condition.h"
#include "iam/policy/names.h"
#include "iam/policy/principal.h"

namespace skerry::iam::policy {
namespace {

using Error = std::optional<PolicyError>;

std::string place_of(const Document& document, const StatementText& statement, std::string_view element) {
  return fmt::format("Statement[{}]{}{}", &statement - document.statements.data(), element.empty() ? "" : ".", element);
}

PolicyError error(const Document& document, const StatementText& statement, Fault fault, std::string_view element,
                  std::string_view detail = {}) {
  return make_error(document.kind, fault, place_of(document, statement, element), detail);
}

std::string_view action_element(const StatementText& statement) {
  return statement.not_action ? "NotAction" : "Action";
}
std::string_view resource_element(const StatementText& statement) {
  return statement.not_resource ? "NotResource" : "Resource";
}

Error check_values(const Document& document, const StatementText& statement) {
  for (const ConditionText& condition : statement.conditions) {
    auto op = Operator::parse(condition.name);
    if (!op || !Condition::make(*op, condition.key, condition.values, document.variables)) {
      return error(document, statement, Fault::BadValue, fmt::format("Condition.{}.{}", condition.name, condition.key));
    }
  }
  return std::nullopt;
}

// Statements with a Sid that an earlier one has, of which the first is told.
Error check_sids(const Document& document) {
  std::vector<std::string_view> seen;
  for (const StatementText& statement : document.statements) {
    if (statement.sid.empty()) continue;
    if (std::ranges::find(seen, statement.sid) != seen.end()) return error(document, statement, Fault::SameSid, "Sid");
    seen.push_back(statement.sid);
  }
  return std::nullopt;
}

bool alphanumeric(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9'); });
}

// The first fault of a resource in the document.
struct FoundFault {
  const StatementText* statement;
  ResourceFault fault;
};
std::optional<FoundFault> find_resource_fault(const Document& document) {
  for (const StatementText& statement : document.statements) {
    for (const std::string& resource : statement.resources) {
      if (auto fault = fault_of_resource(resource)) return FoundFault{&statement, *std::move(fault)};
    }
  }
  return std::nullopt;
}

Error check_actions(const Document& document, const StatementText& statement) {
  for (const std::string& action : statement.actions) {
    if (auto fault = fault_of_action(action)) {
      return error(document, statement, Fault::BadAction, action_element(statement), *fault);
    }
  }
  return std::nullopt;
}

const char* type_name(PrincipalText::Type type) {
  switch (type) {
    case PrincipalText::Type::AWS:
      return "AWS";
    case PrincipalText::Type::Service:
      return "SERVICE";
    case PrincipalText::Type::Federated:
      return "FEDERATED";
    case PrincipalText::Type::CanonicalUser:
      return "CANONICAL_USER";
  }
  return "";
}

Error check_principals(const Document& document, const StatementText& statement) {
  if (!statement.principals) return error(document, statement, Fault::NoPrincipal, "");
  std::string_view element = statement.not_principal ? "NotPrincipal" : "Principal";
  for (const PrincipalText& text : *statement.principals) {
    if (Principal::parse(text)) continue;
    return error(document, statement, Fault::BadPrincipal, element,
                 fmt::format("\"{}\":\"{}\"", type_name(text.type), text.text));
  }
  return std::nullopt;
}

Error check_resource_based_statement(const Document& document, const StatementText& statement) {
  if (statement.not_principal && statement.effect == Effect::Allow && document.kind == Kind::Bucket) {
    return error(document, statement, Fault::AllowNotPrincipal, "NotPrincipal");
  }
  if (auto wrong = check_principals(document, statement)) return wrong;
  if (statement.actions.empty()) return error(document, statement, Fault::NoAction, "");
  if (auto wrong = check_actions(document, statement)) return wrong;
  if (statement.resources.empty()) return error(document, statement, Fault::NoResource, "");
  for (const std::string& resource : statement.resources) {
    if (fault_of_resource(resource)) {
      return error(document, statement, Fault::BadResource, resource_element(statement), resource);
    }
  }
  return check_values(document, statement);
}

Error check_trust_statement(const Document& document, const StatementText& statement) {
  if (statement.not_principal) {
    bool allow = statement.effect == Effect::Allow;
    return error(document, statement, allow ? Fault::AllowNotPrincipal : Fault::NotPrincipalForbidden, "NotPrincipal");
  }
  if (auto wrong = check_principals(document, statement)) return wrong;
  if (auto wrong = check_values(document, statement)) return wrong;
  if (statement.actions.empty()) return error(document, statement, Fault::NoAction, "");
  for (const std::string& action : statement.actions) {
    if (!lower(action).starts_with("sts:")) {
      return error(document, statement, Fault::ActionNotAssumeRole, action_element(statement));
    }
  }
  if (statement.resources.empty()) return std::nullopt;
  return error(document, statement, statement.not_resource ? Fault::NotResourceForbidden : Fault::ResourceForbidden,
               resource_element(statement));
}

}  // namespace

Error check_identity_based(const Document& document) {
  if (document.kind == Kind::Managed && document.variables == Variables::No) {
    return make_error(document.kind, Fault::OldVersion, "Version");
  }
  for (const StatementText& statement : document.statements) {
    if (statement.odd_effect) return error(document, statement, Fault::BadEffect, "Effect", "allow");
    if (auto wrong = check_values(document, statement)) return wrong;
  }
  auto resource = find_resource_fault(document);
  auto resource_error = [&] {
    return error(document, *resource->statement, Fault::BadResource, resource_element(*resource->statement),
                 resource->fault.message);
  };
  if (resource && resource->fault.legacy) return resource_error();
  for (const StatementText& statement : document.statements) {
    if (!alphanumeric(statement.sid)) return error(document, statement, Fault::BadSid, "Sid");
  }
  if (auto wrong = check_sids(document)) return wrong;
  for (const StatementText& statement : document.statements) {
    if (statement.actions.empty()) return error(document, statement, Fault::NoAction, "");
  }
  if (resource) return resource_error();
  for (const StatementText& statement : document.statements) {
    if (auto wrong = check_actions(document, statement)) return wrong;
  }
  for (const StatementText& statement : document.statements) {
    if (statement.resources.empty()) return error(document, statement, Fault::NoResource, "");
  }
  return std::nullopt;
}

Error check_resource_based(const Document& document) {
  for (const StatementText& statement : document.statements) {
    if (auto wrong = check_resource_based_statement(document, statement)) return wrong;
  }
  return check_sids(document);
}

Error check_trust(const Document& document) {
  for (const StatementText& statement : document.statements) {
    if (auto wrong = check_trust_statement(document, statement)) return wrong;
  }
  return check_sids(document);
}

}  // namespace skerry::iam::policy
