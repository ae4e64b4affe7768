#include <algorithm>

#include "api/auth_errors.h"
#include "iam/access_key_id.h"
#include "iam/api/ops.h"
#include "iam/service/caller.h"
#include "iam/service/change.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/quotas.h"
#include "iam/service/shown.h"
#include "storage/row_seal.h"

namespace skerry::iam {
namespace {

using rows::Entity;
using Kek = std::shared_ptr<const storage::Kek>;

std::string status_of(const record::AccessKey& key) {
  return std::string(key.inactive() ? StatusType::kInactive : StatusType::kActive);
}

struct NewKey {
  std::string user_name;
  std::string secret;
  Kek kek;
};

struct MadeKey {
  record::AccessKey key;
  std::string user_name;  // as it is written
};

Task<Result<MadeKey>> create_in(Change& change, const Parts& parts, const NewKey& wanted) {
  auto user = found_or(co_await change.user(wanted.user_name), Entity::User, wanted.user_name);
  if (!user) co_return std::unexpected(user.error());
  if (static_cast<std::size_t>(user->access_key_ids_size()) >= quotas::kAccessKeysPerUser) {
    co_return std::unexpected(quota_exceeded("AccessKeysPerUser", quotas::kAccessKeysPerUser));
  }
  record::AccessKey key;
  key.set_access_key_id(new_access_key_id(KeyKind::LongTerm, change.account_id(), parts.random));
  auto there = co_await change.access_key(key.access_key_id());
  if (!there) co_return std::unexpected(store_error(there.error()));
  if (*there) co_return std::unexpected(concurrent_modification());  // one in 2^40: the client asks again
  key.set_account_id(change.account_id());
  key.set_user_id(user->identity().id());
  key.set_created_us(us_of(parts.clock.now()));
  key.set_sealed_secret(storage::seal_row(*wanted.kek, secret_place(key.access_key_id()), wanted.secret, parts.random));
  user->add_access_key_ids(key.access_key_id());
  change.put(key);
  change.put(*user);
  co_return MadeKey{std::move(key), user->identity().name()};
}

Task<Result<CreateAccessKeyResponse>> create_access_key(Parts parts, wire::Context& context,
                                                        CreateAccessKeyRequest request) {
  auto name = user_named(context, request.user_name);
  if (!name) co_return std::unexpected(name.error());
  auto kek = co_await parts.accounts.kek();
  if (!kek) co_return std::unexpected(store_error(kek.error()));
  const std::string secret = new_secret_access_key(parts.random);
  NewKey wanted{std::move(*name), secret, std::move(*kek)};
  auto made = co_await in_change(parts.directory, context.principal.account_id, create_in, parts, std::move(wanted));
  if (!made) co_return std::unexpected(made.error());
  co_return CreateAccessKeyResponse{.access_key = {.user_name = made->user_name,
                                                   .access_key_id = made->key.access_key_id(),
                                                   .status = status_of(made->key),
                                                   .secret_access_key = secret,
                                                   .create_date = time_of(made->key.created_us())}};
}

struct NamedKey {
  std::string user_name;
  std::string access_key_id;
  bool inactive = false;  // what it is to be
};

struct Holder {
  record::User user;
  record::AccessKey key;
};

// A key of another user is none.
Task<Result<Holder>> find_key(Change& change, std::string user_name, std::string access_key_id) {
  auto user = found_or(co_await change.user(user_name), Entity::User, user_name);
  if (!user) co_return std::unexpected(user.error());
  if (std::ranges::find(user->access_key_ids(), access_key_id) == user->access_key_ids().end()) {
    co_return std::unexpected(no_such_key(access_key_id));
  }
  auto key = co_await change.access_key(access_key_id);
  if (!key) co_return std::unexpected(store_error(key.error()));
  if (!*key) co_return std::unexpected(no_such_key(access_key_id));
  co_return Holder{std::move(*user), std::move(**key)};
}

Task<Result<Nothing>> delete_in(Change& change, const NamedKey& named) {
  auto holder = co_await find_key(change, named.user_name, named.access_key_id);
  if (!holder) co_return std::unexpected(holder.error());
  auto& ids = *holder->user.mutable_access_key_ids();
  ids.erase(std::ranges::find(ids, named.access_key_id));
  change.put(holder->user);
  change.erase(rows::access_key(named.access_key_id));
  change.erase(rows::last_used(named.access_key_id));
  co_return Nothing{};
}

Task<Result<Nothing>> delete_access_key(Parts parts, wire::Context& context, DeleteAccessKeyRequest request) {
  auto name = user_named(context, request.user_name);
  if (!name) co_return std::unexpected(name.error());
  NamedKey named{std::move(*name), std::move(request.access_key_id)};
  co_return co_await in_change(parts.directory, context.principal.account_id, delete_in, std::move(named));
}

Task<Result<Nothing>> update_in(Change& change, const NamedKey& named) {
  auto holder = co_await find_key(change, named.user_name, named.access_key_id);
  if (!holder) co_return std::unexpected(holder.error());
  holder->key.set_inactive(named.inactive);
  change.put(holder->key);
  co_return Nothing{};
}

Task<Result<Nothing>> update_access_key(Parts parts, wire::Context& context, UpdateAccessKeyRequest request) {
  // The model has a third, which only AWS itself gives.
  if (request.status != StatusType::kActive && request.status != StatusType::kInactive) {
    co_return std::unexpected(
        validation_error("1 validation error detected: Value '" + request.status +
                         "' at 'status' failed to satisfy constraint: Member must satisfy enum value set: "
                         "[Active, Inactive]"));
  }
  auto name = user_named(context, request.user_name);
  if (!name) co_return std::unexpected(name.error());
  NamedKey named{std::move(*name), std::move(request.access_key_id), request.status == StatusType::kInactive};
  co_return co_await in_change(parts.directory, context.principal.account_id, update_in, std::move(named));
}

Task<Result<std::vector<AccessKeyMetadata>>> keys_of_root(Parts parts, std::string account_id) {
  auto account = co_await parts.accounts.read(std::move(account_id));
  if (!account) co_return std::unexpected(store_error(account.error()));
  std::vector<AccessKeyMetadata> out;
  if (*account) {
    out.push_back({.access_key_id = (**account).root_access_key_id,
                   .status = std::string(StatusType::kActive),
                   .create_date = std::chrono::floor<seconds>((**account).created)});
  }
  co_return out;
}

Task<Result<std::vector<AccessKeyMetadata>>> keys_of_user(Parts parts, std::string account_id, std::string name) {
  auto user = found_or(co_await parts.directory.user(account_id, name), Entity::User, name);
  if (!user) co_return std::unexpected(user.error());
  std::vector<AccessKeyMetadata> out;
  for (const std::string& id : user->access_key_ids()) {
    auto key = co_await parts.directory.access_key(id);
    if (!key) co_return std::unexpected(store_error(key.error()));
    if (!*key) continue;
    out.push_back({.user_name = user->identity().name(),
                   .access_key_id = id,
                   .status = status_of(**key),
                   .create_date = time_of((**key).created_us())});
  }
  co_return out;
}

Task<Result<ListAccessKeysResponse>> list_access_keys(Parts parts, wire::Context& context,
                                                      ListAccessKeysRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  std::string account_id = context.principal.account_id;
  Result<std::vector<AccessKeyMetadata>> keys;
  if (!request.user_name && context.principal.kind == wire::Principal::Kind::Root) {
    keys = co_await keys_of_root(parts, std::move(account_id));
  } else {
    auto name = user_named(context, request.user_name);
    if (!name) co_return std::unexpected(name.error());
    keys = co_await keys_of_user(parts, std::move(account_id), std::move(*name));
  }
  if (!keys) co_return std::unexpected(keys.error());
  std::ranges::sort(*keys, {}, &AccessKeyMetadata::access_key_id);
  auto page = page_of(std::move(*keys), *wanted, [](const AccessKeyMetadata& key) { return *key.access_key_id; });
  ListAccessKeysResponse response;
  for (AccessKeyMetadata& key : page.items) response.access_key_metadata.push_back(std::move(key));
  std::move(page).tell(response);
  co_return response;
}

// Whose key it is; nobody of this account: nothing.
Task<Result<std::optional<std::string>>> holder_name(Parts parts, std::string account_id, std::string access_key_id) {
  std::optional<std::string> nobody;
  auto place = co_await parts.directory.holder_of(account_id, access_key_id);
  if (!place) co_return std::unexpected(store_error(place.error()));
  if (*place) {
    auto user = co_await parts.directory.user((**place).account_id, (**place).name);
    if (!user) co_return std::unexpected(store_error(user.error()));
    if (!*user) co_return nobody;
    co_return std::optional<std::string>((**user).identity().name());
  }
  auto account = co_await parts.accounts.read(std::move(account_id));
  if (!account) co_return std::unexpected(store_error(account.error()));
  if (*account && (**account).root_access_key_id == access_key_id) co_return std::optional<std::string>("root");
  co_return nobody;
}

Task<Result<GetAccessKeyLastUsedResponse>> get_access_key_last_used(Parts parts, wire::Context& context,
                                                                    GetAccessKeyLastUsedRequest request) {
  auto name = co_await holder_name(parts, context.principal.account_id, request.access_key_id);
  if (!name) co_return std::unexpected(name.error());
  if (!*name) {
    // AWS does not say whether somebody else has such a key.
    co_return std::unexpected(api::common_error(
        "AccessDenied", 403,
        fmt::format("User: {} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key {}",
                    context.principal.arn, request.access_key_id)));
  }
  auto used = co_await parts.directory.last_used(request.access_key_id);
  if (!used) co_return std::unexpected(store_error(used.error()));
  AccessKeyLastUsed last{.service_name = "N/A", .region = "N/A"};
  if (*used) {
    last = {
        .last_used_date = time_of((**used).at_us()), .service_name = (**used).service(), .region = (**used).region()};
  }
  co_return GetAccessKeyLastUsedResponse{.user_name = std::move(*name), .access_key_last_used = std::move(last)};
}

}  // namespace

void bind_access_keys(wire::Registry& registry, const Parts& parts) {
  serve<CreateAccessKeyOp>(registry, parts, create_access_key);
  serve<DeleteAccessKeyOp>(registry, parts, delete_access_key);
  serve<UpdateAccessKeyOp>(registry, parts, update_access_key);
  serve<ListAccessKeysOp>(registry, parts, list_access_keys);
  serve<GetAccessKeyLastUsedOp>(registry, parts, get_access_key_last_used);
}

}  // namespace skerry::iam
