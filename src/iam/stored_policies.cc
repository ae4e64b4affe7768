#include "iam/stored_policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "iam/arns.h"
#include "iam/managed_policies.h"

namespace skerry::iam {
namespace {

using storage::StoreErrc;
using storage::StoreError;
using storage::StoreResult;

using Stored = StoreResult<std::vector<StoredPolicy>>;

StoreError gone(std::string_view what) { return {StoreErrc::NotFound, std::string(what)}; }

}  // namespace

std::string StoredPolicy::shown() const {
  if (kind == policy::Kind::Managed) return arn;
  return fmt::format("inline policy {} of {} {}", name, rows::word(owner), owner_name);
}

Task<StoreResult<StoredPolicy>> stored_policy(Directory& directory, std::string arn) {
  StoredPolicy out{.kind = policy::Kind::Managed, .name = {}, .arn = arn, .owner_name = {}, .text = {}};
  if (const AwsManagedPolicy* aws = find_aws_managed_policy(arn)) {
    out.name = aws->name;
    out.text = aws->document;
    co_return out;
  }
  auto parsed = PolicyArn::parse(arn);
  if (!parsed) co_return std::unexpected(gone(arn));
  auto found = co_await directory.policy(parsed->account, parsed->name);
  if (!found) co_return std::unexpected(found.error());
  if (!*found || !parsed->names(**found)) co_return std::unexpected(gone(arn));
  const record::ManagedPolicy& policy = **found;
  auto in_force = std::ranges::find(policy.versions(), policy.default_version(), &record::PolicyVersion::number);
  if (in_force == policy.versions().end()) {
    co_return std::unexpected(StoreError{StoreErrc::Corrupt, fmt::format("the policy {} has no version", arn)});
  }
  out.name = policy.name();
  out.text = in_force->document();
  co_return out;
}

Task<Stored> stored_policies(Directory& directory, rows::Entity entity, record::Identity identity) {
  std::vector<StoredPolicy> out;
  for (const record::InlinePolicy& own : identity.inline_policies()) {
    out.push_back({.kind = policy::Kind::Inline,
                   .name = own.name(),
                   .arn = {},
                   .owner = entity,
                   .owner_name = identity.name(),
                   .text = own.document()});
  }
  for (const std::string& arn : identity.attached_policies()) {
    auto attached = co_await stored_policy(directory, arn);
    if (!attached) co_return std::unexpected(attached.error());
    out.push_back(std::move(*attached));
  }
  co_return out;
}

Task<Stored> stored_policies(Directory& directory, std::string account_id, record::User user) {
  auto out = co_await stored_policies(directory, rows::Entity::User, user.identity());
  if (!out) co_return out;
  for (const std::string& id : user.group_ids()) {
    auto place = co_await directory.place_of(id);
    if (!place) co_return std::unexpected(place.error());
    if (!*place) co_return std::unexpected(gone("a group"));
    auto group = co_await directory.group(account_id, (**place).name);
    if (!group) co_return std::unexpected(group.error());
    if (!*group) co_return std::unexpected(gone("a group"));
    auto more = co_await stored_policies(directory, rows::Entity::Group, (**group).identity());
    if (!more) co_return more;
    std::ranges::move(*more, std::back_inserter(*out));
  }
  co_return out;
}

}  // namespace skerry::iam
