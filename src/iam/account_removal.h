#pragma once
#include <string>

#include "iam/accounts.h"
#include "iam/directory.h"

namespace skerry::iam {

// Removes an account with its root key and everything that IAM keeps of it; what it has elsewhere (buckets) is the
// caller's to look for. Gives false where there is no such account.
//
// The account's own row goes last: what was broken off is done again, to its end. Its epoch's row stays, so that every
// server forgets what it remembers of the account. Others may change the account meanwhile; then Conflict, and nothing
// but what was removed so far is gone.
Task<storage::StoreResult<bool>> remove_account(Directory& directory, Accounts& accounts, std::string account_id);

}  // namespace skerry::iam
