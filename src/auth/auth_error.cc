#include "auth/auth_error.h"

#include <string_view>

#include "base/check.h"

namespace skerry::auth {
namespace {

struct Wire {
  std::string_view code;
  int status;
};

struct Row {
  AuthErrc errc;
  Wire s3;
  std::string_view s3_message;
  Wire query;
  std::string_view json_code;  // 400 in JSON 1.x, 403 in rest-json
  std::string_view message;    // of all but S3
};

constexpr std::string_view kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details.";
constexpr std::string_view kBadToken = "The security token included in the request is invalid.";
constexpr std::string_view kOldToken = "The security token included in the request is expired";
constexpr std::string_view kTrailer =
    "The request contained trailing data that was not well-formed or did not conform to our published schema.";

// In the order of AuthErrc. Payload and form rows only ever meet S3; the others' columns are what AWS's common errors
// come nearest with.
constexpr Row kRows[] = {
    {AuthErrc::MissingAuthentication,
     {"AccessDenied", 403},
     "Access Denied",
     {"MissingAuthenticationToken", 403},
     "MissingAuthenticationTokenException",
     "Request is missing Authentication Token"},
    {AuthErrc::UnsupportedAuthorization,
     {"InvalidArgument", 400},
     "Unsupported Authorization Type",
     {"IncompleteSignature", 400},
     "IncompleteSignatureException",
     "Unsupported authorization type."},
    {AuthErrc::ConflictingAuthorization,
     {"InvalidArgument", 400},
     "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or "
     "the "
     "Authorization header should be specified",
     {"IncompleteSignature", 400},
     "IncompleteSignatureException",
     "Only one authentication mechanism is allowed."},
    {AuthErrc::SigV2Refused,
     {"InvalidRequest", 400},
     "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
     {"IncompleteSignature", 400},
     "IncompleteSignatureException",
     "Signature version 2 is not supported."},
    {AuthErrc::SigV4aUnsupported,
     {"NotImplemented", 501},
     "AWS4-ECDSA-P256-SHA256 (SigV4A) signatures are not implemented. Use AWS4-HMAC-SHA256.",
     {"NotImplemented", 501},
     "NotImplemented",
     "AWS4-ECDSA-P256-SHA256 (SigV4A) signatures are not implemented. Use AWS4-HMAC-SHA256."},
    {AuthErrc::MalformedHeader,
     {"AuthorizationHeaderMalformed", 400},
     "The authorization header is malformed.",
     {"IncompleteSignature", 400},
     "IncompleteSignatureException",
     "The Authorization header is malformed."},
    {AuthErrc::MalformedQuery,
     {"AuthorizationQueryParametersError", 400},
     "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
     "X-Amz-Date, "
     "X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
     {"IncompleteSignature", 400},
     "IncompleteSignatureException",
     "AWS query-string parameters must include 'X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', "
     "'X-Amz-SignedHeaders' and 'X-Amz-Date'. Re-examine the query-string parameters."},
    {AuthErrc::MalformedForm,
     {"InvalidArgument", 400},
     "The form's signature fields are malformed.",
     {"IncompleteSignature", 400},
     "IncompleteSignatureException",
     "The form's signature fields are malformed."},
    {AuthErrc::MissingDate,
     {"AccessDenied", 403},
     "AWS authentication requires a valid Date or x-amz-date header",
     {"IncompleteSignature", 400},
     "IncompleteSignatureException",
     "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
    {AuthErrc::InvalidScope,
     {"AuthorizationHeaderMalformed", 400},
     "The authorization header is malformed.",
     {"SignatureDoesNotMatch", 403},
     "InvalidSignatureException",
     "Credential should be scoped to this endpoint."},
    {AuthErrc::UnknownAccessKey,
     {"InvalidAccessKeyId", 403},
     "The AWS Access Key Id you provided does not exist in our records.",
     {"InvalidClientTokenId", 403},
     "UnrecognizedClientException",
     kBadToken},
    {AuthErrc::InvalidToken,
     {"InvalidToken", 400},
     "The provided token is malformed or otherwise invalid.",
     {"InvalidClientTokenId", 403},
     "UnrecognizedClientException",
     kBadToken},
    {AuthErrc::ExpiredToken,
     {"ExpiredToken", 400},
     "The provided token has expired.",
     {"ExpiredToken", 403},
     "ExpiredTokenException",
     kOldToken},
    {AuthErrc::CredentialsUnavailable,
     {"ServiceUnavailable", 503},
     "Service is unable to handle request.",
     {"ServiceUnavailable", 503},
     "ServiceUnavailable",
     "Service is unable to handle request."},
    {AuthErrc::TimeTooSkewed,
     {"RequestTimeTooSkewed", 403},
     "The difference between the request time and the current time is too large.",
     {"SignatureDoesNotMatch", 403},
     "InvalidSignatureException",
     "Signature expired"},
    {AuthErrc::Expired,
     {"AccessDenied", 403},
     "Request has expired",
     {"RequestExpired", 400},
     "InvalidSignatureException",
     "Request has expired."},
    {AuthErrc::NotYetValid,
     {"AccessDenied", 403},
     "Request is not yet valid",
     {"SignatureDoesNotMatch", 403},
     "InvalidSignatureException",
     "Signature not yet current"},
    {AuthErrc::HeadersNotSigned,
     {"AccessDenied", 403},
     "There were headers present in the request which were not signed",
     {"SignatureDoesNotMatch", 403},
     "InvalidSignatureException",
     "There were headers present in the request which were not signed"},
    {AuthErrc::SignatureMismatch,
     {"SignatureDoesNotMatch", 403},
     "The request signature we calculated does not match the signature you provided. Check your key and signing "
     "method.",
     {"SignatureDoesNotMatch", 403},
     "InvalidSignatureException",
     kMismatch},
    {AuthErrc::MissingContentSha256,
     {"InvalidRequest", 400},
     "Missing required header for this request: x-amz-content-sha256",
     {"IncompleteSignature", 400},
     "IncompleteSignatureException",
     "The hash of the payload is missing."},
    {AuthErrc::InvalidContentSha256,
     {"InvalidArgument", 400},
     "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
     "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
     "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 "
     "value.",
     {"IncompleteSignature", 400},
     "IncompleteSignatureException",
     "x-amz-content-sha256 is not valid."},
    {AuthErrc::ContentSha256Mismatch,
     {"XAmzContentSHA256Mismatch", 400},
     "The provided 'x-amz-content-sha256' header does not match what was computed.",
     {"SignatureDoesNotMatch", 403},
     "InvalidSignatureException",
     kMismatch},
    {AuthErrc::ChunkedUnsignedPayload,
     {"InvalidArgument", 400},
     "aws-chunked encoding is not supported when x-amz-content-sha256 UNSIGNED-PAYLOAD is supplied.",
     {"InvalidRequest", 400},
     "ValidationException",
     "aws-chunked encoding is not supported."},
    {AuthErrc::MissingContentLength,
     {"MissingContentLength", 411},
     "You must provide the Content-Length HTTP header.",
     {"MissingContentLength", 411},
     "ValidationException",
     "You must provide the Content-Length HTTP header."},
    {AuthErrc::ChunkTooSmall,
     {"InvalidChunkSizeError", 403},
     "Only the last chunk is allowed to have a size less than 8192 bytes",
     {"InvalidRequest", 400},
     "ValidationException",
     "A chunk is too small."},
    {AuthErrc::IncompleteBody,
     {"IncompleteBody", 400},
     "You did not provide the number of bytes specified by the Content-Length HTTP header",
     {"InvalidRequest", 400},
     "ValidationException",
     "The request body is incomplete."},
    {AuthErrc::UnsupportedTrailer,
     {"InvalidRequest", 400},
     "The value specified in the x-amz-trailer header is not supported",
     {"InvalidRequest", 400},
     "ValidationException",
     "The value specified in the x-amz-trailer header is not supported"},
    {AuthErrc::MalformedTrailer,
     {"MalformedTrailerError", 400},
     kTrailer,
     {"InvalidRequest", 400},
     "ValidationException",
     kTrailer},
    {AuthErrc::NotMultipart,
     {"PreconditionFailed", 412},
     "At least one of the pre-conditions you specified did not hold",
     {"InvalidRequest", 400},
     "ValidationException",
     "The body is not multipart/form-data."},
    {AuthErrc::MalformedFormBody,
     {"MalformedPOSTRequest", 400},
     "The body of your POST request is not well-formed multipart/form-data.",
     {"InvalidRequest", 400},
     "ValidationException",
     "The body is not well-formed multipart/form-data."},
    {AuthErrc::FormFieldsTooLarge,
     {"MaxPostPreDataLengthExceeded", 400},
     "Your POST request fields preceeding the upload file was too large.",
     {"InvalidRequest", 400},
     "ValidationException",
     "The form's fields are too large."},
    {AuthErrc::WrongFileCount,
     {"InvalidArgument", 400},
     "POST requires exactly one file upload per request.",
     {"InvalidRequest", 400},
     "ValidationException",
     "The form has no file."},
    {AuthErrc::InvalidPolicy,
     {"InvalidPolicyDocument", 400},
     "Invalid Policy: Invalid JSON.",
     {"InvalidRequest", 400},
     "ValidationException",
     "The form's policy is not valid."},
    {AuthErrc::PolicyViolated,
     {"AccessDenied", 403},
     "Invalid according to Policy: Policy Condition failed",
     {"AccessDenied", 403},
     "AccessDeniedException",
     "The form does not meet its policy."},
    {AuthErrc::EntityTooSmall,
     {"EntityTooSmall", 400},
     "Your proposed upload is smaller than the minimum allowed size",
     {"InvalidRequest", 400},
     "ValidationException",
     "The upload is too small."},
    {AuthErrc::EntityTooLarge,
     {"EntityTooLarge", 400},
     "Your proposed upload exceeds the maximum allowed size",
     {"InvalidRequest", 400},
     "ValidationException",
     "The upload is too large."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<std::size_t>(kRows[i].errc) != i) return false;
  }
  return std::size(kRows) == static_cast<std::size_t>(AuthErrc::EntityTooLarge) + 1;
}
static_assert(in_order(), "one row for each AuthErrc, in its order");

Wire wire(const Row& row, ErrorFamily family) {
  bool ours = row.query.status >= 500;  // not the client's fault: the same status everywhere
  switch (family) {
    case ErrorFamily::S3:
      return row.s3;
    case ErrorFamily::Query:
      return row.query;
    case ErrorFamily::Json:
      return {row.json_code, ours ? row.query.status : 400};
    case ErrorFamily::RestJson:
      return {row.json_code, ours ? row.query.status : 403};
  }
  std::unreachable();
}

}  // namespace

AuthError auth_error(ErrorFamily family, AuthErrc errc, std::string message,
                     std::vector<std::pair<std::string, std::string>> fields) {
  const Row& row = kRows[static_cast<std::size_t>(errc)];
  Wire as = wire(row, family);
  if (message.empty()) message = family == ErrorFamily::S3 ? row.s3_message : row.message;
  return {errc, as.status, std::string(as.code), std::move(message), std::move(fields)};
}

}  // namespace skerry::auth
