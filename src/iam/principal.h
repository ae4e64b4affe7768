#pragma once
#include <string>

namespace skerry::auth {

// Who is behind a credential. Until users and roles exist, an account's root is the only kind.
class Principal {
 public:
  std::string account_id;    // twelve digits
  std::string canonical_id;  // 64 hex digits
  std::string arn;           // arn:aws:iam::<account>:root
};

}  // namespace skerry::auth

namespace skerry::iam {
using auth::Principal;
}
