#include "iam/service/mfa_holder.h"

#include <fmt/format.h>

#include "iam/mfa.h"
#include "iam/service/caller.h"

namespace skerry::iam {

Result<MfaOwner> mfa_owner(const wire::Context& context, const std::optional<std::string>& user_name) {
  const bool by_root = context.principal.kind == wire::Principal::Kind::Root;
  if (!user_name && by_root) return MfaOwner{};
  auto name = user_named(context, user_name);
  if (!name) return std::unexpected(name.error());
  const bool or_root = by_root && *name == kRootName;
  return MfaOwner{std::move(*name), or_root};
}

void MfaHolder::put(Change& change) const {
  if (user) change.put(*user);
  change.put(settings);
}

Task<Result<MfaHolder>> find_mfa_holder(Change& change, MfaOwner owner) {
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  if (owner.user_name) {
    auto user = co_await change.user(*owner.user_name);
    if (!user) co_return std::unexpected(store_error(user.error()));
    if (*user) {
      const record::Identity identity = (**user).identity();
      co_return MfaHolder{identity.id(), identity.name(), std::move(**user), std::move(*settings)};
    }
    if (!owner.or_root) co_return std::unexpected(no_such(rows::Entity::User, *owner.user_name));
  }
  co_return MfaHolder{change.account_id(), std::string(kRootName), std::nullopt, std::move(*settings)};
}

Task<Result<record::MfaDevice>> find_mfa_device(Change& change, std::string serial_number) {
  if (auto name = mfa_device_name(change.account_id(), serial_number)) {
    auto device = co_await change.mfa_device(std::move(*name));
    if (!device) co_return std::unexpected(store_error(device.error()));
    if (*device) co_return std::move(**device);
  }
  co_return std::unexpected(error(Errc::NoSuchEntityException,
                                  fmt::format("VirtualMFADevice with serial number {} doesn't exist.", serial_number)));
}

Task<Result<record::MfaDevice>> find_mfa_device_of(Change& change, std::string holder_id, std::string serial_number) {
  auto device = co_await find_mfa_device(change, std::move(serial_number));
  if (device && device->holder_id() != holder_id) {
    co_return std::unexpected(error(Errc::NoSuchEntityException, "MFA Device invalid for user."));
  }
  co_return device;
}

}  // namespace skerry::iam
