#include <algorithm>

#include "iam/api/ops.h"
#include "iam/arns.h"
#include "iam/base32.h"
#include "iam/mfa.h"
#include "iam/service/change.h"
#include "iam/service/documents.h"
#include "iam/service/mfa_holder.h"
#include "iam/service/ops/bind.h"
#include "iam/service/qr_code.h"
#include "iam/service/quotas.h"
#include "iam/service/shown.h"
#include "iam/service/tags.h"

// Virtual MFA devices: their making, and whose they are. A device is told apart by path and name.
namespace skerry::iam {
namespace {

using Kek = std::shared_ptr<const storage::Kek>;

// What a serial number has at most, and of what characters, by the model of every operation that takes one.
constexpr std::size_t kSerialNumberMax = 256;
bool may_be_in_serial_number(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || std::string_view("_+=/:,.@-").contains(c);
}

Result<std::string> name_of_new(std::string_view account_id, const CreateVirtualMFADeviceRequest& request) {
  std::string name = request.path.value_or("/").substr(1);
  if (!std::ranges::all_of(name, may_be_in_serial_number)) {
    return std::unexpected(
        validation_error("The specified value for path is invalid. It must begin and end with / and contain only "
                         "alphanumeric characters and/or / characters."));
  }
  const std::size_t room = kSerialNumberMax - std::min(kSerialNumberMax, mfa_device_arn(account_id, name).size());
  if (request.virtual_mfa_device_name.size() > room) {
    return std::unexpected(validation_error(
        fmt::format("1 validation error detected: Value '{}' at 'virtualMFADeviceName' failed to satisfy constraint: "
                    "Member must have length less than or equal to {}",
                    request.virtual_mfa_device_name, room)));
  }
  return name + request.virtual_mfa_device_name;
}

struct NewDevice {
  CreateVirtualMFADeviceRequest request;
  std::string seed;
  Kek kek;
};

struct MadeDevice {
  record::MfaDevice device;
  std::string account_name;  // its alias, if it has one
};

Task<Result<MadeDevice>> create_in(Change& change, const Parts& parts, const NewDevice& wanted) {
  auto name = name_of_new(change.account_id(), wanted.request);
  if (!name) co_return std::unexpected(name.error());
  auto there = co_await change.mfa_device(*name);
  if (!there) co_return std::unexpected(store_error(there.error()));
  if (*there) {
    co_return std::unexpected(
        error(Errc::EntityAlreadyExistsException, "MFADevice entity at the same path and name already exists."));
  }
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  if (settings->mfa_devices() >= quotas::kMfaDevices) {
    co_return std::unexpected(quota_exceeded("VirtualMFADevicesPerAccount", quotas::kMfaDevices));
  }
  record::MfaDevice device;
  const std::string serial_number = mfa_device_arn(change.account_id(), *name);
  device.set_name(std::move(*name));
  device.set_created_us(us_of(parts.clock.now()));
  device.set_sealed_seed(seal_mfa_seed(*wanted.kek, serial_number, wanted.seed, parts.random));
  auto tagged = add_tags(*device.mutable_tags(), wanted.request.tags, KeyCase::Matters);
  if (!tagged) co_return std::unexpected(tagged.error());
  settings->set_mfa_devices(settings->mfa_devices() + 1);
  change.put(*settings);
  change.put(device);
  co_return MadeDevice{std::move(device), settings->alias().empty() ? change.account_id() : settings->alias()};
}

// What an authenticator app reads off the screen. The issuer is this server's name, not AWS's, whose codes the same
// phone may have.
std::string provisioning_uri(std::string_view device_name, std::string_view account_name, std::string_view seed) {
  return fmt::format("otpauth://totp/Skerry:{}@{}?secret={}&issuer=Skerry", encoded(device_name), account_name, seed);
}

Task<Result<CreateVirtualMFADeviceResponse>> create(Parts parts, wire::Context& context,
                                                    CreateVirtualMFADeviceRequest request) {
  const std::string& account_id = context.principal.account_id;
  auto kek = co_await parts.accounts.kek();
  if (!kek) co_return std::unexpected(store_error(kek.error()));
  const std::string device_name = request.virtual_mfa_device_name;
  const std::string seed = parts.random.bytes(kMfaSeedBytes);
  NewDevice wanted{std::move(request), seed, std::move(*kek)};
  auto made = co_await in_change(parts.directory, account_id, create_in, parts, std::move(wanted));
  if (!made) co_return std::unexpected(made.error());
  const std::string written = base32(seed);
  co_return CreateVirtualMFADeviceResponse{
      .virtual_mfa_device = {.serial_number = mfa_device_arn(account_id, made->device.name()),
                             .base32_string_seed = written,
                             .qr_code_png = qr_code_png(provisioning_uri(device_name, made->account_name, written)),
                             .tags = to_optional_tags(made->device.tags())}};
}

Task<Result<Nothing>> delete_in(Change& change, const DeleteVirtualMFADeviceRequest& request) {
  auto device = co_await find_mfa_device(change, request.serial_number);
  if (!device) co_return std::unexpected(device.error());
  if (!device->holder_id().empty()) {
    co_return std::unexpected(error(Errc::DeleteConflictException, "MFA VirtualDevice in use. Must deactivate first."));
  }
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  settings->set_mfa_devices(settings->mfa_devices() - 1);
  change.put(*settings);
  change.erase(rows::mfa_device(change.account_id(), device->name()));
  co_return Nothing{};
}

// Two codes that show that a device works.
struct Pair {
  MfaOwner owner;
  std::string serial_number, code1, code2;
  Kek kek;
};

Result<void> take(const Parts& parts, const Pair& pair, record::MfaDevice& device) {
  auto seed = open_mfa_seed(*pair.kek, pair.serial_number, device.sealed_seed());
  if (!seed) return std::unexpected(store_error(seed.error()));
  if (take_pair(device, *seed, pair.code1, pair.code2, parts.clock.now())) return {};
  return std::unexpected(
      error(Errc::InvalidAuthenticationCodeException, "Authentication code for device is not valid."));
}

Task<Result<Nothing>> enable_in(Change& change, const Parts& parts, const Pair& pair) {
  auto holder = co_await find_mfa_holder(change, pair.owner);
  if (!holder) co_return std::unexpected(holder.error());
  auto device = co_await find_mfa_device(change, pair.serial_number);
  if (!device) co_return std::unexpected(device.error());
  if (!device->holder_id().empty()) {
    co_return std::unexpected(error(Errc::EntityAlreadyExistsException, "MFA Device is already in use."));
  }
  auto& devices = holder->devices();
  if (static_cast<std::size_t>(devices.size()) >= quotas::kMfaDevicesPerUser) {
    co_return std::unexpected(quota_exceeded("MFADevicesPerUser", quotas::kMfaDevicesPerUser));
  }
  if (auto taken = take(parts, pair, *device); !taken) co_return std::unexpected(taken.error());
  device->set_holder_id(holder->id);
  device->set_enabled_us(us_of(parts.clock.now()));
  *devices.Add() = device->name();
  std::ranges::sort(devices);
  holder->settings.set_mfa_devices_in_use(holder->settings.mfa_devices_in_use() + 1);
  holder->put(change);
  change.put(*device);
  co_return Nothing{};
}

Task<Result<Nothing>> resync_in(Change& change, const Parts& parts, const Pair& pair) {
  auto holder = co_await find_mfa_holder(change, pair.owner);
  if (!holder) co_return std::unexpected(holder.error());
  auto device = co_await find_mfa_device_of(change, holder->id, pair.serial_number);
  if (!device) co_return std::unexpected(device.error());
  if (auto taken = take(parts, pair, *device); !taken) co_return std::unexpected(taken.error());
  change.put(*device);
  co_return Nothing{};
}

template <auto Body, class Request>
Task<Result<Nothing>> with_pair(Parts parts, wire::Context& context, Request request) {
  auto owner = mfa_owner(context, request.user_name);
  if (!owner) co_return std::unexpected(owner.error());
  auto kek = co_await parts.accounts.kek();
  if (!kek) co_return std::unexpected(store_error(kek.error()));
  Pair pair{std::move(*owner), std::move(request.serial_number), std::move(request.authentication_code1),
            std::move(request.authentication_code2), std::move(*kek)};
  co_return co_await in_change(parts.directory, context.principal.account_id, Body, parts, std::move(pair));
}

struct Held {
  MfaOwner owner;
  std::string serial_number;
};

// Of the codes that it took none is good again, whoever has it next.
Task<Result<Nothing>> deactivate_in(Change& change, const Held& held) {
  auto holder = co_await find_mfa_holder(change, held.owner);
  if (!holder) co_return std::unexpected(holder.error());
  auto device = co_await find_mfa_device_of(change, holder->id, held.serial_number);
  if (!device) co_return std::unexpected(device.error());
  auto& devices = holder->devices();
  devices.erase(std::ranges::remove(devices, device->name()).begin(), devices.end());
  holder->settings.set_mfa_devices_in_use(holder->settings.mfa_devices_in_use() - 1);
  holder->put(change);
  device->clear_holder_id();
  device->clear_enabled_us();
  change.put(*device);
  co_return Nothing{};
}

Task<Result<Nothing>> deactivate(Parts parts, wire::Context& context, DeactivateMFADeviceRequest request) {
  auto owner = mfa_owner(context, request.user_name);
  if (!owner) co_return std::unexpected(owner.error());
  Held held{std::move(*owner), std::move(request.serial_number)};
  co_return co_await in_change(parts.directory, context.principal.account_id, deactivate_in, std::move(held));
}

Result<void> apply(record::MfaDevice& device, const TagMFADeviceRequest& request) {
  return add_tags(*device.mutable_tags(), request.tags, KeyCase::Matters);
}

Result<void> apply(record::MfaDevice& device, const UntagMFADeviceRequest& request) {
  remove_tags(*device.mutable_tags(), request.tag_keys, KeyCase::Matters);
  return {};
}

template <class Request>
Task<Result<Nothing>> tag_in(Change& change, const Request& request) {
  auto device = co_await find_mfa_device(change, request.serial_number);
  if (!device) co_return std::unexpected(device.error());
  if (auto applied = apply(*device, request); !applied) co_return std::unexpected(applied.error());
  change.put(*device);
  co_return Nothing{};
}

}  // namespace

void bind_mfa_devices(wire::Registry& registry, const Parts& parts) {
  serve<CreateVirtualMFADeviceOp>(registry, parts, create);
  serve<DeleteVirtualMFADeviceOp>(registry, parts, by_change<delete_in>);
  serve<EnableMFADeviceOp>(registry, parts, with_pair<enable_in, EnableMFADeviceRequest>);
  serve<ResyncMFADeviceOp>(registry, parts, with_pair<resync_in, ResyncMFADeviceRequest>);
  serve<DeactivateMFADeviceOp>(registry, parts, deactivate);
  serve<TagMFADeviceOp>(registry, parts, by_change<tag_in<TagMFADeviceRequest>>);
  serve<UntagMFADeviceOp>(registry, parts, by_change<tag_in<UntagMFADeviceRequest>>);
}

}  // namespace skerry::iam
