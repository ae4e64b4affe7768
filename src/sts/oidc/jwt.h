#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/tree.h"

namespace skerry::sts::oidc {

// What an identity provider says of somebody: a JSON Web Token in its compact form (RFC 7519, RFC 7515), taken apart.
// Nothing of it is believed before its signature has been checked (public_key.h).
//
// Life: its tree's views live as long as it does. Threads: one.
struct Jwt {
  std::string algorithm;  // as the token names it, whatever that is
  std::string key_id;     // empty: it names none
  std::string signing_input;
  std::string signature;
  wire::Tree claims;  // an object without doubled names

  std::optional<std::string_view> text(std::string_view claim) const;
  // Of a string, that; of an array of strings, all. Nothing: absent, or something else.
  std::optional<std::vector<std::string_view>> texts(std::string_view claim) const;
  std::optional<std::int64_t> seconds(std::string_view claim) const;  // of a NumericDate, whole ones
};

// Nothing: not a token, or one that demands what is not understood here (`crit`).
std::optional<Jwt> parse_jwt(std::string_view token);

// An object's member of that name and type; null: there is none.
const wire::Node* find_of_type(const wire::Tree& tree, const wire::Node& object, std::string_view name,
                               wire::Node::Type type);

// Whether a name stands twice in an object: parsers differ in which they take, so neither is.
bool has_doubled_names(const wire::Tree& tree, const wire::Node& object);

}  // namespace skerry::sts::oidc
