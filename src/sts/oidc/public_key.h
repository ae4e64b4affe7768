#pragma once
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace skerry::sts::oidc {

// A key with which a provider signs, of its JSON Web Key Set (RFC 7517).
//
// Signatures that are understood: RS256, RS384, RS512 and PS256 by RSA keys of 2,048 to 8,192 bits; ES256, ES384 and
// ES512 by keys of the curve that belongs to each. What has no key of its own (none) or a shared one (HS…) has no place
// here, whatever a token says.
//
// Threads: any; it never changes.
class PublicKey {
 public:
  const std::string& id() const { return id_; }  // empty: it has none
  // Whether it may have made signatures of this algorithm.
  bool fits(std::string_view algorithm) const;
  // Whether it made this signature. False, too, where it does not fit.
  bool verify(std::string_view algorithm, std::string_view message, std::string_view signature) const;

 private:
  friend class KeySetReader;
  enum class Type { Rsa, P256, P384, P521 };
  PublicKey(std::string id, std::string algorithm, Type type, std::shared_ptr<evp_pkey_st> key)
      : id_(std::move(id)), algorithm_(std::move(algorithm)), type_(type), key_(std::move(key)) {}

  std::string id_;
  std::string algorithm_;  // the only one that it is for; empty: any that fits its type
  Type type_;
  std::shared_ptr<evp_pkey_st> key_;
};

using KeySet = std::vector<PublicKey>;
constexpr std::size_t kKeysMax = 200;  // of a set; AWS takes 100 of each kind

// The keys for signatures in a set. Those of kinds that are not understood here are left out, and those that are not
// what they say; no set at all is an error, whose text is for our log.
std::expected<KeySet, std::string> parse_key_set(std::string json);

}  // namespace skerry::sts::oidc
