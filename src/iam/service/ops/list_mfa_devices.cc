#include "iam/api/ops.h"
#include "iam/arns.h"
#include "iam/service/mfa_holder.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/shown.h"
#include "iam/service/tags.h"

// What there is of MFA devices. Nobody is told a seed again.
namespace skerry::iam {
namespace {

// To read of one moment after another, as a change reads: it is not committed.
Task<Result<Change>> reading(Parts parts, std::string account_id) {
  auto change = co_await parts.directory.begin(std::move(account_id));
  if (!change) co_return std::unexpected(store_error(change.error()));
  co_return std::move(*change);
}

Task<Result<ListMFADevicesResponse>> list_of_holder(Parts parts, wire::Context& context,
                                                    ListMFADevicesRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  auto owner = mfa_owner(context, request.user_name);
  if (!owner) co_return std::unexpected(owner.error());
  const std::string& account_id = context.principal.account_id;
  auto rows = co_await reading(parts, account_id);
  if (!rows) co_return std::unexpected(rows.error());
  auto holder = co_await find_mfa_holder(*rows, std::move(*owner));
  if (!holder) co_return std::unexpected(holder.error());
  std::vector<std::string> names(holder->devices().begin(), holder->devices().end());
  auto page = page_of(std::move(names), *wanted, [](const std::string& name) { return name; });
  ListMFADevicesResponse response;
  for (const std::string& name : page.items) {
    auto device = co_await rows->mfa_device(name);
    if (!device) co_return std::unexpected(store_error(device.error()));
    if (!*device || (**device).holder_id() != holder->id) continue;  // it went meanwhile
    response.mfa_devices.push_back({.user_name = holder->name,
                                    .serial_number = mfa_device_arn(account_id, name),
                                    .enable_date = time_of((**device).enabled_us())});
  }
  std::move(page).tell(response);
  co_return response;
}

Task<Result<GetMFADeviceResponse>> get(Parts parts, wire::Context& context, GetMFADeviceRequest request) {
  auto owner = mfa_owner(context, request.user_name);
  if (!owner) co_return std::unexpected(owner.error());
  auto rows = co_await reading(parts, context.principal.account_id);
  if (!rows) co_return std::unexpected(rows.error());
  auto holder = co_await find_mfa_holder(*rows, std::move(*owner));
  if (!holder) co_return std::unexpected(holder.error());
  auto device = co_await find_mfa_device_of(*rows, holder->id, request.serial_number);
  if (!device) co_return std::unexpected(device.error());
  co_return GetMFADeviceResponse{.user_name = holder->name,
                                 .serial_number = std::move(request.serial_number),
                                 .enable_date = time_of(device->enabled_us())};
}

// Who has the device; nothing: nobody, or no longer.
Task<Result<std::optional<User>>> holder_of(Parts parts, std::string account_id, std::string holder_id) {
  std::optional<User> nobody;
  if (holder_id.empty()) co_return nobody;
  if (holder_id == account_id) {
    auto root = co_await show_root(parts.accounts, std::move(account_id));
    if (!root) co_return std::unexpected(root.error());
    co_return std::optional<User>(std::move(*root));
  }
  auto place = co_await parts.directory.place_of(std::move(holder_id));
  if (!place) co_return std::unexpected(store_error(place.error()));
  if (!*place) co_return nobody;
  auto user = co_await parts.directory.user(account_id, (**place).name);
  if (!user) co_return std::unexpected(store_error(user.error()));
  if (!*user) co_return nobody;
  co_return std::optional<User>(show_user(account_id, **user, Detail::Summary));
}

Task<Result<ListVirtualMFADevicesResponse>> list(Parts parts, wire::Context& context,
                                                 ListVirtualMFADevicesRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  const std::string& account_id = context.principal.account_id;
  auto asked_for = [status = request.assignment_status.value_or(std::string(AssignmentStatusType::kAny))](
                       const record::MfaDevice& device) {
    if (status == AssignmentStatusType::kAny) return true;
    return device.holder_id().empty() == (status == AssignmentStatusType::kUnassigned);
  };
  std::string devices = rows::mfa_devices(account_id);
  auto page =
      co_await page_of_rows<record::MfaDevice>(parts.directory, std::move(devices), std::move(*wanted), asked_for);
  if (!page) co_return std::unexpected(page.error());
  ListVirtualMFADevicesResponse response;
  for (const record::MfaDevice& device : page->items) {
    VirtualMFADevice shown{.serial_number = mfa_device_arn(account_id, device.name())};
    auto holder = co_await holder_of(parts, account_id, device.holder_id());
    if (!holder) co_return std::unexpected(holder.error());
    if (*holder) {
      shown.user = std::move(*holder);
      shown.enable_date = time_of(device.enabled_us());
    }
    response.virtual_mfa_devices.push_back(std::move(shown));
  }
  std::move(*page).tell(response);
  co_return response;
}

Task<Result<ListMFADeviceTagsResponse>> list_tags(Parts parts, wire::Context& context,
                                                  ListMFADeviceTagsRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  auto rows = co_await reading(parts, context.principal.account_id);
  if (!rows) co_return std::unexpected(rows.error());
  auto device = co_await find_mfa_device(*rows, std::move(request.serial_number));
  if (!device) co_return std::unexpected(device.error());
  auto page = page_of_tags(to_tags(device->tags()), *wanted);
  ListMFADeviceTagsResponse response{.tags = std::move(page.items)};
  std::move(page).tell(response);
  co_return response;
}

}  // namespace

void bind_list_mfa_devices(wire::Registry& registry, const Parts& parts) {
  serve<ListMFADevicesOp>(registry, parts, list_of_holder);
  serve<GetMFADeviceOp>(registry, parts, get);
  serve<ListVirtualMFADevicesOp>(registry, parts, list);
  serve<ListMFADeviceTagsOp>(registry, parts, list_tags);
}

}  // namespace skerry::iam
