#include <fmt/format.h>

#include <algorithm>

#include "iam/authorize.h"
#include "iam/policy/binding.h"
#include "iam/policy/bucket_rules.h"
#include "iam/policy/keys.h"
#include "iam/policy/parse.h"
#include "iam/policy/principal.h"
#include "iam/policy/public_access.h"
#include "iam/records.pb.h"
#include "iam/rows.h"
#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/bucket_access_settings.h"
#include "s3/ops/done.h"
#include "s3/permissions.h"

namespace skerry::s3 {
namespace {

namespace policy = iam::policy;

wire::ApiError malformed(policy::PolicyError wrong) {
  return error(Errc::MalformedPolicy, std::move(wrong.message)).because(std::move(wrong.place));
}

wire::ApiError no_policy(const FoundBucket& bucket) {
  return error(Errc::NoSuchBucketPolicy).with("BucketName", bucket.name);
}

// A permission is no way to another account's policies.
std::expected<void, wire::ApiError> check_own(const wire::Context& context, const FoundBucket& bucket) {
  if (context.principal.account_id == bucket.record.account_id()) return {};
  return std::unexpected(error(Errc::MethodNotAllowed));
}

wire::ApiError public_policy_blocked(const std::string& caller_arn, const std::string& bucket) {
  return error(Errc::AccessDenied,
               fmt::format("User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::{}\" "
                           "because public policies are blocked by the BlockPublicPolicy block public access setting.",
                           caller_arn, bucket));
}

// What a bucket's policy may name: what is done to buckets and to objects. In lower case.
const std::vector<policy::BucketAction>& bucket_actions() {
  static const std::vector<std::string> lowered = [] {
    std::vector<std::string> out;
    for (const wire::Action& action : kService.actions) out.push_back(policy::lower(action.name));
    return out;
  }();
  static const std::vector<policy::BucketAction> actions = [] {
    std::vector<policy::BucketAction> out;
    auto add = [&](const wire::Action& action, bool on_object) {
      std::string name = policy::lower(action.name);
      auto kept = std::ranges::find(lowered, name);
      if (kept == lowered.end() || !name.starts_with("s3:")) return;
      out.push_back({*kept, on_object});
    };
    for (const wire::Operation& operation : kService.operations) {
      for (const wire::Permission& permission : operation.permissions) {
        std::string_view arn = permission.resource->arn;
        const bool on_object = arn.find("/${ObjectName}") != arn.npos;
        if (!on_object && !arn.ends_with("${BucketName}")) continue;
        add(*permission.action, on_object);
        add(*permission.version_action, on_object);
      }
    }
    // Of no operation of S3's own: what replication does.
    for (const wire::Action& action : kService.actions) {
      std::string_view name = action.name;
      bool on_object = name.starts_with("s3:Replicate") || name.starts_with("s3:GetObjectVersion") ||
                       name == "s3:InitiateReplication" || name == "s3:ObjectOwnerOverrideToBucketOwner";
      if (on_object) add(action, true);
    }
    return out;
  }();
  return actions;
}

class PutBucketPolicy {
 public:
  explicit PutBucketPolicy(const BucketAccessParts& parts) : parts_(parts) {}

  Task<Done> operator()(wire::Context& context, PutBucketPolicyRequest request) {
    FoundBucket& bucket = bucket_of(context);
    if (auto good = check_own(context, bucket); !good) co_return std::unexpected(good.error());
    auto document = policy::parse(std::move(request.policy), policy::Kind::Bucket);
    if (!document) co_return std::unexpected(malformed(std::move(document.error())));
    if (auto wrong = policy::check_bucket_policy(*document, bucket.name, bucket_actions())) {
      co_return std::unexpected(malformed(std::move(*wrong)));
    }
    auto bound = co_await bind(*document);
    if (!bound) co_return std::unexpected(bound.error());
    auto block = co_await parts_.buckets.public_access_block(bucket);
    if (!block) co_return std::unexpected(block.error());
    const bool is_public = policy::is_public(*document);
    if (is_public && block->block_public_policy()) {
      co_return std::unexpected(public_policy_blocked(context.principal.arn, bucket.name));
    }
    if (!request.confirm_remove_self_bucket_access.value_or(false) && locks_out(context, bucket, *bound)) {
      co_return std::unexpected(error(Errc::AccessDenied));
    }
    BucketRegistry::AccessChange change =
        [bound = std::move(*bound), is_public, caller = context.principal.arn,
         name = bucket.name](record::BucketAccess& access) -> std::expected<void, wire::ApiError> {
      if (is_public && access.public_access_block().block_public_policy()) {
        return std::unexpected(public_policy_blocked(caller, name));
      }
      access.set_policy(bound);
      return {};
    };
    auto changed = co_await parts_.buckets.update_access(bucket, std::move(change));
    co_return done(std::move(changed));
  }

