#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

// One-time passwords of time (RFC 6238), as authenticator apps make them by default: HMAC-SHA1, six digits, another
// every 30 seconds.
namespace skerry::iam::totp {

// The 30 seconds that a code is for, counted from 1970.
using Step = std::int64_t;
Step step_at(Time now);

std::string code(std::string_view seed, Step step);

// The first step of `first` to `last` whose code it is. Takes as long whatever the code.
std::optional<Step> find_code(std::string_view seed, std::string_view code, Step first, Step last);

// The first step of those whose code the second is, and the first code that of the step before.
std::optional<Step> find_pair(std::string_view seed, std::string_view code1, std::string_view code2, Step first,
                              Step last);

}  // namespace skerry::iam::totp
