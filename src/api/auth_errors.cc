#include "api/auth_errors.h"

#include <map>
#include <mutex>
#include <utility>

#include "wire/faults.h"

namespace skerry::api {
namespace {

struct Interned {
  std::string code;
  wire::ErrorInfo info;
};

// Some fifty codes in all; they live as long as the process, as the generated ones do.
const wire::ErrorInfo& intern(std::string_view code, int status) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, int>, std::unique_ptr<Interned>>& known =
      *new std::map<std::pair<std::string, int>, std::unique_ptr<Interned>>;
  std::lock_guard lock(mutex);
  auto& entry = known[{std::string(code), status}];
  if (!entry) {
    entry = std::make_unique<Interned>();
    entry->code = code;
    entry->info = {.name = entry->code,
                   .code = entry->code,
                   .query_code = {},
                   .status = static_cast<std::uint16_t>(status),
                   .sender = status < 500,
                   .message = {},
                   .shape = nullptr};
  }
  return entry->info;
}

}  // namespace

wire::ApiError common_error(std::string_view code, int status, std::string message) {
  return wire::make_error(intern(code, status), std::move(message));
}

wire::ApiError http_error(int status, std::string_view reason) {
  auto code = [status]() -> std::string_view {
    switch (status) {
      case 408:
        return "RequestTimeout";
      case 411:
        return "MissingContentLength";
      case 413:
        return "EntityTooLarge";
      case 414:
        return "RequestURITooLong";
      case 431:
        return "RequestHeaderSectionTooLarge";
      case 501:
        return "NotImplemented";
      case 503:
        return "SlowDown";
      case 505:
        return "HTTPVersionNotSupported";
      default:
        return status < 500 ? "BadRequest" : "InternalError";
    }
  };
  std::string message = "An error occurred when parsing the HTTP request: ";
  if (status == 503) message = "Please reduce your request rate: ";
  if (status == 500) return common_error(code(), status, "We encountered an internal error. Please try again.");
  return common_error(code(), status, message.append(reason).append("."));
}

wire::ApiError api_error(const auth::AuthError& failed) {
  wire::ApiError out = common_error(failed.code, failed.status, failed.message);
  out.fields = failed.fields;
  return out;
}

wire::ApiError unsigned_error(auth::ErrorFamily family) {
  return api_error(auth::auth_error(family, auth::AuthErrc::MissingAuthentication));
}

wire::ApiError body_error(const wire::Service& service, const ReadError& failed, std::uint64_t limit_bytes) {
  switch (failed.errc) {
    case ReadErrc::TooLarge:
      return wire::body_too_large(service, limit_bytes);
    case ReadErrc::Disconnected:
      return common_error("RequestTimeout", 400,
                          "Your socket connection to the server was not read from or written to within the timeout "
                          "period. Idle connections will be closed.")
          .because(failed.detail);
    case ReadErrc::Malformed:
    case ReadErrc::BadSignature:
    case ReadErrc::BadDigest:
      return common_error("IncompleteBody", 400, "The request body terminated unexpectedly").because(failed.detail);
    case ReadErrc::Unavailable:
    case ReadErrc::Corrupt:
      return common_error("InternalError", 500, "We encountered an internal error. Please try again.")
          .because(failed.detail);
  }
  std::unreachable();
}

}  // namespace skerry::api
