#include "auth/stand_in.h"

namespace skerry::auth {

const std::shared_ptr<const Credential>& stand_in_credential() {
  // As long as real ones are.
  static const auto credential =
      std::make_shared<const Credential>(Credential{.access_key_id = "AKIASTANDINSTANDINXX",
                                                    .secret = "stand-in/stand-in/stand-in/stand-in/0000",
                                                    .account_id = {},
                                                    .owner = nullptr});
  return credential;
}

}  // namespace skerry::auth
