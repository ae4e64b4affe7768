#pragma once
#include "base/clock.h"
#include "base/random.h"
#include "base/workers.h"
#include "iam/accounts.h"
#include "iam/directory.h"
#include "wire/serve.h"

namespace skerry::iam {

// What IAM's operations stand on. All of it outlives them.
struct Parts {
  Directory& directory;
  Accounts& accounts;
  Workers& workers;  // for what takes long to compute: hashes of passwords
  const Clock& clock;
  Random& random;
};

using wire::serve;

}  // namespace skerry::iam
