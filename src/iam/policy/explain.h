#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "iam/policy/document.h"

namespace skerry::iam::policy {

// Documents in words, for `skerry policy` and the console.

// "Statement[0] (PublicRead): allows everyone", then a line each for actions, resources and conditions.
std::string explain(const Document& document);

struct Warning {
  std::string place;  // "Statement[0].Action"
  std::string text;
};

// What a document says that its author may not have meant: access for everyone, actions that nobody has heard of, and
// statements that can never apply. `known` has the actions of all services, ascending, as AWS spells them.
std::vector<Warning> warnings(const Document& document, std::span<const std::string_view> known);

}  // namespace skerry::iam::policy
