#pragma once
#include <optional>
#include <string>

#include "iam/directory.h"
#include "iam/policy/keys.h"
#include "iam/service/errors.h"
#include "wire/context.h"
#include "wire/form.h"

namespace skerry::iam {

// What a request is about, as far as permissions ask: the ARN, and the identity or the policy behind it.
struct Target {
  std::string resource = "*";  // a list's, and the account's as a whole
  std::string account;         // whose it is; empty: the caller's
  std::string renamed;         // what it is to be afterwards, if not what it is; empty: the same
  std::string boundary;        // an ARN; empty: none, or not one that can have it
  std::vector<record::Tag> tags;
};

// Whom or what the parameters name, of the kind that the permission is on ("user", "group"): with its path where it is
// there, else without one; the caller, where a user may be left out and is. Errors: only the store's.
Task<Result<Target>> find_target(Directory& directory, const wire::Context& context, const wire::Form& form,
                                 std::string_view kind);

// The condition keys of IAM's own, as far as the permission has them, and those of tags.
void add_keys(policy::KeyList& keys, const wire::Context& context, const wire::Form& form,
              const wire::Permission& permission, const Target& target);

}  // namespace skerry::iam
