#include "s3/errors.h"

#include <utility>

namespace skerry::s3 {
namespace {

// No default: a new StoreErrc makes the compiler ask where it belongs.
Errc object_errc(storage::StoreErrc errc) {
  switch (errc) {
    case storage::StoreErrc::Unavailable:
    case storage::StoreErrc::NoSpace:
      return Errc::SlowDown;  // 503: writing resumes by itself, and clients retry
    case storage::StoreErrc::Conflict:
      return Errc::OperationAborted;
    case storage::StoreErrc::NotFound:  // of something that a row says is there
    case storage::StoreErrc::Exists:
    case storage::StoreErrc::Corrupt:
      return Errc::InternalError;
  }
  std::unreachable();
}

}  // namespace

wire::ApiError store_error(const storage::StoreError& failed) {
  return error(object_errc(failed.errc)).because(failed.detail);
}

wire::ApiError store_error(const storage::CommitError& failed) {
  return error(object_errc(failed.errc)).because(failed.detail);
}

wire::ApiError corrupt(std::string_view what) {
  return error(Errc::InternalError).because(std::string(what).append(" cannot be read"));
}

wire::ApiError read_error(const ReadError& failed) {
  switch (failed.errc) {
    case ReadErrc::Disconnected:
      return error(Errc::RequestTimeout).because(failed.detail);
    case ReadErrc::TooLarge:
      return error(Errc::EntityTooLarge).because(failed.detail);
    case ReadErrc::Malformed:
      return error(Errc::IncompleteBody).because(failed.detail);
    case ReadErrc::BadSignature:
      return error(Errc::SignatureDoesNotMatch).because(failed.detail);
    case ReadErrc::BadDigest:
      return error(Errc::BadDigest).because(failed.detail);
    case ReadErrc::Unavailable:
      return error(Errc::SlowDown).because(failed.detail);
    case ReadErrc::Corrupt:
      return error(Errc::InternalError).because(failed.detail);
  }
  std::unreachable();
}

wire::ApiError no_such_bucket(std::string_view bucket) {
  return error(Errc::NoSuchBucket).with("BucketName", std::string(bucket));
}

wire::ApiError bucket_exists(bool own, std::string_view bucket) {
  return error(own ? Errc::BucketAlreadyOwnedByYou : Errc::BucketAlreadyExists).with("BucketName", std::string(bucket));
}

wire::ApiError bucket_not_empty(std::string_view bucket, bool versioned) {
  std::string message = versioned
                            ? "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
                            : "The bucket you tried to delete is not empty";
  return error(Errc::BucketNotEmpty, std::move(message)).with("BucketName", std::string(bucket));
}

wire::ApiError no_such_key(std::string_view key) { return error(Errc::NoSuchKey).with("Key", std::string(key)); }

wire::ApiError no_such_version(std::string_view key, std::string_view version_id) {
  return error(Errc::NoSuchVersion).with("Key", std::string(key)).with("VersionId", std::string(version_id));
}

wire::ApiError precondition_failed(std::string_view condition) {
  return error(Errc::PreconditionFailed).with("Condition", std::string(condition));
}

wire::ApiError conditional_request_conflict(std::string_view condition, std::string_view key) {
  return error(Errc::ConditionalRequestConflict)
      .with("Condition", std::string(condition))
      .with("Key", std::string(key));
}

wire::ApiError operation_aborted() { return error(Errc::OperationAborted); }

wire::ApiError invalid_argument(std::string message, std::string_view name, std::string_view value) {
  return error(Errc::InvalidArgument, std::move(message))
      .with("ArgumentName", std::string(name))
      .with("ArgumentValue", std::string(value));
}

wire::ApiError not_implemented_header(std::string_view header, std::string_view additional) {
  auto made = error(Errc::NotImplemented).with("Header", std::string(header));
  if (!additional.empty()) made.fields.emplace_back("additionalMessage", std::string(additional));
  return made;
}

}  // namespace skerry::s3
