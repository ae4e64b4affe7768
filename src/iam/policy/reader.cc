#include "iam/policy/reader.h"

#include <algorithm>
#include <vector>

#include "iam/policy/operator.h"

namespace skerry::iam::policy {

using Type = wire::Node::Type;

namespace {

std::optional<PrincipalText::Type> principal_type(std::string_view name) {
  if (name == "AWS") return PrincipalText::Type::AWS;
  if (name == "Service") return PrincipalText::Type::Service;
  if (name == "Federated") return PrincipalText::Type::Federated;
  if (name == "CanonicalUser") return PrincipalText::Type::CanonicalUser;
  return std::nullopt;
}

// An element that its object has twice.
const wire::Node* find_repeated(const wire::Tree& tree, const wire::Node& object) {
  std::vector<const wire::Node*> all;
  for (const wire::Node* node = tree.child(object); node; node = tree.next(*node)) all.push_back(node);
  std::ranges::sort(all, {}, &wire::Node::key);
  auto at = std::ranges::adjacent_find(all, {}, &wire::Node::key);
  return at == all.end() ? nullptr : *at;
}

// One value, or an array of them: AWS takes both everywhere. False: `take` did not want one.
template <class Take>
bool each(const wire::Tree& tree, const wire::Node& node, Take take) {
  if (node.type != Type::Array) return take(node);
  for (const wire::Node* item = tree.child(node); item; item = tree.next(*item)) {
    if (!take(*item)) return false;
  }
  return true;
}

}  // namespace

PolicyError Reader::error(Fault fault, std::string_view element, std::string_view detail) const {
  std::string place = place_;
  if (!place.empty() && !element.empty()) place += '.';
  place += element;
  return make_error(document_.kind, fault, std::move(place), detail);
}

Reader::Error Reader::check_elements(const Node& object, std::initializer_list<std::string_view> known) const {
  for (const Node* node = tree_.child(object); node; node = tree_.next(*node)) {
    if (std::ranges::find(known, node->key) == known.end()) return error(Fault::UnknownElement, node->key, node->key);
  }
  if (const Node* twice = find_repeated(tree_, object)) return error(Fault::Duplicate, twice->key);
  return std::nullopt;
}

Reader::Error Reader::read() {
  if (tree_.root().type != Type::Object) return error(Fault::NotJson);
  if (auto wrong = check_elements(tree_.root(), {"Version", "Id", "Statement"})) return wrong;
  if (auto wrong = read_version()) return wrong;
  if (const Node* id = tree_.find(tree_.root(), "Id")) {
    if (id->type != Type::String) return error(Fault::WrongType, "Id");
    document_.id = id->text;
  }
  return read_statements();
}

Reader::Error Reader::read_version() {
  const Node* version = tree_.find(tree_.root(), "Version");
  if (!version) return std::nullopt;  // is 2008-10-17
  if (version->type != Type::String || (version->text != "2012-10-17" && version->text != "2008-10-17")) {
    return error(Fault::BadVersion, "Version");
  }
  document_.variables = version->text == "2012-10-17" ? Variables::Yes : Variables::No;
  return std::nullopt;
}

Reader::Error Reader::read_statements() {
  const Node* statement = tree_.find(tree_.root(), "Statement");
  if (!statement) return error(Fault::NoStatement, "Statement");
  Error wrong;
  each(tree_, *statement, [&](const Node& node) {
    place_ = fmt::format("Statement[{}]", document_.statements.size());
    wrong = read_statement(node);
    return !wrong;
  });
  place_.clear();
  if (!wrong && document_.statements.empty()) return error(Fault::EmptyStatement, "Statement");
  return wrong;
}

Reader::Error Reader::read_statement(const Node& node) {
  if (node.type != Type::Object) return error(Fault::WrongType);
  if (auto wrong = check_elements(node, {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
                                         "Resource", "NotResource", "Condition"})) {
    return wrong;
  }
  StatementText& into = document_.statements.emplace_back();
  into.begin = node.begin;
  into.end = node.end;
  if (auto wrong = read_sid(node, into)) return wrong;
  if (auto wrong = read_effect(node, into)) return wrong;
  if (auto wrong = read_principals(node, into)) return wrong;
  if (auto wrong = read_texts(node, "Action", into.actions, into.not_action)) return wrong;
  if (auto wrong = read_texts(node, "Resource", into.resources, into.not_resource)) return wrong;
  return read_conditions(node, into);
}

Reader::Error Reader::read_sid(const Node& node, StatementText& into) {
  const Node* sid = tree_.find(node, "Sid");
  if (!sid) return std::nullopt;
  if (sid->type != Type::String) return error(Fault::WrongType, "Sid");
  into.sid = sid->text;
  return std::nullopt;
}

Reader::Error Reader::read_effect(const Node& node, StatementText& into) {
  const Node* effect = tree_.find(node, "Effect");
  if (!effect) return error(Fault::NoEffect);
  if (effect->type != Type::String) return error(Fault::WrongType, "Effect");
  std::string any_case = lower(effect->text);
  bool known = is_identity_based(document_.kind) ? any_case == "allow" || any_case == "deny"
                                                 : effect->text == "Allow" || effect->text == "Deny";
  if (!known) return error(Fault::BadEffect, "Effect", effect->text);
  into.odd_effect = effect->text != "Allow" && effect->text != "Deny";
  into.effect = any_case == "allow" ? Effect::Allow : Effect::Deny;
  return std::nullopt;
}

Reader::Error Reader::read_principals(const Node& node, StatementText& into) {
  const Node* yes = tree_.find(node, "Principal");
  const Node* no = tree_.find(node, "NotPrincipal");
  const Node* principal = yes ? yes : no;
  if (!principal) return std::nullopt;
  if (is_identity_based(document_.kind)) return error(Fault::PrincipalForbidden, principal->key);
  if (yes && no) return error(Fault::WrongType, no->key);
  into.not_principal = no != nullptr;
  Principals& all = into.principals.emplace();
  if (principal->type == Type::String) {
    if (principal->text != "*" || document_.kind == Kind::Trust) return error(Fault::PrincipalIsText, principal->key);
    all.push_back({PrincipalText::Type::AWS, "*", principal->begin, principal->end});
    return std::nullopt;
  }
  if (principal->type != Type::Object) return error(Fault::WrongType, principal->key);
  return read_principal_map(*principal, principal->key, all);
}

Reader::Error Reader::read_principal_map(const Node& map, std::string_view element, Principals& into) {
  for (const Node* entry = tree_.child(map); entry; entry = tree_.next(*entry)) {
    auto type = principal_type(entry->key);
    if (!type) return error(Fault::BadPrincipal, element, fmt::format("\"{}\"", entry->key));
    bool texts = each(tree_, *entry, [&](const Node& value) {
      into.push_back({*type, std::string(value.text), value.begin, value.end});
      return value.type == Type::String;
    });
    if (!texts) return error(Fault::WrongType, element);
  }
  if (find_repeated(tree_, map)) return error(Fault::Duplicate, element);
  if (into.empty()) return error(Fault::EmptyPrincipal, element);
  return std::nullopt;
}

Reader::Error Reader::read_texts(const Node& node, std::string_view element, std::vector<std::string>& into,
                                 bool& negated) {
  const Node* yes = tree_.find(node, element);
  const Node* no = tree_.find(node, fmt::format("Not{}", element));
  if (yes && no) return error(Fault::WrongType, no->key);
  const Node* texts = yes ? yes : no;
  if (!texts) return std::nullopt;
  negated = no != nullptr;
  bool right = each(tree_, *texts, [&](const Node& value) {
    into.emplace_back(value.text);
    return value.type == Type::String;
  });
  return right ? std::nullopt : Error(error(Fault::WrongType, texts->key));
}

Reader::Error Reader::read_conditions(const Node& node, StatementText& into) {
  const Node* condition = tree_.find(node, "Condition");
  if (!condition) return std::nullopt;
  if (condition->type != Type::Object) return error(Fault::WrongType, "Condition");
  if (find_repeated(tree_, *condition)) return error(Fault::Duplicate, "Condition");
  for (const Node* op = tree_.child(*condition); op; op = tree_.next(*op)) {
    if (op->type != Type::Object) return error(Fault::WrongType, "Condition");
    // An operator that has no keys may have any name, on AWS too.
    if (tree_.child(*op) && !Operator::parse(op->key)) return error(Fault::UnknownOperator, "Condition", op->key);
    if (find_repeated(tree_, *op)) return error(Fault::Duplicate, "Condition");
    for (const Node* key = tree_.child(*op); key; key = tree_.next(*key)) {
      if (auto wrong = read_condition(*key, op->key, into)) return wrong;
    }
  }
  return std::nullopt;
}

Reader::Error Reader::read_condition(const Node& key, std::string_view name, StatementText& into) {
  ConditionText& condition = into.conditions.emplace_back(std::string(name), std::string(key.key));
  bool scalars = each(tree_, key, [&](const Node& value) {
    if (value.type == Type::Boolean) {
      condition.values.emplace_back(value.boolean ? "true" : "false");
    } else {
      condition.values.emplace_back(value.text);
    }
    return value.type == Type::Boolean || value.type == Type::String || value.type == Type::Integer ||
           value.type == Type::Real;
  });
  return scalars ? std::nullopt : Error(error(Fault::WrongType, fmt::format("Condition.{}", name)));
}

}  // namespace skerry::iam::policy
