#include "sts/oidc/web_identity.h"

#include <algorithm>
#include <chrono>

namespace skerry::sts::oidc {
namespace {

using wire::Node;

// How far a provider's clock may be ahead.
constexpr seconds kSkewMax = std::chrono::minutes(5);

constexpr std::string_view kScheme = "https://";
// As AssumeRole's parameters have them.
constexpr std::size_t kSourceIdentityMax = 64, kTagKeyMax = 128, kTagValueMax = 256;

constexpr std::string_view kTagsClaim = "https://aws.amazon.com/tags";
constexpr std::string_view kSourceIdentityClaim = "https://aws.amazon.com/source_identity";

std::unexpected<TokenError> wrong(TokenErrc errc, std::string_view claim) {
  return std::unexpected(TokenError{errc, std::string(claim)});
}

std::vector<std::string> copies(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

// {"principal_tags": {"team": ["blue"]}, "transitive_tag_keys": ["team"]}
bool read_tags(const Jwt& token, WebIdentity& into) {
  const wire::Tree& claims = token.claims;
  const Node* object = claims.find(claims.root(), kTagsClaim);
  if (!object) return true;
  if (object->type != Node::Type::Object || has_doubled_names(claims, *object)) return false;
  if (const Node* tags = claims.find(*object, "principal_tags")) {
    if (tags->type != Node::Type::Object || has_doubled_names(claims, *tags)) return false;
    for (const Node* tag = claims.child(*tags); tag; tag = claims.next(*tag)) {
      const Node* value = tag->type == Node::Type::Array ? claims.child(*tag) : tag;
      if (!value || value->type != Node::Type::String || (value != tag && claims.next(*value))) return false;
      if (tag->key.empty() || tag->key.size() > kTagKeyMax || value->text.size() > kTagValueMax) return false;
      into.tags.emplace_back(tag->key, value->text);
    }
  }
  if (const Node* keys = claims.find(*object, "transitive_tag_keys")) {
    if (keys->type != Node::Type::Array) return false;
    for (const Node* key = claims.child(*keys); key; key = claims.next(*key)) {
      if (key->type != Node::Type::String) return false;
      into.transitive_tag_keys.emplace_back(key->text);
    }
  }
  return true;
}

}  // namespace

std::expected<WebIdentity, TokenError> read_identity(const Jwt& token) {
  for (std::string_view claim : {"iss", "aud", "sub", "exp", "iat"}) {
    if (!token.claims.find(token.claims.root(), claim)) return wrong(TokenErrc::MissingClaim, claim);
  }
  WebIdentity out;
  auto issuer = token.text("iss");
  if (!issuer || !issuer->starts_with(kScheme)) return wrong(TokenErrc::BadClaim, "iss");
  out.issuer = *issuer;
  out.provider = issuer->substr(kScheme.size());
  auto subject = token.text("sub");
  if (!subject || subject->empty()) return wrong(TokenErrc::BadClaim, "sub");
  out.subject = *subject;
  auto audiences = token.texts("aud");
  if (!audiences || audiences->empty()) return wrong(TokenErrc::BadClaim, "aud");
  out.audiences = copies(*audiences);
  if (token.claims.find(token.claims.root(), "azp")) {
    auto party = token.text("azp");
    if (!party) return wrong(TokenErrc::BadClaim, "azp");
    out.other_audiences = std::exchange(out.audiences, {std::string(*party)});
  }
  auto expires = token.seconds("exp"), issued = token.seconds("iat");
  if (!expires) return wrong(TokenErrc::BadClaim, "exp");
  if (!issued) return wrong(TokenErrc::BadClaim, "iat");
  out.expires = Time(seconds(*expires));
  out.issued = Time(seconds(*issued));
  if (auto methods = token.texts("amr")) out.methods = copies(*methods);
  if (!read_tags(token, out)) return wrong(TokenErrc::BadClaim, kTagsClaim);
  if (token.claims.find(token.claims.root(), kSourceIdentityClaim)) {
    auto source = token.text(kSourceIdentityClaim);
    if (!source || source->size() < 2 || source->size() > kSourceIdentityMax) {
      return wrong(TokenErrc::BadClaim, kSourceIdentityClaim);
    }
    out.source_identity = *source;
  }
  return out;
}

std::expected<void, TokenError> check_times(const Jwt& token, const WebIdentity& identity, Time now) {
  if (now >= identity.expires) return wrong(TokenErrc::Expired, "exp");
  if (identity.issued > now + kSkewMax) return wrong(TokenErrc::NotYetValid, "iat");
  if (token.claims.find(token.claims.root(), "nbf")) {
    auto begins = token.seconds("nbf");
    if (!begins) return wrong(TokenErrc::BadClaim, "nbf");
    if (Time(seconds(*begins)) > now + kSkewMax) return wrong(TokenErrc::NotYetValid, "nbf");
  }
  return {};
}

std::expected<std::string, TokenError> match_audience(const WebIdentity& identity,
                                                      std::span<const std::string> client_ids) {
  for (const std::string& audience : identity.audiences) {
    if (std::ranges::find(client_ids, audience) != client_ids.end()) return audience;
  }
  return wrong(TokenErrc::WrongAudience, "aud");
}

}  // namespace skerry::sts::oidc
