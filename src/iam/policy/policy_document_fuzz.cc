// Any bytes as a policy of each kind: no crash; what is accepted can be bound, compiled, evaluated and read again; and
// a document of one Deny for everything, added to it, leaves nothing allowed.
#include <tuple>

#include "base/check.h"
#include "iam/policy/binding.h"
#include "iam/policy/context_keys.h"
#include "iam/policy/evaluate.h"
#include "iam/policy/parse.h"
#include "iam/policy/position.h"

namespace {

using namespace skerry::iam::policy;

const KeyList& keys() {
  static const KeyList* const kKeys = [] {
    auto* list = new KeyList();
    list->add("aws:username", "ann*");
    list->add("aws:SourceIp", "203.0.113.7");
    list->add("aws:CurrentTime", "2020-01-01T00:00:00Z");
    list->add("s3:prefix", "");
    for (const char* value : {"a", "b", ""}) list->add("aws:TagKeys", value);
    return list;
  }();
  return *kKeys;
}

const Policy& deny_all() {
  static const Policy* const kDeny = new Policy(
      *Policy::compile(*parse(R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})", Kind::Inline)));
  return *kDeny;
}

void try_kind(const std::string& text, Kind kind) {
  auto document = parse(text, kind);
  if (!document) {
    CHECK(!document.error().message.empty() && !document.error().code.empty(), "a refusal says why");
    return;
  }
  for (const auto& [start, end] : places_of(*document)) {
    CHECK(std::tie(start.line, start.column) < std::tie(end.line, end.column), "a statement takes its place");
  }
  ContextKeys asked;
  asked.add(*document);
  std::map<std::string, std::string> ids;
  for (const std::string& name : names_in(*document)) ids[name] = name.starts_with("A") ? name : "AROAIDXXXXXXXXXXXXXX";
  auto kept = bind_principals(*document, ids);
  CHECK(kept.has_value(), "all names are known");
  if (kind == Kind::Trust && size_of(*kept) > kTrustSizeMax) return;  // ids may be longer than the shortest ARNs
  if (size_of(*kept) > kResourceSizeMax) return;
  auto stored = parse(*kept, kind);
  CHECK(stored.has_value(), "what is kept can be read: {}", *kept);
  auto policy = Policy::compile(*stored);
  CHECK(policy.has_value(), "what is kept compiles: {}", *kept);
  CHECK(policy->context_keys().size() == asked.names().size(), "both find the same keys: {}", text);
  Caller caller{.kind = Caller::Kind::RoleSession,
                .account = "111122223333",
                .unique_id = "AROAIDXXXXXXXXXXXXXX",
                .session = "s"};
  const Policy* const one[] = {&*policy};
  const Policy* const both[] = {&deny_all(), &*policy};
  for (const char* resource : {"arn:aws:s3:::bucket/ann*/key", "arn:aws:iam::111122223333:user/ann", "*", ""}) {
    Request request{caller, "s3:GetObject", resource, "111122223333", keys()};
    bool with_principals = !is_identity_based(kind);
    Policies policies;
    (with_principals ? policies.resource : policies.identity) = one;
    Decision decision = evaluate(request, policies);
    CHECK(decision.by || !decision.allowed(), "somebody allowed it");
    if (with_principals) continue;
    policies.identity = both;
    CHECK(!evaluate(request, policies).allowed(), "a deny of all is a deny");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  for (Kind kind : {Kind::Managed, Kind::Inline, Kind::Session, Kind::Trust, Kind::Bucket, Kind::Resource}) {
    try_kind(text, kind);
  }
  return 0;
}
