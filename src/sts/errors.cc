#include "sts/errors.h"

#include "api/auth_errors.h"

namespace skerry::sts {

wire::ApiError store_error(const storage::StoreError& failed) {
  // No default: a new StoreErrc makes the compiler ask where it belongs.
  switch (failed.errc) {
    case storage::StoreErrc::Unavailable:
    case storage::StoreErrc::NoSpace:
    case storage::StoreErrc::Conflict:
      return api::common_error("ServiceUnavailable", 503,
                               "The request has failed due to a temporary failure of the server.")
          .because(failed.detail);
    case storage::StoreErrc::NotFound:
    case storage::StoreErrc::Exists:
    case storage::StoreErrc::Corrupt:
      return api::common_error("InternalFailure", 500,
                               "The request processing has failed because of an unknown error, exception or failure.")
          .because(failed.detail);
  }
  std::unreachable();
}

wire::ApiError access_denied(std::string message) { return api::common_error("AccessDenied", 403, std::move(message)); }

wire::ApiError validation_error(std::string message) {
  return api::common_error("ValidationError", 400, std::move(message));
}

wire::ApiError invalid_parameter(std::string message) {
  return api::common_error("InvalidParameterValue", 400, std::move(message));
}

wire::ApiError unknown_mfa_device() {
  return access_denied(
      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid "
      "and associated with this user.");
}

}  // namespace skerry::sts
