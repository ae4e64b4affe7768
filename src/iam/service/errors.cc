#include "iam/service/errors.h"

#include <fmt/format.h>

#include "api/auth_errors.h"

namespace skerry::iam {
namespace {

constexpr std::string_view kTitles[] = {"User", "Group", "Role", "Policy"};

std::string_view title(rows::Entity entity) { return kTitles[static_cast<std::size_t>(entity)]; }

}  // namespace

wire::ApiError store_error(const storage::StoreError& failed) {
  // No default: a new StoreErrc makes the compiler ask where it belongs.
  switch (failed.errc) {
    case storage::StoreErrc::Unavailable:
    case storage::StoreErrc::NoSpace:
      return api::common_error("ServiceUnavailable", 503,
                               "The request has failed due to a temporary failure of the server.")
          .because(failed.detail);
    case storage::StoreErrc::Conflict:
      return concurrent_modification().because(failed.detail);
    case storage::StoreErrc::NotFound:
    case storage::StoreErrc::Exists:
    case storage::StoreErrc::Corrupt:
      return error(Errc::ServiceFailureException,
                   "The request processing has failed because of an unknown error, exception or failure.")
          .because(failed.detail);
  }
  std::unreachable();
}

wire::ApiError no_such(rows::Entity entity, std::string_view name) {
  return error(Errc::NoSuchEntityException,
               fmt::format("The {} with name {} cannot be found.", rows::word(entity), name));
}

wire::ApiError already_there(rows::Entity entity, std::string_view name) {
  return error(Errc::EntityAlreadyExistsException, fmt::format("{} with name {} already exists.", title(entity), name));
}

wire::ApiError no_such_key(std::string_view access_key_id) {
  return error(Errc::NoSuchEntityException, fmt::format("The Access Key with id {} cannot be found.", access_key_id));
}

wire::ApiError quota_exceeded(std::string_view quota, std::size_t limit) {
  return error(Errc::LimitExceededException, fmt::format("Cannot exceed quota for {}: {}", quota, limit));
}

wire::ApiError delete_conflict(std::string_view first) {
  return error(Errc::DeleteConflictException, fmt::format("Cannot delete entity, must {} first.", first));
}

wire::ApiError concurrent_modification() {
  return error(Errc::ConcurrentModificationException,
               "The request was rejected because multiple requests to change this object were submitted "
               "simultaneously. Wait a few minutes and submit your request again.");
}

wire::ApiError validation_error(std::string message) {
  return api::common_error("ValidationError", 400, std::move(message));
}

wire::ApiError invalid_input(std::string message) { return error(Errc::InvalidInputException, std::move(message)); }

wire::ApiError name_needed() {
  return validation_error("Must specify userName when calling with non-User credentials");
}

}  // namespace skerry::iam
