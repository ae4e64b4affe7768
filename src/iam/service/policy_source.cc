#include "iam/service/policy_source.h"

#include <fmt/format.h>

#include "iam/arns.h"
#include "iam/service/change.h"

namespace skerry::iam {
namespace {

using rows::Entity;

struct Named {
  Arn arn;
  Entity entity;
  std::string name;
};

Result<Named> parse_named(const std::string& text) {
  if (auto arn = Arn::parse(text); arn && arn->service == "iam" && AccountId::parse(arn->account)) {
    for (Entity entity : {Entity::User, Entity::Group, Entity::Role}) {
      const std::string prefix = std::string(rows::word(entity)) + "/";
      std::string name = arn->resource.substr(arn->resource.rfind('/') + 1);
      if (!arn->resource.starts_with(prefix) || name.empty()) continue;
      return Named{std::move(*arn), entity, std::move(name)};
    }
  }
  return std::unexpected(
      invalid_input(fmt::format("Invalid Entity Arn: {} does not clearly define entity type and name.", text)));
}

// A name has no case, an ARN does; and a path is part of it.
bool is_at(const record::Identity& identity, const Named& named) {
  return identity_arn(named.arn.account, named.entity, identity) == named.arn.str();
}

policy::SimulatedCaller caller_of(const Arn& arn, const record::Identity& identity) {
  auto out = policy::SimulatedCaller::identity(arn, identity.id());
  for (const record::Tag& tag : identity.tags()) {
    out.context_entries.emplace_back("aws:PrincipalTag/" + tag.key(), tag.value());
  }
  return out;
}

// A policy that is gone meanwhile is another moment's, like any failure of the store.
Result<std::vector<StoredPolicy>> known(storage::StoreResult<std::vector<StoredPolicy>> found) {
  if (!found) return std::unexpected(store_error(found.error()));
  return std::move(*found);
}

Task<Result<void>> load_user(Directory& directory, const Named& named, PolicySource& into) {
  auto user = found_or(co_await directory.user(named.arn.account, named.name), Entity::User, named.name);
  if (!user) co_return std::unexpected(user.error());
  into.identity = user->identity();
  auto policies = known(co_await stored_policies(directory, named.arn.account, std::move(*user)));
  if (!policies) co_return std::unexpected(policies.error());
  into.policies = std::move(*policies);
  co_return Result<void>();
}

Task<Result<void>> load_other(Directory& directory, const Named& named, PolicySource& into) {
  rows::Place place{named.arn.account, named.entity, named.name};
  auto identity = found_or(co_await directory.identity(std::move(place)), named.entity, named.name);
  if (!identity) co_return std::unexpected(identity.error());
  into.identity = std::move(*identity);
  auto policies = known(co_await stored_policies(directory, named.entity, into.identity));
  if (!policies) co_return std::unexpected(policies.error());
  into.policies = std::move(*policies);
  co_return Result<void>();
}

Task<Result<void>> load(Directory& directory, const Named& named, PolicySource& into) {
  if (named.entity == Entity::User) co_return co_await load_user(directory, named, into);
  co_return co_await load_other(directory, named, into);
}

}  // namespace

Task<Result<PolicySource>> find_policy_source(Directory& directory, std::string account_id, std::string text) {
  auto named = parse_named(text);
  if (!named) co_return std::unexpected(named.error());
  if (named->arn.account != account_id) {
    co_return std::unexpected(
        invalid_input(fmt::format("Invalid Policy Source Arn: caller's account {} does not have access to policies in "
                                  "account {}",
                                  account_id, named->arn.account)));
  }
  PolicySource out{.arn = named->arn, .identity = {}, .policies = {}, .boundary = std::nullopt};
  auto loaded = co_await load(directory, *named, out);
  if (!loaded) co_return std::unexpected(loaded.error());
  if (!is_at(out.identity, *named)) co_return std::unexpected(no_such(named->entity, named->name));
  if (!out.identity.permissions_boundary().empty()) {
    auto boundary = co_await stored_policy(directory, out.identity.permissions_boundary());
    if (!boundary) co_return std::unexpected(store_error(boundary.error()));
    out.boundary = std::move(*boundary);
  }
  co_return out;
}

Task<Result<policy::SimulatedCaller>> find_simulated_caller(Directory& directory, std::string account_id,
                                                            std::string text) {
  auto named = parse_named(text);
  if (!named) co_return std::unexpected(named.error());
  if (named->arn.account == account_id) {
    rows::Place place{account_id, named->entity, named->name};
    auto found = co_await directory.identity(std::move(place));
    if (!found) co_return std::unexpected(store_error(found.error()));
    if (*found && is_at(**found, *named)) co_return caller_of(named->arn, **found);
  }
  co_return policy::SimulatedCaller::identity(named->arn, policy::stand_in_id(text));
}

policy::SimulatedCaller simulated_caller(const PolicySource& source) { return caller_of(source.arn, source.identity); }

std::string source_policy_id(const StoredPolicy& policy) {
  if (policy.kind == policy::Kind::Managed) return policy.name;
  return fmt::format("{}_{}_{}", rows::word(policy.owner), policy.owner_name, policy.name);
}

}  // namespace skerry::iam
