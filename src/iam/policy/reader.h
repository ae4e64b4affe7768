#pragma once
#include <fmt/format.h>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iam/policy/document.h"
#include "iam/policy/error.h"
#include "wire/tree.h"

namespace skerry::iam::policy {

// The shape of a document: elements, types, pairs. What the values mean is looked at later, by rules.h.
class Reader {
 public:
  Reader(const wire::Tree& tree, Document& into) : tree_(tree), document_(into) {}
  std::optional<PolicyError> read();

 private:
  using Node = wire::Node;
  using Error = std::optional<PolicyError>;

  PolicyError error(Fault fault, std::string_view element = {}, std::string_view detail = {}) const;
  // Every element is known and stands there once.
  Error check_elements(const Node& object, std::initializer_list<std::string_view> known) const;
  Error read_version();
  Error read_statements();
  Error read_statement(const Node& node);
  Error read_sid(const Node& node, StatementText& into);
  Error read_effect(const Node& node, StatementText& into);
  Error read_principals(const Node& node, StatementText& into);
  Error read_principal_map(const Node& map, std::string_view element, Principals& into);
  Error read_texts(const Node& node, std::string_view element, std::vector<std::string>& into, bool& negated);
  Error read_conditions(const Node& node, StatementText& into);
  Error read_condition(const Node& key, std::string_view name, StatementText& into);

  const wire::Tree& tree_;
  Document& document_;
  std::string place_;  // of the statement that is being read
};

}  // namespace skerry::iam::policy
