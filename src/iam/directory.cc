#include "iam/directory.h"

#include "iam/account_epochs.h"
#include "iam/arns.h"
#include "model/arn.h"

namespace skerry::iam {
namespace {

using storage::Partition;
using storage::StoreErrc;
using storage::StoreError;
using storage::StoreResult;

constexpr std::string_view kNoValue = "-";  // of a row that says all by its key: no value is empty

template <class Record>
Found<Record> parse(StoreResult<std::optional<std::string>> bytes, std::string_view row) {
  if (!bytes) return std::unexpected(bytes.error());
  if (!*bytes) return std::optional<Record>();
  Record record;
  if (!record.ParseFromString(**bytes)) {
    return std::unexpected(StoreError{StoreErrc::Corrupt, "IAM's row " + std::string(row)});
  }
  return std::optional<Record>(std::move(record));
}

}  // namespace

template <class Record>
Task<Found<Record>> Change::load(std::string row) {
  auto bytes = co_await get(row);
  co_return parse<Record>(std::move(bytes), row);
}

Task<Found<std::string>> Change::get(std::string row) {
  if (auto mine = written_.find(row); mine != written_.end()) co_return mine->second;
  co_return co_await meta_.get(Partition::Accounts, row);
}

Task<Found<record::User>> Change::user(std::string name) {
  return load<record::User>(rows::entity(account_id_, rows::Entity::User, name));
}
Task<Found<record::Group>> Change::group(std::string name) {
  return load<record::Group>(rows::entity(account_id_, rows::Entity::Group, name));
}
Task<Found<record::Role>> Change::role(std::string name) {
  return load<record::Role>(rows::entity(account_id_, rows::Entity::Role, name));
}
Task<Found<record::ManagedPolicy>> Change::policy(std::string name) {
  return load<record::ManagedPolicy>(rows::entity(account_id_, rows::Entity::Policy, name));
}
Task<Found<record::AccessKey>> Change::access_key(std::string access_key_id) {
  return load<record::AccessKey>(rows::access_key(access_key_id));
}
Task<Found<record::OidcProvider>> Change::oidc_provider(std::string url) {
  return load<record::OidcProvider>(rows::oidc_provider(account_id_, url));
}
Task<Found<record::MfaDevice>> Change::mfa_device(std::string name) {
  return load<record::MfaDevice>(rows::mfa_device(account_id_, name));
}

Task<StoreResult<record::AccountSettings>> Change::settings() {
  auto found = co_await load<record::AccountSettings>(rows::settings(account_id_));
  if (!found) co_return std::unexpected(found.error());
  co_return std::move(*found).value_or(record::AccountSettings());
}

void Change::put(std::string row, std::string value) { written_[std::move(row)] = std::move(value); }
void Change::put(std::string row) { put(std::move(row), std::string(kNoValue)); }
void Change::erase(std::string row) { written_[std::move(row)] = std::nullopt; }

void Change::claim(std::string row, std::string value) {
  claimed_.insert(row);
  put(std::move(row), std::move(value));
}

void Change::put(const record::User& user) {
  put(rows::entity(account_id_, rows::Entity::User, user.identity().name()), user.SerializeAsString());
}
void Change::put(const record::Group& group) {
  put(rows::entity(account_id_, rows::Entity::Group, group.identity().name()), group.SerializeAsString());
}
void Change::put(const record::Role& role) {
  put(rows::entity(account_id_, rows::Entity::Role, role.identity().name()), role.SerializeAsString());
}
void Change::put(const record::ManagedPolicy& policy) {
  put(rows::entity(account_id_, rows::Entity::Policy, policy.name()), policy.SerializeAsString());
}
void Change::put(const record::AccessKey& key) { put(rows::access_key(key.access_key_id()), key.SerializeAsString()); }
void Change::put(const record::OidcProvider& provider) {
  put(rows::oidc_provider(account_id_, provider.url()), provider.SerializeAsString());
}
void Change::put(const record::MfaDevice& device) {
  put(rows::mfa_device(account_id_, device.name()), device.SerializeAsString());
}
void Change::put(const record::AccountSettings& settings) {
  if (settings.ByteSizeLong() == 0) return erase(rows::settings(account_id_));  // no value is empty
  put(rows::settings(account_id_), settings.SerializeAsString());
}

void Change::place(rows::Entity entity, std::string_view id, std::string_view name) {
  put(rows::unique_id(id), rows::place_value({account_id_, entity, rows::lower_name(name)}));
}

void Change::displace(rows::Entity entity, std::string_view id, std::string_view name) {
  erase(rows::unique_id(id));
  erase(rows::entity(account_id_, entity, name));
}

template <class Record>
Task<Found<Record>> Directory::load(std::string row) {
  auto bytes = co_await meta_.get(Partition::Accounts, row);
  co_return parse<Record>(std::move(bytes), row);
}

Task<StoreResult<Change>> Directory::begin(std::string account_id) {
  std::string row = rows::epoch(account_id);
  auto epoch = co_await meta_.get(Partition::Accounts, row);
  if (!epoch) co_return std::unexpected(epoch.error());
  co_return Change(meta_, std::move(account_id), std::move(*epoch));
}

Task<StoreResult<bool>> Directory::commit(Change change) {
  storage::Batch batch{.partition = Partition::Accounts};
  const std::string row = rows::epoch(change.account_id());
  const std::uint64_t epoch = parse_epoch(change.epoch_) + 1;
  batch.requirements.push_back({row, change.epoch_});
  for (const std::string& claimed : change.claimed_) batch.requirements.push_back({claimed, std::nullopt});
  batch.puts.push_back({row, epoch_value(epoch)});
  for (auto& [key, value] : change.written_) {
    if (value) {
      batch.puts.push_back({key, std::move(*value)});
    } else {
      batch.erases.push_back(key);
    }
  }
  auto committed = co_await meta_.commit(std::move(batch));
  if (committed) {
    epochs_.raise(change.account_id(), epoch);
    co_return true;
  }
  if (committed.error().errc == StoreErrc::Conflict) co_return false;
  epochs_.doubt(change.account_id());
  co_return std::unexpected(StoreError{committed.error().errc, committed.error().detail});
}

Task<Found<record::User>> Directory::user(std::string account_id, std::string name) {
  return load<record::User>(rows::entity(account_id, rows::Entity::User, name));
}
Task<Found<record::Group>> Directory::group(std::string account_id, std::string name) {
  return load<record::Group>(rows::entity(account_id, rows::Entity::Group, name));
}
Task<Found<record::Role>> Directory::role(std::string account_id, std::string name) {
  return load<record::Role>(rows::entity(account_id, rows::Entity::Role, name));
}
Task<Found<record::ManagedPolicy>> Directory::policy(std::string account_id, std::string name) {
  return load<record::ManagedPolicy>(rows::entity(account_id, rows::Entity::Policy, name));
}
Task<Found<record::AccessKey>> Directory::access_key(std::string access_key_id) {
  return load<record::AccessKey>(rows::access_key(access_key_id));
}
Task<Found<record::LastUsed>> Directory::last_used(std::string id) {
  return load<record::LastUsed>(rows::last_used(id));
}
Task<Found<record::OidcProvider>> Directory::oidc_provider(std::string account_id, std::string url) {
  return load<record::OidcProvider>(rows::oidc_provider(account_id, url));
}
Task<Found<record::MfaDevice>> Directory::mfa_device(std::string account_id, std::string name) {
  return load<record::MfaDevice>(rows::mfa_device(account_id, name));
}

Task<StoreResult<record::AccountSettings>> Directory::settings(std::string account_id) {
  auto found = co_await load<record::AccountSettings>(rows::settings(account_id));
  if (!found) co_return std::unexpected(found.error());
  co_return std::move(*found).value_or(record::AccountSettings());
}

Task<StoreResult<std::optional<rows::Place>>> Directory::place_of(std::string unique_id) {
  std::string row = rows::unique_id(unique_id);
  auto value = co_await meta_.get(Partition::Accounts, row);
  if (!value) co_return std::unexpected(value.error());
  if (!*value) co_return std::optional<rows::Place>();
  auto place = rows::parse_place(**value);
  if (!place) co_return std::unexpected(StoreError{StoreErrc::Corrupt, "IAM's row " + row});
  co_return place;
}

Task<StoreResult<std::optional<rows::Place>>> Directory::holder_of(std::string account_id, std::string access_key_id) {
  auto key = co_await access_key(std::move(access_key_id));
  if (!key) co_return std::unexpected(key.error());
  if (!*key || (**key).account_id() != account_id) co_return std::optional<rows::Place>();
  co_return co_await place_of((**key).user_id());
}

Task<StoreResult<std::vector<storage::Row>>> Directory::scan(std::string prefix, std::string after, std::size_t limit) {
  storage::ScanRequest request{.partition = Partition::Accounts, .begin = prefix, .end = rows::after(prefix)};
  if (after >= prefix) request.begin = after + '\0';
  std::vector<storage::Row> out;
  while (out.size() < limit) {
    request.limit = limit - out.size();
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(page.error());
    std::move(page->rows.begin(), page->rows.end(), std::back_inserter(out));
    if (!page->next) break;
    request.begin = *page->next;
  }
  co_return out;
}

Task<StoreResult<std::optional<record::Identity>>> Directory::identity(rows::Place place) {
  std::optional<record::Identity> out;
  switch (place.entity) {
    case rows::Entity::User: {
      auto found = co_await user(place.account_id, place.name);
      if (!found) co_return std::unexpected(found.error());
      if (*found) out = std::move(*(**found).mutable_identity());
      break;
    }
    case rows::Entity::Group: {
      auto found = co_await group(place.account_id, place.name);
      if (!found) co_return std::unexpected(found.error());
      if (*found) out = std::move(*(**found).mutable_identity());
      break;
    }
    case rows::Entity::Role: {
      auto found = co_await role(place.account_id, place.name);
      if (!found) co_return std::unexpected(found.error());
      if (*found) out = std::move(*(**found).mutable_identity());
      break;
    }
    case rows::Entity::Policy:
      break;  // a policy is nobody
  }
  co_return out;
}

Task<StoreResult<std::optional<std::string>>> Directory::id_of(std::string text) {
  std::optional<std::string> none;
  auto arn = Arn::parse(text);
  if (!arn) co_return none;
  rows::Place place{.account_id = arn->account, .entity = rows::Entity::User, .name = {}};
  std::string_view resource = arn->resource;
  const bool session = arn->service == "sts" && resource.starts_with("assumed-role/");
  if (session) {
    resource.remove_prefix(std::string_view("assumed-role/").size());
    resource = resource.substr(0, resource.find('/'));
    place.entity = rows::Entity::Role;
  } else if (arn->service == "iam" && (resource.starts_with("user/") || resource.starts_with("role/"))) {
    place.entity = resource.starts_with("user/") ? rows::Entity::User : rows::Entity::Role;
    resource.remove_prefix(resource.rfind('/') + 1);
  } else {
    co_return none;
  }
  place.name = rows::lower_name(resource);
  auto found = co_await identity(place);
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return none;
  // A name has no case, an ARN does; and a path is part of it.
  const record::Identity& who = **found;
  if (session ? who.name() != resource : identity_arn(place.account_id, place.entity, who) != text) co_return none;
  co_return std::optional<std::string>(who.id());
}

Task<StoreResult<std::optional<std::string>>> Directory::arn_of(std::string unique_id) {
  auto place = co_await place_of(unique_id);
  if (!place) co_return std::unexpected(place.error());
  if (!*place) co_return std::optional<std::string>();
  auto found = co_await identity(**place);
  if (!found) co_return std::unexpected(found.error());
  if (!*found || (**found).id() != unique_id) co_return std::optional<std::string>();
  co_return std::optional<std::string>(identity_arn((**place).account_id, (**place).entity, **found));
}

Task<StoreResult<std::map<std::string, std::string>>> Directory::names(std::vector<std::string> arns_and_ids) {
  std::map<std::string, std::string> out;
  for (const std::string& name : arns_and_ids) {
    if (name.starts_with("arn:")) {
      auto id = co_await id_of(name);
      if (!id) co_return std::unexpected(id.error());
      if (*id) out[name] = std::move(**id);
    } else {
      auto arn = co_await arn_of(name);
      if (!arn) co_return std::unexpected(arn.error());
      if (*arn) out[name] = name;
    }
  }
  co_return out;
}

Task<StoreResult<std::map<std::string, std::string>>> Directory::arns(std::vector<std::string> unique_ids) {
  std::map<std::string, std::string> out;
  for (const std::string& id : unique_ids) {
    auto arn = co_await arn_of(id);
    if (!arn) co_return std::unexpected(arn.error());
    if (*arn) out[id] = std::move(**arn);
  }
  co_return out;
}

}  // namespace skerry::iam
