#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string_view>

#include "iam/authorize.h"
#include "s3/policy_keys.h"
#include "wire/context.h"

// Who may do what in S3: every permission that an operation needs (models/overlay/s3.json, through wire::Operation) is
// asked for here, of the policy engine, the bucket's public access block and its ACL.
namespace skerry::s3 {

// What the front learnt of a request; its handler finds it in the context.
struct Admission {
  FoundBucket bucket;                 // of operations that have one
  std::optional<FoundBucket> source;  // of a copy
  Signing signing;
  Time now{};
  // A policy asks for what only the body says: the front has decided nothing, and the handler has to, by permit(),
  // before it does anything.
  bool undecided = false;
};

Admission& admission_of(const wire::Context& context);

// What the request's head says.
RequestFacts facts_of(const wire::Context& context, const Admission& admission);

// The names of resources in the overlay.
namespace on {
inline constexpr std::string_view kBucket = "bucket", kBuckets = "buckets", kObject = "object",
                                  kCopySource = "copy source", kListedObject = "listed object", kNothing = "*";
}

// The object, or the bucket, that the request's path names.
Thing target_of(const wire::Context& context);

// Everything that the operation needs of things of that kind. Errors: AccessDenied, in AWS's words.
std::expected<void, wire::ApiError> permit(const wire::Context& context, const RequestFacts& facts,
                                           std::string_view kind, const Thing& thing);
// What it needs besides because of facts.more; the front has asked for the rest.
std::expected<void, wire::ApiError> permit_more(const wire::Context& context, const RequestFacts& facts,
                                                std::string_view kind, const Thing& thing);

// One permission.
struct Verdict {
  bool allowed = false;
  // Nothing has denied it yet, and the object's own list may allow it: that is to be read (Thing::detail).
  bool acl_may_allow = false;
  iam::policy::Decision decision{};
};
Verdict judge(const wire::Context& context, const RequestFacts& facts, const wire::Permission& permission,
              const Thing& thing);
wire::ApiError denied(const wire::Context& context, const wire::Permission& permission, const Thing& thing,
                      const Verdict& verdict);

// Whether a policy asks for the tags of objects in deciding that permission: they cost a read of the store.
bool wants_tags(const wire::Context& context, const wire::Permission& permission, const Thing& thing);

// Whether any policy that has a say in what is done to that bucket (null: to none) asks for a condition key that begins
// so.
bool asks_for(const wire::Context& context, const FoundBucket* bucket, std::string_view key_prefix);

// Whether the caller may do what another operation than theirs does, to the same bucket and object. For answers that
// say more to those who may.
bool may(const wire::Context& context, const wire::Operation& operation, const Thing& thing);

// An error of looking for an object, as the caller may learn it: that there is none is told to those who may list the
// bucket, and others only that access was denied.
wire::ApiError as_told(const wire::Context& context, const FoundBucket& bucket, wire::ApiError failed);

}  // namespace skerry::s3
