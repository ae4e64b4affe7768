#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/repeated_ptr_field.h"
#include "iam/directory.h"
#include "iam/service/errors.h"
#include "wire/context.h"

// Whose MFA devices an operation is about, and their devices: a user, or the root user, of whom there is no record but
// the account's settings.
namespace skerry::iam {

// What answers call the root user. Root may do so as well, where no user has the name: clients let nobody leave out the
// UserName of EnableMFADevice.
inline constexpr std::string_view kRootName = "root";

struct MfaOwner {
  std::optional<std::string> user_name;  // nothing: root
  bool or_root = false;                  // where there is no such user
};

// The one who is named, else the caller. Errors: ValidationError, where the caller is neither a user nor root.
Result<MfaOwner> mfa_owner(const wire::Context& context, const std::optional<std::string>& user_name);

struct MfaHolder {
  std::string id;                    // as a device's row has it
  std::string name;                  // as answers have it
  std::optional<record::User> user;  // nothing: root
  record::AccountSettings settings;

  google::protobuf::RepeatedPtrField<std::string>& devices() {
    return user ? *user->mutable_mfa_devices() : *settings.mutable_root_mfa_devices();
  }
  void put(Change& change) const;  // with the settings
};

Task<Result<MfaHolder>> find_mfa_holder(Change& change, MfaOwner owner);

// Errors: NoSuchEntity, also for what is no virtual device's serial number: there are no others.
Task<Result<record::MfaDevice>> find_mfa_device(Change& change, std::string serial_number);
// … and where it is not the holder's.
Task<Result<record::MfaDevice>> find_mfa_device_of(Change& change, std::string holder_id, std::string serial_number);

}  // namespace skerry::iam
