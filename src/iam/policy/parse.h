#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "iam/policy/document.h"
#include "iam/policy/error.h"

namespace skerry::iam::policy {

// Reads a document and refuses what AWS refuses, with AWS's words; of several mistakes it tells the one that AWS tells
// (README). What exists is not asked: neither actions and condition keys nor accounts; users and roles are asked for by
// bind_principals (binding.h).
std::expected<Document, PolicyError> parse(std::string text, Kind kind);

// Characters as AWS counts them for its limits: white space is free.
std::size_t size_of(std::string_view text);

// By kind; inline policies have a limit for all of one user, group or role together, which is their owner's to count,
// and a session policy's is a limit of the parameter.
constexpr std::size_t kManagedSizeMax = 6144;
constexpr std::size_t kTrustSizeMax = 2048;
constexpr std::size_t kResourceSizeMax = 20480;
constexpr std::size_t kUserInlineSizeMax = 2048;
constexpr std::size_t kGroupInlineSizeMax = 5120;
constexpr std::size_t kRoleInlineSizeMax = 10240;

}  // namespace skerry::iam::policy
