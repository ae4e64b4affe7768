#pragma once
#include <cstddef>

// How many of each there may be: AWS's quotas, which GetAccountSummary tells.
namespace skerry::iam::quotas {

inline constexpr std::size_t kUsers = 5000;
inline constexpr std::size_t kGroups = 300;
inline constexpr std::size_t kRoles = 1000;
inline constexpr std::size_t kPolicies = 1500;
inline constexpr std::size_t kGroupsPerUser = 10;
inline constexpr std::size_t kAccessKeysPerUser = 2;
inline constexpr std::size_t kMfaDevices = kUsers;
inline constexpr std::size_t kMfaDevicesPerUser = 8;
inline constexpr std::size_t kAttachedPolicies = 10;  // of a user, a group or a role
inline constexpr std::size_t kVersionsPerPolicy = 5;
inline constexpr std::size_t kOidcProviders = 100;
inline constexpr std::size_t kClientIdsPerProvider = 100;
inline constexpr std::size_t kThumbprintsPerProvider = 5;

}  // namespace skerry::iam::quotas
