#include "auth/post_signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/canonical.h"
#include "auth/sigv4.h"
#include "auth/stand_in.h"
#include "auth/timestamp.h"
#include "base/bytes.h"

namespace skerry::auth {
namespace {

constexpr std::string_view kV4Fields[] = {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature"};
constexpr std::string_view kV2Fields[] = {"AWSAccessKeyId", "Signature"};

AuthError argument_error(std::string message, std::string_view name, std::string_view value) {
  return auth_error(ErrorFamily::S3, AuthErrc::MalformedForm, std::move(message),
                    {{"ArgumentName", std::string(name)}, {"ArgumentValue", std::string(value)}});
}

std::string_view value_of(const FormFields& fields, std::string_view name) {
  const std::string* value = fields.find(name);
  return value ? std::string_view(*value) : std::string_view();
}

bool has_any(const FormFields& fields, std::span<const std::string_view> names) {
  return std::ranges::any_of(names, [&](std::string_view name) { return fields.find(name) != nullptr; });
}

std::optional<AuthError> require_all(const FormFields& fields, std::span<const std::string_view> names) {
  for (std::string_view name : names) {
    if (auto error = require_form_field(fields, name)) return error;
  }
  return require_form_field(fields, "Policy");
}

// What a form claims, before its policy's signature is compared.
struct FormClaim {
  SignatureVersion version = SignatureVersion::None;
  std::string_view access_key_id, policy, signature;
  CredentialScope scope;
  Time signed_at{};
};

std::optional<AuthError> read_v4(const FormFields& fields, const Expectation& expected, FormClaim& claim) {
  if (auto error = require_all(fields, kV4Fields)) return error;
  std::string_view algorithm = value_of(fields, "X-Amz-Algorithm");
  if (algorithm == kSigv4a) return auth_error(ErrorFamily::S3, AuthErrc::SigV4aUnsupported);
  if (algorithm != kSigv4) {
    return argument_error("Only AWS4-HMAC-SHA256 is supported", "X-Amz-Algorithm", algorithm);
  }
  std::string_view credential = value_of(fields, "X-Amz-Credential");
  if (auto error = read_credential(credential, AuthKind::Form, expected, claim.scope)) return error;
  std::string_view date = value_of(fields, "X-Amz-Date");
  auto time = parse_basic_time(date);
  // AWS's spelling.
  if (!time) return argument_error("X-Amz-Date must be formated via ISO8601 Long format", "X-Amz-Date", date);
  claim.version = SignatureVersion::V4;
  claim.signed_at = *time;
  claim.access_key_id = claim.scope.access_key_id;
  claim.signature = value_of(fields, "X-Amz-Signature");
  return std::nullopt;
}

std::optional<AuthError> read_v2(const FormFields& fields, const AuthOptions& options, FormClaim& claim) {
  if (!options.allow_sigv2) return auth_error(ErrorFamily::S3, AuthErrc::SigV2Refused);
  if (auto error = require_all(fields, kV2Fields)) return error;
  claim.version = SignatureVersion::V2;
  claim.access_key_id = value_of(fields, "AWSAccessKeyId");
  claim.signature = value_of(fields, "Signature");
  return std::nullopt;
}

AuthError credential_error(CredentialErrc errc, const FormClaim& claim, std::string_view token) {
  switch (errc) {
    case CredentialErrc::Unknown:
      return auth_error(ErrorFamily::S3, AuthErrc::UnknownAccessKey, {},
                        {{"AWSAccessKeyId", std::string(claim.access_key_id)}});
    case CredentialErrc::BadToken:
      return auth_error(ErrorFamily::S3, AuthErrc::InvalidToken, {}, {{"Token-0", std::string(token)}});
    case CredentialErrc::Expired:
      return auth_error(ErrorFamily::S3, AuthErrc::ExpiredToken, {}, {{"Token-0", std::string(token)}});
    case CredentialErrc::Unavailable:
      return auth_error(ErrorFamily::S3, AuthErrc::CredentialsUnavailable);
  }
  std::unreachable();
}

AuthResult verify(const FormClaim& claim, std::shared_ptr<const Credential> credential, SigningKeys& keys) {
  Authenticated who;
  who.kind = AuthKind::Form;
  who.version = claim.version;
  who.signed_at = claim.signed_at;
  std::string signature;
  if (claim.version == SignatureVersion::V4) {
    const SigningScope& scope = claim.scope.scope;
    who.signing_key = keys.get(credential->access_key_id, credential->secret, scope);
    who.region = scope.region;
    who.service = scope.service;
    who.signature = to_hex(who.signing_key->sign({claim.policy}));
    signature = view(who.signature);
  } else {
    signature = base64(hmac_sha1(credential->secret, claim.policy));
  }
  if (!equal_constant_time(signature, claim.signature)) {
    return std::unexpected(auth_error(ErrorFamily::S3, AuthErrc::SignatureMismatch, {},
                                      {{"AWSAccessKeyId", credential->access_key_id},
                                       {"StringToSign", std::string(claim.policy)},
                                       {"SignatureProvided", std::string(claim.signature)},
                                       {"StringToSignBytes", spaced_hex(claim.policy)}}));
  }
  who.credential = std::move(credential);
  return who;
}

}  // namespace

std::optional<AuthError> require_form_field(const FormFields& fields, std::string_view name) {
  if (fields.find(name)) return std::nullopt;
  return argument_error(
      fmt::format("Bucket POST must contain a field named '{}'.  If it is specified, please check the "
                  "order of the fields.",
                  name),
      name, "");
}

Task<AuthResult> authenticate_form(Authenticator& authenticator, const FormFields& fields,
                                   const Expectation& expected) {
  FormClaim claim;
  std::optional<AuthError> error;
  if (has_any(fields, kV4Fields)) {
    error = read_v4(fields, expected, claim);
  } else if (has_any(fields, kV2Fields)) {
    error = read_v2(fields, authenticator.options(), claim);
  } else {
    co_return Authenticated();
  }
  if (error) co_return std::unexpected(std::move(*error));
  claim.policy = value_of(fields, "Policy");

  const std::string* token_field = fields.find("x-amz-security-token");
  std::optional<std::string> token;
  if (token_field) token = *token_field;
  auto found = authenticator.credentials().try_find(claim.access_key_id, token);
  if (!found) {
    std::string id(claim.access_key_id);
    found = co_await authenticator.credentials().find(std::move(id), token);
  }
  const bool known = found->has_value();
  auto who = verify(claim, known ? **found : stand_in_credential(), authenticator.signing_keys());
  if (!known) co_return std::unexpected(credential_error(found->error(), claim, token.value_or("")));
  if (who) authenticator.credentials().used(*who->credential, expected.services[0], who->region);
  co_return who;
}

}  // namespace skerry::auth
