#include "iam/policy/error.h"

#include <fmt/format.h>

namespace skerry::iam::policy {
namespace {

constexpr const char* kIamSyntax = "Syntax errors in policy.";

std::string identity_message(Kind kind, Fault fault, std::string_view detail) {
  switch (fault) {
    case Fault::NotJson:
    case Fault::BadJson:
    case Fault::WrongType:
    case Fault::Duplicate:
    case Fault::UnknownElement:
    case Fault::BadVersion:
    case Fault::NoStatement:
    case Fault::EmptyStatement:
    case Fault::NoEffect:
    case Fault::UnknownOperator:
      return kIamSyntax;
    case Fault::TooLong:
      return kind == Kind::Managed ? "Cannot exceed quota for PolicySize: 6144" : kIamSyntax;
    case Fault::OldVersion:
      return "Policy document must be version 2012-10-17 or greater.";
    case Fault::BadSid:
      return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
             "[0-9A-Za-z]*";
    case Fault::SameSid:
      return "Statement IDs (SID) in a single policy must be unique.";
    case Fault::BadEffect:  // "allow" gets further than "yes", to the older of IAM's two parsers
      return lower(detail) == "allow" || lower(detail) == "deny" ? "The policy failed legacy parsing" : kIamSyntax;
    case Fault::NoAction:
      return "Policy statement must contain actions.";
    case Fault::NoResource:
      return "Policy statement must contain resources.";
    case Fault::PrincipalForbidden:
      return "Policy document should not specify a principal.";
    case Fault::BadAction:
    case Fault::BadResource:
      return std::string(detail);
    case Fault::BadValue:
      return "The policy failed legacy parsing";
    case Fault::NoPrincipal:
    case Fault::EmptyPrincipal:
    case Fault::PrincipalIsText:
    case Fault::BadPrincipal:
    case Fault::AllowNotPrincipal:
    case Fault::NotPrincipalForbidden:
    case Fault::ResourceForbidden:
    case Fault::NotResourceForbidden:
    case Fault::ActionNotAssumeRole:
    case Fault::ActionNotOnResource:
      break;  // not of such a document
  }
  return kIamSyntax;
}

// Trust policies and resource-based ones go through a newer parser, which says more.
std::string resource_message(Kind kind, Fault fault, std::string_view detail) {
  const bool trust = kind == Kind::Trust;
  const char* syntax = trust ? "Syntax error in policy." : "Invalid policy syntax.";
  switch (fault) {
    case Fault::NotJson:
      return trust ? "This policy contains invalid Json" : "Policies must be valid JSON and the first byte must be '{'";
    case Fault::BadJson:
      return "This policy contains invalid Json";
    case Fault::TooLong:
      return trust ? "Cannot exceed quota for ACLSizePerRole: 2048"
                   : "Policy exceeds the maximum allowed document size.";
    case Fault::UnknownElement:
      return fmt::format("Unknown field {}", detail);
    case Fault::BadVersion:
    case Fault::OldVersion:
      return "The policy must contain a valid version string";
    case Fault::NoStatement:
      return "Missing required field Statement";
    case Fault::EmptyStatement:
      return "Could not parse the policy: Statement is empty!";
    case Fault::SameSid:
      return "The Statement Ids in the policy are not unique";
    case Fault::NoEffect:
      return "Missing required field Effect";
    case Fault::BadEffect:
      return fmt::format("Invalid effect: {}", detail);
    case Fault::NoAction:
      return "Missing required field Action";
    case Fault::NoResource:
      return "Missing required field Resource";
    case Fault::NoPrincipal:
      return "Missing required field Principal";
    case Fault::EmptyPrincipal:
      return "Missing required field Principal cannot be empty!";
    case Fault::PrincipalIsText:
      return trust ? "Principal must be a JSON object." : syntax;
    case Fault::BadPrincipal:
      return trust ? fmt::format("Invalid principal in policy: {}", detail) : "Invalid principal in policy";
    case Fault::AllowNotPrincipal:
      return "Allow with NotPrincipal is not allowed.";
    case Fault::NotPrincipalForbidden:
      return "AssumeRole policy must not contain NotPrincipal field.";
    case Fault::ResourceForbidden:
      return "Has prohibited field Resource";
    case Fault::NotResourceForbidden:
      return "AssumeRole policy must not contain resources.";
    case Fault::ActionNotAssumeRole:
      return "AssumeRole policy may only specify STS AssumeRole actions.";
    case Fault::BadAction:
      return "Policy has invalid action";
    case Fault::BadResource:
      return "Policy has invalid resource";
    case Fault::ActionNotOnResource:
      return "Action does not apply to any resource(s) in statement";
    case Fault::UnknownOperator:
      return trust ? syntax : fmt::format("Invalid Condition type : {}", detail);
    case Fault::WrongType:
    case Fault::Duplicate:
    case Fault::BadSid:
    case Fault::PrincipalForbidden:
    case Fault::BadValue:
      return syntax;
  }
  return syntax;
}

std::string_view code_of(Kind kind, Fault fault) {
  if (kind == Kind::Bucket || kind == Kind::Resource) return "MalformedPolicy";
  return fault == Fault::TooLong ? "LimitExceeded" : "MalformedPolicyDocument";
}

}  // namespace

PolicyError make_error(Kind kind, Fault fault, std::string place, std::string_view detail) {
  return {code_of(kind, fault),
          is_identity_based(kind) ? identity_message(kind, fault, detail) : resource_message(kind, fault, detail),
          std::move(place)};
}

}  // namespace skerry::iam::policy
