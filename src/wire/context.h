#pragma once
#include <memory>
#include <string>

#include "base/gate.h"
#include "net/http.h"
#include "wire/route.h"

namespace skerry::auth {
class Principal;
}

namespace skerry::iam {
class AuthorizationMessages;
}

namespace skerry::wire {

// Who makes a request, once its signature has been checked.
struct Principal {
  enum class Kind { Anonymous, Root, User, Role, FederatedUser } kind = Kind::Anonymous;
  std::string account_id;     // empty for Anonymous
  std::string canonical_id;   // of the account, as S3 names owners
  std::string arn;            // arn:aws:iam::123456789012:user/ann
  std::string access_key_id;  // that signed; empty for Anonymous
  // All that is known of them, for whoever decides what they may do (iam/authorize.h). Null for Anonymous.
  std::shared_ptr<const auth::Principal> owner = nullptr;
};

// The facts of one request that any handler may need. Services come to a handler by its constructor, not by this.
//
// Life: as long as the request is handled; response bodies must not keep it.
struct Context {
  const net::Request& request;
  const Route& route;
  Principal principal;
  std::string region;  // the signature's
  std::string request_id;
  std::string host_id;    // S3's x-amz-id-2
  Gate* tasks = nullptr;  // this reactor's work that may go on after its answer has begun; null: none may
  // What the service's permission check looked up, for its handlers: of the service's own type.
  std::shared_ptr<void> found = nullptr;
  // What vouches for a body that the handler pulls itself.
  const net::Headers* trailers = nullptr;  // those announced; complete once the body has been read
  std::string signed_sha256;               // hex; what the signature says that the body hashes to; empty: nothing
  // Seals the details of denials into what the caller is told (iam/authorization_messages.h); null: they are not told.
  const iam::AuthorizationMessages* denials = nullptr;
  // Query, while permission is asked for: the signed parameters, which say what the request is about.
  std::string_view form = {};

  const Operation& operation() const { return *route.operation; }
};

}  // namespace skerry::wire
