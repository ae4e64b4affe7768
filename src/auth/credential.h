#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/task.h"

namespace skerry::auth {

// Who owns a key. Opaque here: whoever implements CredentialSource defines and understands it.
class Principal;

struct Credential {
  std::string access_key_id;
  std::string secret;      // never in a message or a log
  std::string account_id;  // twelve digits
  std::shared_ptr<const Principal> owner;
};

enum class CredentialErrc {
  Unknown,      // no such key, an inactive one, or a temporary one without its token
  BadToken,     // the session token is not one of ours, or does not belong to the key
  Expired,      // the session has ended
  Unavailable,  // the store did not answer
};

using CredentialResult = std::expected<std::shared_ptr<const Credential>, CredentialErrc>;

// Finds the secret behind an access key id.
//
// Threads: any executor's. Life: outlives every Authenticator over it.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;

  // What can be told without waiting; nothing where that needs I/O. The usual way for every request, so it has to be
  // cheap. Both arguments are what a client sent, unchecked and of any length.
  virtual std::optional<CredentialResult> try_find(std::string_view access_key_id,
                                                   std::optional<std::string_view> session_token) = 0;
  virtual Task<CredentialResult> find(std::string access_key_id, std::optional<std::string> session_token) = 0;

  // A good signature was made with it, for that service and region (empty where it names none).
  virtual void used(const Credential&, std::string_view /*service*/, std::string_view /*region*/) {}
};

}  // namespace skerry::auth
