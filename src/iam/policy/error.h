#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "iam/policy/document.h"

namespace skerry::iam::policy {

// Why a document is not a policy, for the client.
struct PolicyError {
  std::string_view code;  // MalformedPolicyDocument, MalformedPolicy, LimitExceeded
  std::string message;    // AWS's
  std::string place;  // "Statement[1].Condition"; empty: the document. AWS does not send it; ours to log and to show
};

// What can be wrong. Each has AWS's words in each kind of document.
enum class Fault : std::uint8_t {
  NotJson,  // does not begin with {
  BadJson,
  TooLong,
  WrongType,  // of an element's value; two elements of a pair
  Duplicate,
  UnknownElement,  // detail: its name
  BadVersion,
  OldVersion,
  NoStatement,
  EmptyStatement,
  BadSid,
  SameSid,
  NoEffect,
  BadEffect,  // detail: what it is
  NoAction,
  NoResource,
  PrincipalForbidden,
  NoPrincipal,
  EmptyPrincipal,
  PrincipalIsText,
  BadPrincipal,  // detail: "AWS":"arn:…"
  AllowNotPrincipal,
  NotPrincipalForbidden,
  ResourceForbidden,
  NotResourceForbidden,
  ActionNotAssumeRole,
  BadAction,    // detail: IAM's words, which differ by what is wrong with it
  BadResource,  // likewise
  ActionNotOnResource,
  UnknownOperator,  // detail: its name
  BadValue,         // of a condition: no date where there should be one
};

PolicyError make_error(Kind kind, Fault fault, std::string place, std::string_view detail = {});

}  // namespace skerry::iam::policy
