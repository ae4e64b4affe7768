#pragma once
#include <optional>
#include <string_view>

#include "auth/authenticator.h"
#include "auth/form_fields.h"

// The signature of a POST form: over the text of its policy field, before anybody decodes it.
namespace skerry::auth {

// Who signed the form, with SigV4 or, where allowed, SigV2. A form without any field of a signature is anonymous. The
// policy itself is checked next, by PostPolicy; an Authenticated of kind Form has one.
Task<AuthResult> authenticate_form(Authenticator& authenticator, const FormFields& fields, const Expectation& expected);

// The error where a field is missing or stands after the file.
std::optional<AuthError> require_form_field(const FormFields& fields, std::string_view name);

}  // namespace skerry::auth
