#include "iam/policy/principal.h"

#include "model/arn.h"
#include "model/ids.h"

namespace skerry::iam::policy {
namespace {

using Kind = Principal::Kind;

bool all_of(std::string_view text, std::string_view allowed) { return text.find_first_not_of(allowed) == text.npos; }

// Of roles and sessions, as STS takes them.
bool is_name(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-";
  return !text.empty() && all_of(text, kAllowed);
}

constexpr std::string_view kUpperAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool is_id(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) && text.size() >= 16 && text.size() <= 128 && all_of(text, kUpperAndDigits);
}

std::optional<Principal> by_id(std::string_view text) {
  if (is_id(text, "AIDA")) return Principal{Kind::UserId, std::string(text)};
  auto colon = text.find(':');
  std::string_view role = text.substr(0, colon);
  if (!is_id(role, "AROA")) return std::nullopt;
  if (colon == text.npos) return Principal{Kind::RoleId, std::string(role)};
  std::string_view session = text.substr(colon + 1);
  if (!is_name(session)) return std::nullopt;
  return Principal{Kind::SessionId, std::string(role), std::string(session)};
}

// What follows `prefix` in the ARN's resource; it is not empty and does not end in "/".
bool named(const Arn& arn, std::string_view prefix) {
  return arn.resource.size() > prefix.size() && arn.resource.starts_with(prefix) && !arn.resource.ends_with('/');
}

// assumed-role/role/session
bool is_session(std::string_view resource) {
  constexpr std::string_view kStart = "assumed-role/";
  if (!resource.starts_with(kStart)) return false;
  resource.remove_prefix(kStart.size());
  auto slash = resource.find('/');
  return slash != resource.npos && is_name(resource.substr(0, slash)) && is_name(resource.substr(slash + 1));
}

std::optional<Principal> by_arn(std::string_view text) {
  auto arn = Arn::parse(text);
  if (!arn || !arn->region.empty() || !AccountId::parse(arn->account)) return std::nullopt;
  std::string whole(text);
  if (arn->service == "iam") {
    if (arn->resource == "root") return Principal{Kind::Account, arn->account};
    if (named(*arn, "user/")) return Principal{Kind::UserArn, whole};
    if (named(*arn, "role/")) return Principal{Kind::RoleArn, whole};
  }
  if (arn->service == "sts") {
    if (is_session(arn->resource)) return Principal{Kind::SessionArn, whole};
    if (named(*arn, "federated-user/")) return Principal{Kind::FederatedUser, whole};
  }
  return std::nullopt;
}

std::optional<Principal> aws_principal(std::string_view text) {
  if (text == "*") return Principal{Kind::Everyone};
  if (text.find_first_of("*?") != text.npos) return std::nullopt;  // a wildcard cannot be part of a name
  if (AccountId::parse(text)) return Principal{Kind::Account, std::string(text)};
  if (auto principal = by_id(text)) return principal;
  return by_arn(text);
}

bool is_host_name(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
  return text.find('.') != text.npos && !text.starts_with('.') && !text.ends_with('.') && all_of(text, kLetters);
}

bool is_provider(std::string_view text) {
  auto arn = Arn::parse(text);
  if (!arn) return is_host_name(text);
  return arn->service == "iam" && arn->region.empty() && text.find_first_of("*?") == text.npos &&
         (named(*arn, "saml-provider/") || named(*arn, "oidc-provider/"));
}

}  // namespace

std::optional<Principal> Principal::parse(const PrincipalText& principal) {
  const std::string& text = principal.text;
  switch (principal.type) {
    case PrincipalText::Type::AWS:
      return aws_principal(text);
    case PrincipalText::Type::Service:
      if (is_host_name(text)) return Principal{Kind::Service, text};
      break;
    case PrincipalText::Type::Federated:
      if (is_provider(text)) return Principal{Kind::Provider, text};
      break;
    case PrincipalText::Type::CanonicalUser:
      if (text.size() == 64 && all_of(text, "0123456789abcdef")) return Principal{Kind::CanonicalUser, text};
      break;
  }
  return std::nullopt;
}

}  // namespace skerry::iam::policy
