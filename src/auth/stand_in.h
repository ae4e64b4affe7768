#pragma once
#include <memory>

#include "auth/credential.h"

namespace skerry::auth {

// What a signature is computed with where there is no such key. The verdict is a refusal whatever comes out: the work
// is done so that a key that does not exist takes as long to refuse as a wrong signature of one that does.
//
// Threads: any. Always the same.
const std::shared_ptr<const Credential>& stand_in_credential();

}  // namespace skerry::auth
