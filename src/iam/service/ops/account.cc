#include "iam/api/ops.h"
#include "iam/policy/parse.h"
#include "iam/service/change.h"
#include "iam/service/each_row.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/quotas.h"

// What an account has as a whole: its alias, its password policy, its numbers.
namespace skerry::iam {
namespace {

// An account has one alias: a new one takes the place of the old.
Task<Result<Nothing>> create_alias_in(Change& change, const CreateAccountAliasRequest& request) {
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  if (settings->alias() == request.account_alias) co_return Nothing{};
  const std::string row = rows::alias(request.account_alias);
  auto there = co_await change.get(row);
  if (!there) co_return std::unexpected(store_error(there.error()));
  if (*there) {
    co_return std::unexpected(error(Errc::EntityAlreadyExistsException,
                                    fmt::format("The account alias {} already exists.", request.account_alias)));
  }
  if (!settings->alias().empty()) change.erase(rows::alias(settings->alias()));
  change.claim(row, change.account_id());
  settings->set_alias(request.account_alias);
  change.put(*settings);
  co_return Nothing{};
}

Task<Result<Nothing>> delete_alias_in(Change& change, const DeleteAccountAliasRequest& request) {
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  if (settings->alias() != request.account_alias) {
    co_return std::unexpected(error(Errc::NoSuchEntityException,
                                    fmt::format("The account alias {} cannot be found.", request.account_alias)));
  }
  change.erase(rows::alias(settings->alias()));
  settings->clear_alias();
  change.put(*settings);
  co_return Nothing{};
}

Task<Result<ListAccountAliasesResponse>> list_account_aliases(Parts parts, wire::Context& context,
                                                              ListAccountAliasesRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  auto settings = co_await parts.directory.settings(context.principal.account_id);
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  std::vector<std::string> aliases;
  if (!settings->alias().empty()) aliases.push_back(settings->alias());
  auto page = page_of(std::move(aliases), *wanted, [](const std::string& alias) { return alias; });
  ListAccountAliasesResponse response;
  for (std::string& alias : page.items) response.account_aliases.push_back(std::move(alias));
  std::move(page).tell(response);
  co_return response;
}

// What is left out has AWS's default, whatever it was before.
Task<Result<Nothing>> update_policy_in(Change& change, const UpdateAccountPasswordPolicyRequest& request) {
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  record::PasswordPolicy policy;
  policy.set_minimum_length(static_cast<std::uint32_t>(request.minimum_password_length.value_or(6)));
  policy.set_require_symbols(request.require_symbols.value_or(false));
  policy.set_require_numbers(request.require_numbers.value_or(false));
  policy.set_require_uppercase(request.require_uppercase_characters.value_or(false));
  policy.set_require_lowercase(request.require_lowercase_characters.value_or(false));
  policy.set_allow_change(request.allow_users_to_change_password.value_or(false));
  policy.set_max_age_days(static_cast<std::uint32_t>(request.max_password_age.value_or(0)));
  policy.set_reuse_prevention(static_cast<std::uint32_t>(request.password_reuse_prevention.value_or(0)));
  policy.set_hard_expiry(request.hard_expiry.value_or(false));
  *settings->mutable_password_policy() = std::move(policy);
  change.put(*settings);
  co_return Nothing{};
}

Task<Result<GetAccountPasswordPolicyResponse>> get_account_password_policy(Parts parts, wire::Context& context,
                                                                           Nothing) {
  const std::string& account_id = context.principal.account_id;
  auto settings = co_await parts.directory.settings(account_id);
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  if (!settings->has_password_policy()) {
    co_return std::unexpected(
        error(Errc::NoSuchEntityException,
              fmt::format("The Password Policy with domain name {} cannot be found.", account_id)));
  }
  const record::PasswordPolicy& policy = settings->password_policy();
  PasswordPolicy shown{.minimum_password_length = static_cast<std::int32_t>(policy.minimum_length()),
                       .require_symbols = policy.require_symbols(),
                       .require_numbers = policy.require_numbers(),
                       .require_uppercase_characters = policy.require_uppercase(),
                       .require_lowercase_characters = policy.require_lowercase(),
                       .allow_users_to_change_password = policy.allow_change(),
                       .expire_passwords = policy.max_age_days() > 0};
  if (policy.max_age_days() > 0) shown.max_password_age = static_cast<std::int32_t>(policy.max_age_days());
  if (policy.reuse_prevention() > 0) {
    shown.password_reuse_prevention = static_cast<std::int32_t>(policy.reuse_prevention());
  }
  if (policy.hard_expiry()) shown.hard_expiry = true;
  co_return GetAccountPasswordPolicyResponse{.password_policy = std::move(shown)};
}

Task<Result<Nothing>> delete_policy_in(Change& change) {
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  if (!settings->has_password_policy()) {
    co_return std::unexpected(
        error(Errc::NoSuchEntityException, "The account policy with name PasswordPolicy cannot be found."));
  }
  settings->clear_password_policy();
  change.put(*settings);
  co_return Nothing{};
}

Task<Result<Nothing>> delete_account_password_policy(Parts parts, wire::Context& context, Nothing) {
  co_return co_await in_change(parts.directory, context.principal.account_id, delete_policy_in);
}

Task<Result<std::int32_t>> policy_versions(Directory& directory, std::string account_id) {
  std::int32_t count = 0;
  auto add = [&count](const storage::Row& row) {
    record::ManagedPolicy policy;
    if (policy.ParseFromString(row.value)) count += policy.versions_size();
  };
  std::string policies = rows::entities(account_id, rows::Entity::Policy);
  auto seen = co_await each_row(directory, std::move(policies), add);
  if (!seen) co_return std::unexpected(seen.error());
  co_return count;
}

Task<Result<GetAccountSummaryResponse>> get_account_summary(Parts parts, wire::Context& context, Nothing) {
  const std::string& account_id = context.principal.account_id;
  auto settings = co_await parts.directory.settings(account_id);
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  auto versions = co_await policy_versions(parts.directory, account_id);
  if (!versions) co_return std::unexpected(versions.error());
  using Key = SummaryKeyType;
  auto number = [](auto n) { return static_cast<std::int32_t>(n); };
  // Of what is not served there is none; its quota is AWS's all the same, as tools add them up.
  const std::pair<std::string_view, std::int32_t> numbers[] = {
      {Key::kUsers, number(settings->users())},
      {Key::kUsersQuota, number(quotas::kUsers)},
      {Key::kGroups, number(settings->groups())},
      {Key::kGroupsQuota, number(quotas::kGroups)},
      {Key::kRoles, number(settings->roles())},
      {Key::kRolesQuota, number(quotas::kRoles)},
      {Key::kPolicies, number(settings->policies())},
      {Key::kPoliciesQuota, number(quotas::kPolicies)},
      {Key::kPolicyVersionsInUse, *versions},
      {Key::kPolicyVersionsInUseQuota, 10000},
      {Key::kProviders, number(settings->oidc_providers())},
      {Key::kGroupsPerUserQuota, number(quotas::kGroupsPerUser)},
      {Key::kAccessKeysPerUserQuota, number(quotas::kAccessKeysPerUser)},
      {Key::kAttachedPoliciesPerUserQuota, number(quotas::kAttachedPolicies)},
      {Key::kAttachedPoliciesPerGroupQuota, number(quotas::kAttachedPolicies)},
      {Key::kAttachedPoliciesPerRoleQuota, number(quotas::kAttachedPolicies)},
      {Key::kVersionsPerPolicyQuota, number(quotas::kVersionsPerPolicy)},
      {Key::kUserPolicySizeQuota, number(policy::kUserInlineSizeMax)},
      {Key::kGroupPolicySizeQuota, number(policy::kGroupInlineSizeMax)},
      {Key::kRolePolicySizeQuota, number(policy::kRoleInlineSizeMax)},
      {Key::kPolicySizeQuota, number(policy::kManagedSizeMax)},
      {Key::kAssumeRolePolicySizeQuota, number(policy::kTrustSizeMax)},
      {Key::kMFADevices, number(settings->mfa_devices())},
      {Key::kMFADevicesInUse, number(settings->mfa_devices_in_use())},
      {Key::kAccountMFAEnabled, settings->root_mfa_devices().empty() ? 0 : 1},
      {Key::kAccountAccessKeysPresent, 1},  // the root key that the account was made with
      {Key::kAccountPasswordPresent, 0},
      {Key::kAccountSigningCertificatesPresent, 0},
      {Key::kSigningCertificatesPerUserQuota, 2},
      {Key::kServerCertificates, 0},
      {Key::kServerCertificatesQuota, 20},
      {Key::kInstanceProfiles, 0},
      {Key::kInstanceProfilesQuota, 1000},
      {Key::kGlobalEndpointTokenVersion, 1}};
  GetAccountSummaryResponse response;
  auto& map = response.summary_map.emplace();
  for (const auto& [key, value] : numbers) map[std::string(key)] = value;
  co_return response;
}

}  // namespace

void bind_account(wire::Registry& registry, const Parts& parts) {
  serve<CreateAccountAliasOp>(registry, parts, by_change<create_alias_in>);
  serve<DeleteAccountAliasOp>(registry, parts, by_change<delete_alias_in>);
  serve<ListAccountAliasesOp>(registry, parts, list_account_aliases);
  serve<UpdateAccountPasswordPolicyOp>(registry, parts, by_change<update_policy_in>);
  serve<GetAccountPasswordPolicyOp>(registry, parts, get_account_password_policy);
  serve<DeleteAccountPasswordPolicyOp>(registry, parts, delete_account_password_policy);
  serve<GetAccountSummaryOp>(registry, parts, get_account_summary);
}

}  // namespace skerry::iam
