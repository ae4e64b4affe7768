#include "wire/faults.h"

#include <fmt/format.h>

namespace skerry::wire {
namespace {

constexpr ErrorInfo info(std::string_view name, std::uint16_t status, std::string_view message = {},
                         std::string_view query = {}) {
  return {name, name, query, status, status < 500, message, nullptr};
}

// One of each for every way in which services word it. The names of a row's errors are AWS's.
struct Words {
  ErrorInfo violation, malformed, not_implemented, unknown_operation, method, uri, too_large, internal;
};

constexpr std::string_view kSchema =
    "The XML you provided was not well-formed or did not validate against our published schema";
constexpr std::string_view kInternal = "We encountered an internal error. Please try again.";
constexpr std::string_view kMethod = "The specified method is not allowed against this resource.";

constexpr Words kS3{info("InvalidArgument", 400),
                    info("MalformedXML", 400, kSchema),
                    info("NotImplemented", 501),
                    info("MethodNotAllowed", 405, kMethod),
                    info("MethodNotAllowed", 405, kMethod),
                    info("InvalidURI", 400, "Couldn't parse the specified URI."),
                    info("MaxMessageLengthExceeded", 400, "Your request was too big."),
                    info("InternalError", 500, kInternal)};
constexpr Words kCloudFront{
    info("InvalidArgument", 400),       info("MalformedXML", 400, kSchema),     info("NotImplemented", 501),
    info("UnknownOperation", 404),      info("MethodNotAllowed", 405, kMethod), info("MalformedInput", 400),
    info("RequestEntityTooLarge", 413), info("InternalError", 500, kInternal)};
constexpr Words kQuery{info("ValidationError", 400),       info("MalformedInput", 400),
                       info("NotImplemented", 501),        info("InvalidAction", 400),
                       info("InvalidAction", 400),         info("MalformedInput", 400),
                       info("RequestEntityTooLarge", 413), info("InternalFailure", 500, kInternal)};
constexpr Words kJson{info("ValidationException", 400),
                      info("SerializationException", 400),
                      info("NotImplemented", 501),
                      info("UnknownOperationException", 404),
                      info("UnknownOperationException", 404),
                      info("SerializationException", 400),
                      info("RequestEntityTooLargeException", 413),
                      info("InternalFailure", 500, kInternal)};
constexpr Words kLogs{info("InvalidParameterException", 400),
                      info("SerializationException", 400),
                      info("NotImplemented", 501),
                      info("UnknownOperationException", 404),
                      info("UnknownOperationException", 404),
                      info("SerializationException", 400),
                      info("RequestEntityTooLargeException", 413),
                      info("InternalFailure", 500, kInternal)};
constexpr Words kSqs{info("InvalidParameterValueException", 400, {}, "InvalidParameterValue"),
                     info("SerializationException", 400, {}, "MalformedInput"),
                     info("NotImplemented", 501),
                     info("UnknownOperationException", 400, {}, "InvalidAction"),
                     info("UnknownOperationException", 400, {}, "InvalidAction"),
                     info("SerializationException", 400, {}, "MalformedInput"),
                     info("RequestEntityTooLargeException", 413),
                     info("InternalFailure", 500, kInternal)};
constexpr ErrorInfo kSqsMissing = info("MissingRequiredParameterException", 400, {}, "MissingParameter");
constexpr ErrorInfo kS3MissingBody = info("MissingRequestBodyError", 400, "Request Body is empty");
constexpr ErrorInfo kS3MalformedAcl = info("MalformedACLError", 400, kSchema);
constexpr ErrorInfo kS3MissingHeader = info("InvalidRequest", 400);

const Words& words(const Service& service) {
  switch (service.faults) {
    case FaultStyle::S3:
      return kS3;
    case FaultStyle::CloudFront:
      return kCloudFront;
    case FaultStyle::Query:
      return kQuery;
    case FaultStyle::Json:
      return kJson;
    case FaultStyle::Logs:
      return kLogs;
    case FaultStyle::Sqs:
      return kSqs;
  }
  return kJson;
}

std::string sentence(const std::vector<Violation>& violations) {
  std::string out =
      fmt::format("{} validation error{} detected: ", violations.size(), violations.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < violations.size(); ++i) {
    const Violation& v = violations[i];
    if (i > 0) out += "; ";
    out += fmt::format("Value {}{}at '{}' failed to satisfy constraint: {}", v.value, v.value.empty() ? "" : " ",
                       v.path, v.rule);
  }
  return out;
}

ApiError sqs_violation(const std::vector<Violation>& violations) {
  const Violation& first = violations.front();
  if (first.what != Violation::What::Missing) return make_error(kSqs.violation, sentence(violations));
  std::string parameter = first.path;
  if (!parameter.empty() && parameter[0] >= 'a' && parameter[0] <= 'z') parameter[0] += 'A' - 'a';
  return make_error(kSqsMissing, fmt::format("The request must contain the parameter {}.", parameter));
}

// A list that is none has a code of its own.
const ErrorInfo& s3_malformed(std::string_view operation) {
  return operation == "PutBucketAcl" || operation == "PutObjectAcl" ? kS3MalformedAcl : kS3.malformed;
}

// S3 has no validator for all: what is wrong in a document is a malformed document, what is wrong elsewhere an
// argument.
ApiError s3_violation(const std::vector<Violation>& violations, std::string_view operation) {
  const Violation& first = violations.front();
  bool missing = first.what == Violation::What::Missing;
  switch (first.where) {
    case Loc::Body:
      return make_error(s3_malformed(operation)).because(sentence(violations));
    case Loc::Payload:
      // The document itself, or something in it.
      missing = missing && first.path.find('.') == first.path.npos;
      return make_error(missing ? kS3MissingBody : s3_malformed(operation)).because(sentence(violations));
    case Loc::Header:
      if (missing)
        return make_error(kS3MissingHeader, fmt::format("Missing required header for this request: {}", first.path));
      break;
    default:
      break;
  }
  return make_error(kS3.violation, first.rule).with("ArgumentName", first.path).with("ArgumentValue", first.value);
}

}  // namespace

ApiError violation_error(const Service& service, const std::vector<Violation>& violations, std::string_view operation) {
  switch (service.faults) {
    case FaultStyle::S3:
      return s3_violation(violations, operation);
    case FaultStyle::Sqs:
      return sqs_violation(violations);
    default:
      return make_error(words(service).violation, sentence(violations));
  }
}

ApiError malformed_error(const Service& service, const Malformed& malformed, std::string_view operation) {
  if (service.faults != FaultStyle::S3) return make_error(words(service).malformed, malformed.reason);
  if (malformed.where == Loc::Body || malformed.where == Loc::Payload)
    return make_error(s3_malformed(operation)).because(malformed.reason);
  if (malformed.wire.empty()) return make_error(kS3.uri).because(malformed.reason);
  std::string message = malformed.wire == "max-keys"
                            ? "Provided max-keys not an integer or within integer range"
                            : fmt::format("The value of {} could not be parsed", malformed.wire);
  return make_error(kS3.violation, std::move(message))
      .with("ArgumentName", malformed.wire)
      .with("ArgumentValue", malformed.value)
      .because(malformed.reason);
}

ApiError malformed_form(const Service& service) {
  const Words& said = service.speaks(Protocol::Query) ? words(service) : kQuery;
  return make_error(said.malformed, "the form is not well-formed");
}

ApiError not_implemented(const Operation& operation) {
  return not_implemented(*operation.service, fmt::format("The operation {} is not implemented.", operation.name));
}

ApiError not_implemented(const Service& service, std::string what) {
  return make_error(words(service).not_implemented, std::move(what));
}

ApiError unknown_operation(const Service& service, std::string_view name) {
  if (service.faults == FaultStyle::S3) return make_error(kS3.unknown_operation);
  return make_error(words(service).unknown_operation,
                    service.faults == FaultStyle::Query || service.faults == FaultStyle::Sqs
                        ? fmt::format("Could not find operation {} for version {}", name, service.api_version)
                        : fmt::format("Unknown operation {}", name));
}

ApiError method_not_allowed(const Service& service, std::string_view method) {
  ApiError error =
      make_error(words(service).method, words(service).method.message.empty() ? "Unknown operation" : std::string());
  if (service.faults == FaultStyle::S3) error.fields.emplace_back("Method", method);
  return error;
}

ApiError bad_uri(const Service& service, std::string_view why) {
  return make_error(words(service).uri, service.faults == FaultStyle::S3 ? std::string() : std::string(why))
      .because(std::string(why));
}

ApiError body_too_large(const Service& service, std::uint64_t limit) {
  ApiError error =
      make_error(words(service).too_large, fmt::format("The request's body is larger than {} bytes.", limit));
  if (service.faults == FaultStyle::S3)
    error = make_error(kS3.too_large).with("MaxMessageLengthBytes", std::to_string(limit));
  return error;
}

ApiError internal_error(const Service& service, std::string detail) {
  return make_error(words(service).internal).because(std::move(detail));
}

}  // namespace skerry::wire
