#include "s3/permissions.h"

#include <algorithm>
#include <array>

#include "s3/acl_grants.h"
#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/names.h"

namespace skerry::s3 {
namespace {

// The ARN of a thing, without allocation.
class Arn {
 public:
  Arn(const wire::Permission& permission, const Thing& thing) {
    const std::string_view kind = permission.resource->name;
    if (kind == on::kNothing) {
      append("*");
      return;
    }
    const bool of_object = kind != on::kBuckets && kind != on::kBucket;
    append("arn:aws:s3:::");
    append(kind == on::kBuckets ? "*" : thing.bucket_name);
    if (of_object) append("/");
    if (of_object) append(thing.key);
  }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  void append(std::string_view part) {
    CHECK(size_ + part.size() <= text_.size(), "a bucket or a key whose name nobody has checked");
    size_ += part.copy(text_.data() + size_, part.size());
  }

  static constexpr std::size_t kBucketNameMax = 63;
  std::array<char, 14 + kBucketNameMax + kKeyBytesMax> text_;
  std::size_t size_ = 0;
};

std::string_view action_of(const wire::Permission& permission, const Thing& thing) {
  return (thing.versioned() ? permission.version_action : permission.action)->name;
}

iam::policy::Policies::List policies_of(const FoundBucket* bucket) {
  if (!bucket) return {};
  return bucket->access->policy.list();
}

iam::Ask make_ask(const wire::Permission& permission, const Thing& thing, const Arn& arn) {
  return {.action = action_of(permission, thing),
          .resource = arn.text(),
          .resource_account = thing.bucket ? std::string_view(thing.bucket->record.account_id()) : std::string_view(),
          .resource_policies = policies_of(thing.bucket)};
}

bool same_account(const wire::Context& context, const Thing& thing) {
  return !thing.bucket || context.principal.account_id == thing.bucket->record.account_id();
}

// With RestrictPublicBuckets a public policy is one for the bucket's own account.
bool shut_out(const wire::Context& context, const Thing& thing) {
  if (same_account(context, thing)) return false;
  return thing.bucket->access->policy_is_public && thing.bucket->blocked.restrict_public_buckets();
}

// Whatever a bucket's policy denies, the root of its account can change the policy.
bool kept_for_root(const wire::Context& context, const Thing& thing, std::string_view action) {
  const iam::Principal* caller = iam::principal_of(context);
  if (!caller || caller->kind != iam::Principal::Kind::Root || !same_account(context, thing)) return false;
  return action == "s3:PutBucketPolicy" || action == "s3:GetBucketPolicy" || action == "s3:DeleteBucketPolicy";
}

template <class Wanted>
std::expected<void, wire::ApiError> permit_each(const wire::Context& context, const RequestFacts& facts,
                                                std::string_view kind, const Thing& thing, Wanted wanted) {
  for (const wire::Permission& permission : context.operation().permissions) {
    if (permission.resource->name != kind || !facts.needs(permission) || !wanted(permission)) continue;
    Verdict verdict = judge(context, facts, permission, thing);
    if (!verdict.allowed) return std::unexpected(denied(context, permission, thing, verdict));
  }
  return {};
}

}  // namespace

Admission& admission_of(const wire::Context& context) {
  CHECK(context.found != nullptr, "{} was not authorised", context.operation().name);
  return *static_cast<Admission*>(context.found.get());
}

RequestFacts facts_of(const wire::Context& context, const Admission& admission) {
  return {.operation = context.operation().name,
          .headers = context.request.headers,
          .query = context.route.query,
          .peer = context.request.peer,
          .signing = admission.signing,
          .now = admission.now};
}

Verdict judge(const wire::Context& context, const RequestFacts& facts, const wire::Permission& permission,
              const Thing& thing) {
  if (shut_out(context, thing)) return {};
  const Arn arn(permission, thing);
  const PolicyKeys keys(facts, permission, thing, context.principal.account_id);
  iam::Ask ask = make_ask(permission, thing, arn);
  ask.keys = &keys;
  Verdict out{.decision = iam::decide(context, ask, facts.now)};
  if (out.decision.outcome == iam::policy::Decision::Outcome::ImplicitDeny) {
    if (auto granted = acl_policy(context, ask.action, thing)) {
      std::vector<const iam::policy::Policy*> policies(ask.resource_policies.begin(), ask.resource_policies.end());
      policies.push_back(granted.get());
      ask.resource_policies = policies;
      out.decision = iam::decide(context, ask, facts.now);
    }
    out.acl_may_allow = !out.decision.allowed() && needs_object_acl(ask.action, thing);
  }
  out.allowed = out.decision.allowed() || kept_for_root(context, thing, ask.action);
  return out;
}

wire::ApiError denied(const wire::Context& context, const wire::Permission& permission, const Thing& thing,
                      const Verdict& verdict) {
  // Whoever is of another account is not told how things stand in this one.
  if (!iam::principal_of(context) || !same_account(context, thing)) return error(Errc::AccessDenied);
  const Arn arn(permission, thing);
  const iam::Ask ask = make_ask(permission, thing, arn);
  return error(Errc::AccessDenied, iam::denial(context, ask, verdict.decision))
      .because(iam::reason(context, verdict.decision));
}

Thing target_of(const wire::Context& context) {
  const Admission& admission = admission_of(context);
  return {.bucket = &admission.bucket,
          .bucket_name = admission.bucket.name,
          .key = context.route.label("Key"),
          .version_id = facts_of(context, admission).parameter("versionId").text};
}

std::expected<void, wire::ApiError> permit(const wire::Context& context, const RequestFacts& facts,
                                           std::string_view kind, const Thing& thing) {
  return permit_each(context, facts, kind, thing, [](const wire::Permission&) { return true; });
}

std::expected<void, wire::ApiError> permit_more(const wire::Context& context, const RequestFacts& facts,
                                                std::string_view kind, const Thing& thing) {
  RequestFacts head = facts;
  head.more = {};
  return permit_each(context, facts, kind, thing,
                     [&](const wire::Permission& permission) { return !head.needs(permission); });
}

bool wants_tags(const wire::Context& context, const wire::Permission& permission, const Thing& thing) {
  constexpr std::string_view kPrefix = "s3:existingobjecttag/";
  auto keys = (thing.versioned() ? permission.version_action : permission.action)->keys;
  return std::ranges::find(keys, kPrefix) != keys.end() && asks_for(context, thing.bucket, kPrefix);
}

bool asks_for(const wire::Context& context, const FoundBucket* bucket, std::string_view key_prefix) {
  return iam::asks_for(context, policies_of(bucket), key_prefix);
}

bool may(const wire::Context& context, const wire::Operation& operation, const Thing& thing) {
  const RequestFacts facts = facts_of(context, admission_of(context));
  return std::ranges::all_of(operation.permissions, [&](const wire::Permission& permission) {
    return !facts.needs(permission) || judge(context, facts, permission, thing).allowed;
  });
}

wire::ApiError as_told(const wire::Context& context, const FoundBucket& bucket, wire::ApiError failed) {
  if (!failed.is(info(Errc::NoSuchKey)) && !failed.is(info(Errc::NoSuchVersion))) return failed;
  const wire::Permission& list = HeadBucketOp::descriptor().permissions[0];
  const Thing thing{.bucket = &bucket, .bucket_name = bucket.name};
  const RequestFacts facts = facts_of(context, admission_of(context));
  Verdict verdict = judge(context, facts, list, thing);
  return verdict.allowed ? std::move(failed) : denied(context, list, thing, verdict);
}

}  // namespace skerry::s3
