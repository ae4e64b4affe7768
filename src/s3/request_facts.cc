#include "s3/request_facts.h"

#include <algorithm>

namespace skerry::s3 {
namespace {

// Of the others a query's parameter is another thing than the header of that name.
bool may_be_presigned(std::string_view header) { return header.starts_with("x-amz-"); }

}  // namespace

RequestFacts::Value RequestFacts::parameter(std::string_view name) const {
  for (const auto& [parameter, value] : query) {
    if (parameter == name) return {true, value};
  }
  return {};
}

RequestFacts::Value RequestFacts::find(std::string_view name) const {
  for (const auto& [fact, value] : more) {
    if (fact == name) return {true, value};
  }
  if (const std::string* value = headers.find(name)) return {true, *value};
  return may_be_presigned(name) ? parameter(name) : Value{};
}

bool RequestFacts::holds(const wire::RequestFact& fact) const {
  if (fact.kind == wire::RequestFact::Begins) {
    auto begins = [&](const auto& field) { return field.first.starts_with(fact.name); };
    return std::ranges::any_of(headers, begins) || std::ranges::any_of(query, begins);
  }
  Value found = find(fact.name);
  if (!found.sent) return false;
  switch (fact.kind) {
    case wire::RequestFact::Is:
      return found.text == fact.value;
    case wire::RequestFact::IsNot:
      return found.text != fact.value;
    case wire::RequestFact::Sent:
    case wire::RequestFact::Begins:
      return true;
  }
  std::unreachable();
}

bool RequestFacts::needs(const wire::Permission& permission) const {
  return permission.when.empty() || std::ranges::any_of(permission.when, [&](auto& fact) { return holds(fact); });
}

}  // namespace skerry::s3
