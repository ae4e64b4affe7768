#pragma once
#include "auth/authenticated.h"
#include "wire/context.h"

namespace skerry::api {

// Who a signature was by, as the handlers of a request see it.
wire::Principal principal_of(const auth::Authenticated& who);

}  // namespace skerry::api
