#pragma once
#include <optional>
#include <string>

#include "base/task.h"
#include "iam/principal.h"
#include "sts/errors.h"
#include "sts/parts.h"

namespace skerry::sts {

// Whether the caller showed a code of an MFA device of theirs; false: they showed none. The code is spent. Errors:
// AccessDenied for one that is wrong, for a device that is not theirs, and for one parameter without the other.
Task<Result<bool>> show_mfa(Parts parts, std::shared_ptr<const iam::Principal> who,
                            std::optional<std::string> serial_number, std::optional<std::string> token_code);

}  // namespace skerry::sts
