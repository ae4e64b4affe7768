#include "iam/service/policy_shown.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "iam/arns.h"
#include "iam/service/documents.h"
#include "iam/service/each_row.h"
#include "iam/service/policy_of.h"
#include "iam/service/shown.h"
#include "iam/service/tags.h"
#include "wire/text.h"

namespace skerry::iam {
namespace {

Task<Result<std::int32_t>> count_rows(Directory& directory, std::string prefix) {
  std::int32_t count = 0;
  auto seen = co_await each_row(directory, std::move(prefix), [&count](const storage::Row&) { ++count; });
  if (!seen) co_return std::unexpected(seen.error());
  co_return count;
}

}  // namespace

std::string version_id(std::uint32_t number) { return fmt::format("v{}", number); }

std::optional<std::uint32_t> parse_version_id(std::string_view text) {
  if (!text.starts_with('v')) return std::nullopt;
  auto number = wire::parse_integer(text.substr(1), 1, std::numeric_limits<std::uint32_t>::max());
  if (!number || version_id(static_cast<std::uint32_t>(*number)) != text) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

Policy show_policy(std::string_view account_id, const record::ManagedPolicy& policy) {
  Policy out{.policy_name = policy.name(),
             .policy_id = policy.id(),
             .arn = policy_arn(account_id, policy),
             .path = policy.path(),
             .default_version_id = version_id(policy.default_version()),
             .attachment_count = 0,
             .permissions_boundary_usage_count = 0,
             .is_attachable = true,
             .create_date = time_of(policy.created_us()),
             .update_date = time_of(policy.updated_us()),
             .tags = to_tags(policy.tags())};
  if (!policy.description().empty()) out.description = policy.description();
  return out;
}

Policy show_policy(const AwsManagedPolicy& policy) {
  return {.policy_name = std::string(policy.name),
          .policy_id = std::string(policy.id),
          .arn = std::string(policy.arn),
          .path = std::string(policy.path),
          .default_version_id = version_id(policy.default_version),
          .attachment_count = 0,
          .permissions_boundary_usage_count = 0,
          .is_attachable = true,
          .description = std::string(policy.description),
          .create_date = policy.created(),
          .update_date = policy.updated(),
          .tags = wire::List<Tag>()};
}

wire::List<PolicyVersion> show_versions(const record::ManagedPolicy& policy) {
  wire::List<PolicyVersion> out;
  for (const record::PolicyVersion& version : policy.versions()) {
    out.push_back({.document = encoded(version.document()),
                   .version_id = version_id(version.number()),
                   .is_default_version = version.number() == policy.default_version(),
                   .create_date = time_of(version.created_us())});
  }
  std::ranges::reverse(out);
  return out;
}

wire::List<PolicyVersion> show_versions(const AwsManagedPolicy& policy) {
  wire::List<PolicyVersion> out;
  out.push_back({.document = encoded(policy.document),
                 .version_id = version_id(policy.default_version),
                 .is_default_version = true,
                 .create_date = policy.updated()});
  return out;
}

Task<Result<void>> count_uses(Directory& directory, std::string account_id, Policy& policy) {
  std::string attachments = rows::attachments(account_id, *policy.arn);
  auto attached = co_await count_rows(directory, std::move(attachments));
  if (!attached) co_return std::unexpected(attached.error());
  std::string all_bounded = rows::all_bounded(account_id, *policy.arn);
  auto bounded = co_await count_rows(directory, std::move(all_bounded));
  if (!bounded) co_return std::unexpected(bounded.error());
  policy.attachment_count = *attached;
  policy.permissions_boundary_usage_count = *bounded;
  co_return Result<void>();
}

Task<Result<std::optional<PolicyWithVersions>>> find_policy(Directory& directory, std::string account_id,
                                                            std::string arn) {
  std::optional<PolicyWithVersions> out;
  auto parsed = parse_policy_arn(arn);
  if (!parsed) co_return std::unexpected(parsed.error());
  if (const AwsManagedPolicy* aws = find_aws_managed_policy(arn)) {
    out = {show_policy(*aws), show_versions(*aws)};
    co_return out;
  }
  if (parsed->account != account_id) co_return out;
  auto found = co_await directory.policy(account_id, parsed->name);
  if (!found) co_return std::unexpected(store_error(found.error()));
  if (*found && parsed->names(**found)) out = {show_policy(account_id, **found), show_versions(**found)};
  co_return out;
}

}  // namespace skerry::iam
