#include <algorithm>

#include "api/auth_errors.h"
#include "iam/api/ops.h"
#include "iam/service/caller.h"
#include "iam/service/change.h"
#include "iam/service/ops/bind.h"
#include "iam/service/password.h"
#include "iam/service/shown.h"

namespace skerry::iam {
namespace {

using rows::Entity;

wire::ApiError no_login(std::string_view user_name) {
  return error(Errc::NoSuchEntityException, fmt::format("Login Profile for User {} cannot be found.", user_name));
}

LoginProfile shown(const record::User& user) {
  return {.user_name = user.identity().name(),
          .create_date = time_of(user.login().created_us()),
          .password_reset_required = user.login().reset_required()};
}

// What an account asks of a new password.
struct Demands {
  record::AccountSettings settings;
  std::string account_name;

  const record::PasswordPolicy* policy() const {
    return settings.has_password_policy() ? &settings.password_policy() : nullptr;
  }
};

Task<Result<Demands>> load_demands(Parts parts, std::string account_id) {
  auto settings = co_await parts.directory.settings(account_id);
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  auto account = co_await parts.accounts.read(std::move(account_id));
  if (!account) co_return std::unexpected(store_error(account.error()));
  co_return Demands{std::move(*settings), *account ? (**account).name : std::string()};
}

// The new password's hash, once it is good: by the policy, and no earlier one of `login`. On a worker: each hash takes
// its time. Errors: PasswordPolicyViolation.
Task<Result<std::string>> hash_good(Parts parts, const Demands& demands, const record::LoginProfile& login,
                                    const std::string& password) {
  if (auto good = check_password(password, demands.policy(), demands.account_name); !good) {
    co_return std::unexpected(error(Errc::PasswordPolicyViolationException, good.error()));
  }
  auto forbidden = forbidden_hashes(login, demands.settings.password_policy().reuse_prevention());
  auto hash = [&parts, &password, &forbidden]() -> std::string {
    for (const std::string& earlier : forbidden) {
      if (is_password(password, earlier)) return {};
    }
    return hash_password(password, parts.random);
  };
  std::string made = co_await run_on(parts.workers, hash);
  if (made.empty()) {
    co_return std::unexpected(
        error(Errc::PasswordPolicyViolationException,
              "Policy constraint violation with password reuse prevention during password change."));
  }
  co_return made;
}

void set_password(record::LoginProfile& login, const Demands& demands, std::string hash, Time now) {
  // One less than are forbidden: the new one is the first of those.
  const std::size_t forbidden = demands.settings.password_policy().reuse_prevention();
  std::vector<std::string> earlier;
  if (forbidden > 1 && !login.password_hash().empty()) earlier = forbidden_hashes(login, forbidden - 1);
  login.mutable_earlier_hashes()->Assign(earlier.begin(), earlier.end());
  login.set_password_hash(std::move(hash));
  login.set_changed_us(us_of(now));
}

// What a change of a login profile found out before it: hashes are not made inside, where they would be made anew.
struct NewPassword {
  std::string user_name;
  std::string old_hash;  // on which `hash` was decided; empty: there was no profile
  std::string hash;      // empty: the password stays
  std::optional<bool> reset_required;
  Demands demands;
};

Task<Result<record::User>> create_in(Change& change, const Parts& parts, const NewPassword& wanted) {
  auto user = found_or(co_await change.user(wanted.user_name), Entity::User, wanted.user_name);
  if (!user) co_return std::unexpected(user.error());
  if (user->has_login()) {
    co_return std::unexpected(error(Errc::EntityAlreadyExistsException,
                                    fmt::format("Login Profile for user {} already exists.", wanted.user_name)));
  }
  record::LoginProfile& login = *user->mutable_login();
  login.set_created_us(us_of(parts.clock.now()));
  login.set_reset_required(wanted.reset_required.value_or(false));
  set_password(login, wanted.demands, wanted.hash, parts.clock.now());
  change.put(*user);
  co_return user;
}

Task<Result<CreateLoginProfileResponse>> create_login_profile(Parts parts, wire::Context& context,
                                                              CreateLoginProfileRequest request) {
  auto name = user_named(context, request.user_name);
  if (!name) co_return std::unexpected(name.error());
  if (!request.password) {
    co_return std::unexpected(
        validation_error("1 validation error detected: Value at 'password' failed to satisfy constraint: Member must "
                         "not be null"));
  }
  const std::string& account_id = context.principal.account_id;
  auto user = found_or(co_await parts.directory.user(account_id, *name), Entity::User, *name);
  if (!user) co_return std::unexpected(user.error());
  auto demands = co_await load_demands(parts, account_id);
  if (!demands) co_return std::unexpected(demands.error());
  const record::LoginProfile none;
  auto hash = co_await hash_good(parts, *demands, none, *request.password);
  if (!hash) co_return std::unexpected(hash.error());
  NewPassword wanted{std::move(*name), {}, std::move(*hash), request.password_reset_required, std::move(*demands)};
  auto made = co_await in_change(parts.directory, account_id, create_in, parts, std::move(wanted));
  if (!made) co_return std::unexpected(made.error());
  co_return CreateLoginProfileResponse{.login_profile = shown(*made)};
}

Task<Result<record::User>> user_with_login(Parts parts, std::string account_id, std::string name) {
  auto user = found_or(co_await parts.directory.user(std::move(account_id), name), Entity::User, name);
  if (!user) co_return std::unexpected(user.error());
  if (!user->has_login()) co_return std::unexpected(no_login(name));
  co_return user;
}

Task<Result<GetLoginProfileResponse>> get_login_profile(Parts parts, wire::Context& context,
                                                        GetLoginProfileRequest request) {
  auto name = user_named(context, request.user_name);
  if (!name) co_return std::unexpected(name.error());
  auto user = co_await user_with_login(parts, context.principal.account_id, std::move(*name));
  if (!user) co_return std::unexpected(user.error());
  co_return GetLoginProfileResponse{.login_profile = shown(*user)};
}

Task<Result<Nothing>> update_in(Change& change, const Parts& parts, const NewPassword& wanted) {
  auto user = found_or(co_await change.user(wanted.user_name), Entity::User, wanted.user_name);
  if (!user) co_return std::unexpected(user.error());
  if (!user->has_login()) co_return std::unexpected(no_login(wanted.user_name));
  record::LoginProfile& login = *user->mutable_login();
  // Somebody set another meanwhile: the new one was not held against that.
  if (login.password_hash() != wanted.old_hash) {
    co_return std::unexpected(error(Errc::EntityTemporarilyUnmodifiableException,
                                    fmt::format("Login Profile for User {} cannot be modified while login profile is "
                                                "being updated.",
                                                wanted.user_name)));
  }
  if (!wanted.hash.empty()) set_password(login, wanted.demands, wanted.hash, parts.clock.now());
  if (wanted.reset_required) login.set_reset_required(*wanted.reset_required);
  change.put(*user);
  co_return Nothing{};
}

Task<Result<Nothing>> update_login_profile(Parts parts, wire::Context& context, UpdateLoginProfileRequest request) {
  const std::string& account_id = context.principal.account_id;
  auto user = co_await user_with_login(parts, account_id, request.user_name);
  if (!user) co_return std::unexpected(user.error());
  auto demands = co_await load_demands(parts, account_id);
  if (!demands) co_return std::unexpected(demands.error());
  std::string hash;
  if (request.password) {
    auto made = co_await hash_good(parts, *demands, user->login(), *request.password);
    if (!made) co_return std::unexpected(made.error());
    hash = std::move(*made);
  }
  NewPassword wanted{std::move(request.user_name), user->login().password_hash(), std::move(hash),
                     request.password_reset_required, std::move(*demands)};
  co_return co_await in_change(parts.directory, account_id, update_in, parts, std::move(wanted));
}

Task<Result<Nothing>> delete_in(Change& change, const std::string& name) {
  auto user = found_or(co_await change.user(name), Entity::User, name);
  if (!user) co_return std::unexpected(user.error());
  if (!user->has_login()) co_return std::unexpected(no_login(name));
  user->clear_login();
  change.put(*user);
  co_return Nothing{};
}

Task<Result<Nothing>> delete_login_profile(Parts parts, wire::Context& context, DeleteLoginProfileRequest request) {
  auto name = user_named(context, request.user_name);
  if (!name) co_return std::unexpected(name.error());
  co_return co_await in_change(parts.directory, context.principal.account_id, delete_in, std::move(*name));
}

bool expired(const record::LoginProfile& login, const Demands& demands, Time now) {
  const record::PasswordPolicy& policy = demands.settings.password_policy();
  if (policy.max_age_days() == 0) return false;
  return now >= Time{microseconds(login.changed_us())} + std::chrono::days(policy.max_age_days());
}

Task<Result<Nothing>> change_password(Parts parts, wire::Context& context, ChangePasswordRequest request) {
  auto name = calling_user(context);
  if (!name) {
    co_return std::unexpected(error(Errc::InvalidUserTypeException, "Only IAM Users can change their own password."));
  }
  const std::string& account_id = context.principal.account_id;
  auto user = co_await user_with_login(parts, account_id, *name);
  if (!user) co_return std::unexpected(user.error());
  auto demands = co_await load_demands(parts, account_id);
  if (!demands) co_return std::unexpected(demands.error());
  const record::LoginProfile& login = user->login();
  auto matches = [&request, &login] { return is_password(request.old_password, login.password_hash()); };
  bool known = co_await run_on(parts.workers, matches);
  if (!known) {
    co_return std::unexpected(api::common_error("AccessDenied", 403, "The old password was incorrect."));
  }
  if (demands->settings.password_policy().hard_expiry() && expired(login, *demands, parts.clock.now())) {
    co_return std::unexpected(
        api::common_error("AccessDenied", 403, "The password has expired. An administrator has to set a new one."));
  }
  auto hash = co_await hash_good(parts, *demands, login, request.new_password);
  if (!hash) co_return std::unexpected(hash.error());
  NewPassword wanted{std::move(*name), login.password_hash(), std::move(*hash), false, std::move(*demands)};
  co_return co_await in_change(parts.directory, account_id, update_in, parts, std::move(wanted));
}

}  // namespace

void bind_passwords(wire::Registry& registry, const Parts& parts) {
  serve<CreateLoginProfileOp>(registry, parts, create_login_profile);
  serve<GetLoginProfileOp>(registry, parts, get_login_profile);
  serve<UpdateLoginProfileOp>(registry, parts, update_login_profile);
  serve<DeleteLoginProfileOp>(registry, parts, delete_login_profile);
  serve<ChangePasswordOp>(registry, parts, change_password);
}

}  // namespace skerry::iam
