#pragma once
#include <string>
#include <utility>
#include <vector>

namespace skerry::auth {

// Everything that can be wrong with who signed a request and how, in words of no protocol.
enum class AuthErrc {
  // How the signature is carried
  MissingAuthentication,
  UnsupportedAuthorization,  // another scheme than AWS's
  ConflictingAuthorization,  // header and query both
  SigV2Refused,
  SigV4aUnsupported,
  MalformedHeader,
  MalformedQuery,
  MalformedForm,
  MissingDate,
  InvalidScope,  // another region, service, day or terminator than this request's
  // Who and when
  UnknownAccessKey,
  InvalidToken,
  ExpiredToken,
  CredentialsUnavailable,
  TimeTooSkewed,
  Expired,
  NotYetValid,
  // What was signed
  HeadersNotSigned,
  SignatureMismatch,
  // The payload
  MissingContentSha256,
  InvalidContentSha256,
  ContentSha256Mismatch,
  ChunkedUnsignedPayload,
  MissingContentLength,
  ChunkTooSmall,
  IncompleteBody,
  UnsupportedTrailer,
  MalformedTrailer,
  // POST forms
  NotMultipart,
  MalformedFormBody,
  FormFieldsTooLarge,
  WrongFileCount,
  InvalidPolicy,
  PolicyViolated,
  EntityTooSmall,
  EntityTooLarge,
};

// Whose codes and statuses an answer uses.
enum class ErrorFamily {
  S3,
  Query,     // IAM, STS, SNS, CloudWatch in its old protocol
  Json,      // JSON 1.0 and 1.1: KMS, Logs, SQS
  RestJson,  // Lambda
};

// What a client is told: AWS's code, status, sentence and, on S3, the elements that come with it, in AWS's order.
struct AuthError {
  AuthErrc errc;
  int status;
  std::string code;
  std::string message;
  std::vector<std::pair<std::string, std::string>> fields;
};

// Code and status of `errc` in `family`. An empty `message` gets the sentence that AWS has for it.
AuthError auth_error(ErrorFamily family, AuthErrc errc, std::string message = {},
                     std::vector<std::pair<std::string, std::string>> fields = {});

}  // namespace skerry::auth
