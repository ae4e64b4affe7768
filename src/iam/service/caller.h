#pragma once
#include <optional>
#include <string>

#include "iam/service/errors.h"
#include "wire/context.h"

namespace skerry::iam {

// The caller's own name, where the caller is a user.
std::optional<std::string> calling_user(const wire::Context& context);

// Whose user an operation is about: the one that is named, else the caller. Errors: ValidationError, where the caller
// is none.
Result<std::string> user_named(const wire::Context& context, const std::optional<std::string>& name);

}  // namespace skerry::iam
