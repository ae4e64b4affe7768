#include "iam/service/target.h"

#include <algorithm>

#include "iam/access_key_id.h"
#include "iam/arns.h"
#include "iam/authorize.h"
#include "iam/service/caller.h"
#include "model/arn.h"

namespace skerry::iam {
namespace {

constexpr std::string_view kOidcProvider = "oidc-provider/";
constexpr std::string_view kMfaDevice = "mfa/";

bool takes(const wire::Operation& operation, std::string_view member) {
  return operation.input &&
         std::ranges::any_of(operation.input->members, [&](const wire::Member& one) { return one.name == member; });
}

std::string value(const wire::Form& form, std::string_view name) {
  const std::string* found = form.find(name);
  return found ? *found : std::string();
}

Target target_of(std::string_view account_id, rows::Entity entity, const record::Identity& identity) {
  return {.resource = identity_arn(account_id, entity, identity),
          .boundary = identity.permissions_boundary(),
          .tags = {identity.tags().begin(), identity.tags().end()}};
}

Task<Result<Target>> named(Directory& directory, rows::Place place) {
  Target out{.resource = entity_arn(place.account_id, place.entity, "/", place.name)};
  if (place.entity == rows::Entity::Policy) {
    auto found = co_await directory.policy(place.account_id, place.name);
    if (!found) co_return std::unexpected(store_error(found.error()));
    if (*found) {
      const record::ManagedPolicy& policy = **found;
      out.resource = policy_arn(place.account_id, policy);
      out.tags.assign(policy.tags().begin(), policy.tags().end());
    }
    co_return out;
  }
  auto found = co_await directory.identity(place);
  if (!found) co_return std::unexpected(store_error(found.error()));
  if (*found) co_return target_of(place.account_id, place.entity, **found);
  co_return out;
}

// Who renames a user or moves it needs the permission for both.
void add_new_name(Target& target, const rows::Place& place, const wire::Form& form) {
  const std::string* name = form.find(place.entity == rows::Entity::Group ? "NewGroupName" : "NewUserName");
  const std::string* path = form.find("NewPath");
  if (!name && !path) return;
  std::string_view resource = target.resource;
  const std::size_t begin = resource.find('/'), end = resource.rfind('/') + 1;
  target.renamed = entity_arn(place.account_id, place.entity, path ? *path : resource.substr(begin, end - begin),
                              name ? *name : resource.substr(end));
  if (target.renamed == target.resource) target.renamed.clear();
}

// A new entity has the path that the request gives it.
Task<Result<Target>> named_or_new(Directory& directory, const wire::Context& context, const wire::Form& form,
                                  rows::Entity entity, std::string_view member) {
  std::string name = value(form, member);
  std::string path = value(form, "Path");
  if (context.operation().name.starts_with("Create") && !path.empty()) {
    co_return Target{.resource = entity_arn(context.principal.account_id, entity, path, name)};
  }
  const rows::Place place{context.principal.account_id, entity, std::move(name)};
  auto found = co_await named(directory, place);
  if (found) add_new_name(*found, place, form);
  co_return found;
}

Task<Result<Target>> user_of_key(Directory& directory, const wire::Context& context, std::string access_key_id) {
  auto place = co_await directory.holder_of(context.principal.account_id, std::move(access_key_id));
  if (!place) co_return std::unexpected(store_error(place.error()));
  if (!*place) co_return Target{};
  co_return co_await named(directory, std::move(**place));
}

// Whether a policy that is another account's, or AWS's, is out of reach: AWS's are there for everybody to read, and no
// policy has a policy of its own that could let others in.
bool is_out_of_reach(const Arn& policy, const wire::Operation& operation) {
  const bool reads = operation.name.starts_with("Get") || operation.name.starts_with("List");
  return policy.account != "aws" || !reads;
}

// An ARN that the request names as it is: of a policy, a provider, an MFA device, or an identity.
Task<Result<Target>> at_arn(Directory& directory, const wire::Context& context, std::string text) {
  auto arn = Arn::parse(text);
  Target out{.resource = arn ? text : std::string("*")};
  if (!arn) co_return out;
  if (arn->account != context.principal.account_id) {
    if (arn->resource.starts_with("policy/") && is_out_of_reach(*arn, context.operation())) {
      out.account = std::move(arn->account);
    }
    co_return out;
  }
  if (arn->resource.starts_with(kOidcProvider)) {
    std::string url = arn->resource.substr(kOidcProvider.size());
    auto found = co_await directory.oidc_provider(arn->account, std::move(url));
    if (!found) co_return std::unexpected(store_error(found.error()));
    if (*found) out.tags.assign((**found).tags().begin(), (**found).tags().end());
    co_return out;
  }
  if (arn->resource.starts_with(kMfaDevice)) {
    std::string name = arn->resource.substr(kMfaDevice.size());
    auto found = co_await directory.mfa_device(arn->account, std::move(name));
    if (!found) co_return std::unexpected(store_error(found.error()));
    if (*found) out.tags.assign((**found).tags().begin(), (**found).tags().end());
    co_return out;
  }
  for (auto entity : {rows::Entity::User, rows::Entity::Group, rows::Entity::Role, rows::Entity::Policy}) {
    if (!arn->resource.starts_with(std::string(rows::word(entity)) + "/")) continue;
    rows::Place place{arn->account, entity, arn->resource.substr(arn->resource.rfind('/') + 1)};
    auto found = co_await named(directory, std::move(place));
    // A path that is not the entity's own names something else.
    if (!found || found->resource == text) co_return found;
  }
  co_return out;
}

// The boundary that is asked for, where the operation gives one; else that of whom it is about.
std::string boundary_of(const wire::Context& context, const wire::Form& form, const Target& target) {
  return takes(context.operation(), "PermissionsBoundary") ? value(form, "PermissionsBoundary") : target.boundary;
}

}  // namespace

Task<Result<Target>> find_target(Directory& directory, const wire::Context& context, const wire::Form& form,
                                 std::string_view kind) {
  const wire::Operation& operation = context.operation();
  using rows::Entity;
  if (kind == "group") co_return co_await named_or_new(directory, context, form, Entity::Group, "GroupName");
  if (kind == "role") co_return co_await named_or_new(directory, context, form, Entity::Role, "RoleName");
  if (kind == "user") {
    if (operation.name == "GetAccessKeyLastUsed") {
      std::string access_key_id = value(form, "AccessKeyId");
      co_return co_await user_of_key(directory, context, std::move(access_key_id));
    }
    if (form.has("UserName")) {
      co_return co_await named_or_new(directory, context, form, Entity::User, "UserName");
    }
    auto own = calling_user(context);
    if (!own) co_return Target{};
    rows::Place place{context.principal.account_id, Entity::User, std::move(*own)};
    co_return co_await named(directory, std::move(place));
  }
  if (kind == "policy" && takes(operation, "PolicyName")) {
    co_return co_await named_or_new(directory, context, form, Entity::Policy, "PolicyName");
  }
  if (kind == "oidc-provider" && takes(operation, "Url")) {
    std::string url = value(form, "Url");
    url.erase(0, url.starts_with("https://") ? 8 : 0);
    co_return Target{.resource = oidc_provider_arn(context.principal.account_id, url)};
  }
  if (kind == "mfa" && takes(operation, "VirtualMFADeviceName")) {
    std::string name = value(form, "Path") + value(form, "VirtualMFADeviceName");
    name.erase(0, name.starts_with('/') ? 1 : 0);
    co_return Target{.resource = mfa_device_arn(context.principal.account_id, name)};
  }
  for (std::string_view member : {"PolicyArn", "OpenIDConnectProviderArn", "PolicySourceArn", "SerialNumber"}) {
    if (kind == "*" || !takes(operation, member)) continue;
    std::string arn = value(form, member);
    co_return co_await at_arn(directory, context, std::move(arn));
  }
  co_return Target{};
}

void add_keys(policy::KeyList& keys, const wire::Context& context, const wire::Form& form,
              const wire::Permission& permission, const Target& target) {
  auto uses = [&](std::string_view key) { return permission.has_key(key, false); };
  if (std::string boundary = boundary_of(context, form, target); !boundary.empty() && uses("iam:permissionsboundary")) {
    keys.add("iam:permissionsboundary", boundary);
  }
  if (uses("iam:policyarn")) keys.add("iam:policyarn", value(form, "PolicyArn"));
  for (const record::Tag& tag : target.tags) {
    std::string key = policy::lower(tag.key());
    keys.add("iam:resourcetag/" + key, tag.value());
    keys.add("aws:resourcetag/" + key, tag.value());
  }
  for (std::uint32_t n : form.indices("Tags.member")) {
    std::string member = "Tags.member." + std::to_string(n);
    std::string key = value(form, member + ".Key");
    keys.add("aws:requesttag/" + policy::lower(key), value(form, member + ".Value"));
    keys.add("aws:tagkeys", key);
  }
  for (std::uint32_t n : form.indices("TagKeys.member")) {
    keys.add("aws:tagkeys", value(form, "TagKeys.member." + std::to_string(n)));
  }
}

}  // namespace skerry::iam
