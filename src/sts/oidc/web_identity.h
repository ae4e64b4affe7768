#pragma once
#include <expected>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "sts/oidc/jwt.h"

namespace skerry::sts::oidc {

enum class TokenErrc {
  MissingClaim,
  BadClaim,  // not of the form that it has to have
  WrongAudience,
  Expired,
  NotYetValid,  // begins, or was made, later than a clock may be off
};

struct TokenError {
  TokenErrc errc;
  std::string claim = {};
};

// Whom a token is about and what it says of them, as far as AWS goes by it.
struct WebIdentity {
  std::string issuer;    // as the token has it: https://issuer.example
  std::string provider;  // the same without https://
  std::string subject;
  // For whom it was made: its authorised party (azp) where it names one, else its audience.
  std::vector<std::string> audiences;
  std::vector<std::string> other_audiences;  // `aud` beside an authorised party
  std::vector<std::string> methods;          // how they signed in (amr)
  Time issued, expires;
  // The session's tags and source identity that the provider asks for (claims https://aws.amazon.com/…).
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::string> transitive_tag_keys;
  std::string source_identity;
};

// What a token says, of which nothing is believed yet. Errors: MissingClaim of iss, aud, sub, exp and iat; BadClaim.
std::expected<WebIdentity, TokenError> read_identity(const Jwt& token);

// Errors: Expired; NotYetValid.
std::expected<void, TokenError> check_times(const Jwt& token, const WebIdentity& identity, Time now);

// The audience that is one of the client ids; error: WrongAudience.
std::expected<std::string, TokenError> match_audience(const WebIdentity& identity,
                                                      std::span<const std::string> client_ids);

}  // namespace skerry::sts::oidc
