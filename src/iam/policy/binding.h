#pragma once
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "iam/policy/document.h"
#include "iam/policy/error.h"

namespace skerry::iam::policy {

// Between the document that clients see, in which users and roles have ARNs, and the one that is kept and compiled, in
// which they have unique ids. Looking names up waits for the store, so it is the caller's:
//
//   for (name : names_in(document)) names[name] = co_await …;   // those that exist
//   auto kept = bind_principals(document, names);

// ARNs and ids of users and roles in its Principal elements, ARNs of role sessions too; each once, ascending.
std::vector<std::string> names_in(const Document& document);

// `names`: the unique id of each ARN (for a session's, its role's id) and of each id itself. What has none does not
// exist, and AWS refuses a policy with it.
std::expected<std::string, PolicyError> bind_principals(const Document& document,
                                                        const std::map<std::string, std::string>& names);

// `names`: the ARN of each id. An id that has none is shown as it is: who had it was deleted.
std::string unbind_principals(const Document& document, const std::map<std::string, std::string>& names);

}  // namespace skerry::iam::policy
