#include "iam/policy/public_access.h"

#include <algorithm>
#include <array>

#include "iam/policy/keys.h"
#include "iam/policy/operator.h"
#include "iam/policy/principal.h"
#include "iam/policy/values.h"

namespace skerry::iam::policy {
namespace {

constexpr std::array<std::string_view, 14> kFixing{"aws:principalorgid",
                                                   "aws:principalarn",
                                                   "aws:principalaccount",
                                                   "aws:sourceaccount",
                                                   "aws:sourcearn",
                                                   "aws:sourceip",
                                                   "aws:sourceowner",
                                                   "aws:sourcevpc",
                                                   "aws:sourcevpce",
                                                   "aws:userid",
                                                   "s3:dataaccesspointaccount",
                                                   "s3:dataaccesspointarn",
                                                   "s3:x-amz-server-side-encryption-aws-kms-key-id",
                                                   "aws:sourceorgid"};

// A network that somebody chose, and not half of the internet: AWS takes 0.0.0.0/1 for public.
bool is_fixed_network(std::string_view text) {
  auto range = IpRange::parse(text);
  return range && range->bits >= (range->v6 ? 32 : 8);
}

bool is_fixed(std::string_view key, std::string_view value) {
  if (key == "aws:sourceip") return is_fixed_network(value);
  if (value.find_first_of("*?") == value.npos && value.find("${") == value.npos) return true;
  // AROA…:* is all sessions of one role.
  return key == "aws:userid" && value.starts_with("AROA") && value.ends_with(":*") &&
         value.find_first_of("*?$") == value.size() - 1;
}

bool fixes(const ConditionText& condition) {
  auto op = Operator::parse(condition.name);
  // What is true of a request without the key holds nobody back.
  if (!op || op->negated || op->if_exists || op->set == Operator::Set::ForAllValues) return false;
  if (op->compare != Operator::Compare::Equal || op->family == Operator::Family::Null) return false;
  std::string key = lower(condition.key);
  if (std::ranges::find(kFixing, key) == kFixing.end()) return false;
  return std::ranges::all_of(condition.values, [&](const std::string& value) { return is_fixed(key, value); });
}

bool is_for_everyone(const StatementText& statement) {
  if (!statement.principals) return false;
  if (statement.not_principal) return true;
  return std::ranges::any_of(*statement.principals, [](const PrincipalText& text) {
    auto principal = Principal::parse(text);
    return principal && principal->kind == Principal::Kind::Everyone;
  });
}

}  // namespace

bool is_public(const StatementText& statement) {
  return statement.effect == Effect::Allow && is_for_everyone(statement) &&
         std::ranges::none_of(statement.conditions, fixes);
}

bool is_public(const Document& document) {
  return std::ranges::any_of(document.statements, [](const StatementText& statement) { return is_public(statement); });
}

}  // namespace skerry::iam::policy
