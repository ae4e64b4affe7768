#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "iam/policy/document.h"

namespace skerry::iam::policy {

// One entry of a Principal element, understood.
//
// A user, a role or a session of one is named by its ARN in what clients send and by its unique id in what is kept: so
// whoever is made later under an old name gets nothing of the old one's. binding.h goes from the one to the other.
struct Principal {
  enum class Kind : std::uint8_t {
    Everyone,  // *
    Account,   // name: its id. Also arn:aws:iam::123456789012:root
    UserArn,   // name: the ARN, here and in the next two
    RoleArn,
    SessionArn,     // arn:aws:sts::123456789012:assumed-role/role/session
    UserId,         // name: AIDA…
    RoleId,         // name: AROA…
    SessionId,      // name: AROA…, session
    FederatedUser,  // name: its ARN; they have no ids
    Service,        // name: lambda.amazonaws.com
    Provider,       // name: of an identity provider, or its ARN
    CanonicalUser,  // name: 64 hex digits
  };
  // Nothing: AWS would call it an invalid principal.
  static std::optional<Principal> parse(const PrincipalText& text);
  bool needs_binding() const { return kind == Kind::UserArn || kind == Kind::RoleArn || kind == Kind::SessionArn; }

  Kind kind = Kind::Everyone;
  std::string name = {};
  std::string session = {};
};

}  // namespace skerry::iam::policy
