#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "wire/reading.h"

// The errors that the API layer itself gives, before and after a handler, in each service's own words.
namespace skerry::wire {

// `violations` is not empty. `operation`: its name; empty: none is known yet.
ApiError violation_error(const Service& service, const std::vector<Violation>& violations,
                         std::string_view operation = {});
ApiError malformed_error(const Service& service, const Malformed& malformed, std::string_view operation = {});
ApiError malformed_form(const Service& service);

// The operation is in the model and not in this release: 501, naming it.
ApiError not_implemented(const Operation& operation);
// `what` names what is not there, for the client.
ApiError not_implemented(const Service& service, std::string what);

ApiError unknown_operation(const Service& service, std::string_view name);
ApiError method_not_allowed(const Service& service, std::string_view method);
ApiError bad_uri(const Service& service, std::string_view why);
ApiError body_too_large(const Service& service, std::uint64_t limit);
ApiError internal_error(const Service& service, std::string detail);

}  // namespace skerry::wire