 private:
  // The document as it is kept. Errors: MalformedPolicy, where somebody in it does not exist.
  Task<std::expected<std::string, wire::ApiError>> bind(const policy::Document& document) {
    auto nobody = [&](const policy::StatementText& statement) {
      auto place = fmt::format("Statement[{}].Principal", &statement - document.statements.data());
      return malformed(policy::make_error(document.kind, policy::Fault::BadPrincipal, std::move(place)));
    };
    for (const policy::StatementText& statement : document.statements) {
      if (!statement.principals) continue;
      for (const policy::PrincipalText& text : *statement.principals) {
        auto principal = policy::Principal::parse(text);
        if (!principal || principal->kind != policy::Principal::Kind::Account) continue;
        std::string row = iam::rows::account(principal->name);
        auto account = co_await parts_.meta.get(storage::Partition::Accounts, row);
        if (!account) co_return std::unexpected(store_error(account.error()));
        if (!*account) co_return std::unexpected(nobody(statement));
      }
    }
    std::vector<std::string> wanted = policy::names_in(document);
    auto names = co_await parts_.directory.names(std::move(wanted));
    if (!names) co_return std::unexpected(store_error(names.error()));
    auto bound = policy::bind_principals(document, *names);
    if (!bound) co_return std::unexpected(malformed(std::move(bound.error())));
    co_return std::move(*bound);
  }

  // Whether whoever sets the policy could not set another then. The account's root always can.
  static bool locks_out(const wire::Context& context, const FoundBucket& bucket, const std::string& bound) {
    if (context.principal.kind == wire::Principal::Kind::Root) return false;
    record::BucketAccess record;
    record.set_policy(bound);
    auto access = BucketAccess::read(record.SerializeAsString());
    if (!access) return false;  // update_access() says so
    const std::string arn = "arn:aws:s3:::" + bucket.name;
    iam::Ask ask{.action = "s3:PutBucketPolicy",
                 .resource = arn,
                 .resource_account = bucket.record.account_id(),
                 .resource_policies = access->policy.list()};
    return !iam::decide(context, ask, admission_of(context).now).allowed();
  }

  const BucketAccessParts parts_;
};

class GetBucketPolicy {
 public:
  explicit GetBucketPolicy(const BucketAccessParts& parts) : parts_(parts) {}

  Task<std::expected<GetBucketPolicyOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                        GetBucketPolicyRequest) {
    const FoundBucket& bucket = bucket_of(context);
    if (auto good = check_own(context, bucket); !good) co_return std::unexpected(good.error());
    const std::string& kept = bucket.access->record.policy();
    if (kept.empty()) co_return std::unexpected(no_policy(bucket));
    auto document = policy::parse(kept, policy::Kind::Bucket);
    if (!document) co_return std::unexpected(corrupt("a bucket's policy"));
    std::vector<std::string> ids = policy::names_in(*document);
    auto names = co_await parts_.directory.arns(std::move(ids));
    if (!names) co_return std::unexpected(store_error(names.error()));
    GetBucketPolicyOutput output;
    output.policy = policy::unbind_principals(*document, *names);
    co_return output;
  }

 private:
  const BucketAccessParts parts_;
};

class DeleteBucketPolicy {
 public:
  explicit DeleteBucketPolicy(const BucketAccessParts& parts) : parts_(parts) {}

  Task<Done> operator()(wire::Context& context, DeleteBucketPolicyRequest) {
    FoundBucket& bucket = bucket_of(context);
    if (auto good = check_own(context, bucket); !good) co_return std::unexpected(good.error());
    BucketRegistry::AccessChange change = [](record::BucketAccess& access) -> std::expected<void, wire::ApiError> {
      access.clear_policy();
      return {};
    };
    auto changed = co_await parts_.buckets.update_access(bucket, std::move(change));
    co_return done(std::move(changed));
  }

 private:
  const BucketAccessParts parts_;
};

Task<std::expected<GetBucketPolicyStatusOutput, wire::ApiError>> get_bucket_policy_status(
    wire::Context& context, GetBucketPolicyStatusRequest) {
  const FoundBucket& bucket = bucket_of(context);
  if (bucket.access->record.policy().empty()) co_return std::unexpected(no_policy(bucket));
  GetBucketPolicyStatusOutput output;
  output.policy_status.emplace().is_public = bucket.access->policy_is_public;
  co_return output;
}

}  // namespace

void bind_bucket_policy(wire::Registry& registry, const BucketAccessParts& parts) {
  registry.bind<PutBucketPolicyOp>(PutBucketPolicy(parts));
  registry.bind<GetBucketPolicyOp>(GetBucketPolicy(parts));
  registry.bind<DeleteBucketPolicyOp>(DeleteBucketPolicy(parts));
  registry.bind<GetBucketPolicyStatusOp>(get_bucket_policy_status);
}

}  // namespace skerry::s3
