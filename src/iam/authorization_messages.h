#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "iam/authorize.h"
#include "storage/kek.h"

namespace skerry::iam {

// The details of a denial, sealed: whoever was denied cannot read them, but can hand them to somebody of their account
// who may (sts:DecodeAuthorizationMessage). base64 of
//
//   1 byte   version, 1
//   rest     JSON in AWS's form, sealed under the accounts' key-encryption key and bound to the account
//
// Nothing is stored. Source of the form: STS's DecodeAuthorizationMessage.
//
// Life: one per server. Threads: any.
class AuthorizationMessages {
 public:
  AuthorizationMessages(std::shared_ptr<const storage::Kek> kek, const Clock& clock, Random& random)
      : kek_(std::move(kek)), clock_(clock), random_(random) {}

  // Of a signed request. Conditions that would make it longer than the API takes are left out.
  std::string seal(const wire::Context& context, const Ask& ask, const policy::Decision& decision) const;

  // The JSON. Nothing: not a message that was sealed here for that account. `message` is what a client sent.
  std::optional<std::string> open(std::string_view account_id, std::string_view message) const;

 private:
  const std::shared_ptr<const storage::Kek> kek_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace skerry::iam
