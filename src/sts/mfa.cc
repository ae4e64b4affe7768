#include "sts/mfa.h"

#include "iam/mfa.h"

namespace skerry::sts {
namespace {

using Kind = iam::Principal::Kind;

wire::ApiError mfa_error(const iam::MfaError& failed) {
  switch (failed.errc) {
    case iam::MfaErrc::UnknownDevice:
      return unknown_mfa_device();
    case iam::MfaErrc::WrongCode:
      return access_denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ");
    case iam::MfaErrc::Unavailable:
      return store_error(failed.store);
  }
  std::unreachable();
}

}  // namespace

Task<Result<bool>> show_mfa(Parts parts, std::shared_ptr<const iam::Principal> who,
                            std::optional<std::string> serial_number, std::optional<std::string> token_code) {
  if (!serial_number && !token_code) co_return false;
  if (!serial_number || !token_code) {
    co_return std::unexpected(
        access_denied("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."));
  }
  if (who->kind != Kind::User && who->kind != Kind::Root) co_return std::unexpected(unknown_mfa_device());
  iam::MfaProof proof{.account_id = who->account_id,
                      .holder_id = who->kind == Kind::Root ? who->account_id : who->unique_id,
                      .serial_number = *std::move(serial_number),
                      .code = *std::move(token_code)};
  auto shown = co_await iam::check_mfa(parts.directory, parts.accounts, parts.clock, std::move(proof));
  if (!shown) co_return std::unexpected(mfa_error(shown.error()));
  co_return true;
}

}  // namespace skerry::sts
