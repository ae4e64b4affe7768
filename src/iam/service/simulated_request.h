#pragma once
#include <optional>
#include <string>
#include <vector>

#include "iam/api/types.h"
#include "iam/policy/simulate.h"
#include "iam/service/errors.h"

// What SimulateCustomPolicy and SimulatePrincipalPolicy are asked about, checked. The errors are InvalidInput.
namespace skerry::iam {

using Texts = wire::List<std::string>;

// Names of one action each: without wildcards.
Result<void> check_actions(const Texts& actions);

// ARNs or `*`, which it is where none is named.
Result<Texts> resources_of(const std::optional<Texts>& arns);

// The account that arn:aws:iam::<account>:root names; empty: none was named.
Result<std::string> owner_of(const std::optional<std::string>& resource_owner);

// A key may have several values where its type is a list's; each value is one of the type.
Result<policy::ContextEntries> context_of(const std::optional<wire::List<ContextEntry>>& entries);

// Scenarios of EC2, which want resources of certain kinds to be named.
Result<void> check_handling(const std::optional<std::string>& option, const Texts& resources);

}  // namespace skerry::iam
