#pragma once
#include <expected>
#include <optional>
#include <span>

#include "auth/authenticated.h"
#include "auth/signing_key.h"
#include "base/clock.h"
#include "net/http.h"

namespace skerry::auth {

class CanonicalQuery;

struct AuthOptions {
  bool allow_sigv2 = true;  // S3 only: unmodified boto3 makes it for us-east-1
  seconds max_skew = seconds(15 * 60);
};

using AuthResult = std::expected<Authenticated, AuthError>;

// Tells from headers and URL alone who sent a request; never touches the body.
//
// Understands SigV4 in the Authorization header and in the query, and for S3 also SigV2 in both places and no signature
// at all (whether anonymous is good enough is for policies to say). SigV4A is answered as not implemented.
//
// Life: one per server; `credentials` and `clock` outlive it.
// Threads: any.
// Invariants: signatures are compared in constant time; no secret and no expected signature is in an error; an x-amz-*
// header that is not signed refuses the request; a key that does not exist is refused after the same work as a wrong
// signature (stand_in.h).
class Authenticator {
 public:
  Authenticator(CredentialSource& credentials, const Clock& clock, AuthOptions options = {});

  // Everything `expected` refers to outlives the call.
  Task<AuthResult> authenticate(const net::Request& request, const Expectation& expected);

  // The same without waiting: nothing where the credential is not at hand.
  std::optional<AuthResult> try_authenticate(const net::Request& request, const Expectation& expected);

  // What can be said against a request before its body has been read, where needs_body_hash asks for that: that nobody
  // claims to have signed it, or who cannot have. Nothing: read the body, and authenticate.
  Task<std::optional<AuthError>> check_claim(const net::Request& request, const Expectation& expected);

  // True where the signature covers a hash of the body that no header carries (all services but S3). The caller then
  // reads the body, within the operation's limit, and hands its hash in.
  static bool needs_body_hash(const net::Request& request, const Expectation& expected);

  // The credential behind a form's fields and its key; see post_signature.h.
  SigningKeys& signing_keys() { return keys_; }
  CredentialSource& credentials() { return credentials_; }
  const Clock& clock() const { return clock_; }
  const AuthOptions& options() const { return options_; }

 private:
  struct Attempt;
  std::optional<AuthResult> begin(Attempt& attempt);
  Task<CredentialResult> find_credential(const Attempt& attempt);
  AuthResult finish(Attempt& attempt, CredentialResult found);
  static AuthError credential_error(const Attempt& attempt, CredentialErrc errc);

  CredentialSource& credentials_;
  const Clock& clock_;
  const AuthOptions options_;
  SigningKeys keys_;
};

}  // namespace skerry::auth
