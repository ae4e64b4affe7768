#pragma once
#include <optional>

#include "iam/policy/document.h"
#include "iam/policy/error.h"

namespace skerry::iam::policy {

// What AWS demands of a document beyond its shape. Each looks in the order in which AWS does, because a document with
// two mistakes gets one answer.
std::optional<PolicyError> check_identity_based(const Document& document);
std::optional<PolicyError> check_resource_based(const Document& document);
std::optional<PolicyError> check_trust(const Document& document);

}  // namespace skerry::iam::policy
