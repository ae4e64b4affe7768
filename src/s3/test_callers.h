#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "iam/policy/parse.h"
#include "iam/principal.h"
#include "wire/context.h"

// Callers for tests of what is allowed.
namespace skerry::s3 {

// `statements`: what stands between the brackets of a document's Statement.
inline iam::PolicyInForce policy_of(std::string_view statements, iam::policy::Kind kind) {
  std::string text = R"({"Version":"2012-10-17","Statement":[)";
  text.append(statements).append("]}");
  auto document = iam::policy::parse(std::move(text), kind);
  CHECK(document.has_value(), "the test's policy is none: {}", statements);
  auto compiled = iam::policy::Policy::compile(*document);
  CHECK(compiled.has_value(), "the test's policy names somebody by an ARN: {}", statements);
  return {"the test's", std::make_shared<const iam::policy::Policy>(std::move(*compiled))};
}

inline std::shared_ptr<iam::Principal> root_of(std::string account) {
  auto out = std::make_shared<iam::Principal>();
  out->kind = iam::Principal::Kind::Root;
  out->canonical_id = std::string(64, account.front());
  out->arn = out->principal_arn = "arn:aws:iam::" + account + ":root";
  out->user_id = account;
  out->account_id = std::move(account);
  return out;
}

// A user whose one policy has these statements; empty: none.
inline std::shared_ptr<iam::Principal> user_of(std::string account, std::string_view statements) {
  auto out = root_of(std::move(account));
  out->kind = iam::Principal::Kind::User;
  out->name = "ann";
  out->arn = out->principal_arn = "arn:aws:iam::" + out->account_id + ":user/ann";
  out->user_id = out->unique_id = "AIDAANNXXXXXXXXXXXXX";
  if (!statements.empty()) out->identity.add(policy_of(statements, iam::policy::Kind::Inline));
  return out;
}

inline wire::Principal as_caller(std::shared_ptr<const iam::Principal> owner) {
  bool root = owner->kind == iam::Principal::Kind::Root;
  return {.kind = root ? wire::Principal::Kind::Root : wire::Principal::Kind::User,
          .account_id = owner->account_id,
          .canonical_id = owner->canonical_id,
          .arn = owner->arn,
          .access_key_id = "AKIAEXAMPLE",
          .owner = owner};
}

}  // namespace skerry::s3
