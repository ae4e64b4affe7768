#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/task.h"
#include "iam/accounts.h"
#include "iam/directory.h"
#include "iam/records.pb.h"
#include "storage/kek.h"
#include "storage/store_error.h"

// Virtual MFA devices: apps that make a code every 30 seconds (totp.h) of a seed that they share with this server.
//
// A code is taken once: the row remembers its step, in the change that takes it, so that no server takes it or an
// earlier one again. It may be a step early or late by the device's clock, of which the row remembers the drift.
namespace skerry::iam {

inline constexpr std::size_t kMfaSeedBytes = 40;  // as AWS's: 64 characters of base32

// The name in the serial number of a virtual device of that account; nothing: it is no such number.
std::optional<std::string> mfa_device_name(std::string_view account_id, std::string_view serial_number);

std::string seal_mfa_seed(const storage::Kek& kek, std::string_view serial_number, std::string_view seed,
                          Random& random);
storage::StoreResult<std::string> open_mfa_seed(const storage::Kek& kek, std::string_view serial_number,
                                                std::string_view sealed);

// Whether two codes, one right after the other, are the device's: of the hours around now, so that a clock that goes
// wrong is found out; the device then remembers by how much. Not of a time that it took a code of before.
bool take_pair(record::MfaDevice& device, std::string_view seed, std::string_view code1, std::string_view code2,
               Time now);

// Wrong: the device remembers that, too. Unheard: after kWrongCodesMax wrong ones in a row, a code is listened to
// kWrongCodesPause after the last; so that nobody can try them all.
enum class Taken { Yes, Wrong, Unheard };
inline constexpr std::uint32_t kWrongCodesMax = 10;
inline constexpr seconds kWrongCodesPause{60};
Taken take_code(record::MfaDevice& device, std::string_view seed, std::string_view code, Time now);

enum class MfaErrc {
  UnknownDevice,  // not the holder's, or not at all
  WrongCode,
  Unavailable,
};
struct MfaError {
  MfaErrc errc;
  storage::StoreError store = {};  // of Unavailable
};

// Whoever asks, and what they show.
struct MfaProof {
  std::string account_id;
  std::string holder_id;  // the user's id; of the root user the account's
  std::string serial_number;
  std::string code;
};

// Takes the code of one of the holder's devices. Durable when it returns.
Task<std::expected<void, MfaError>> check_mfa(Directory& directory, Accounts& accounts, const Clock& clock,
                                              MfaProof proof);

}  // namespace skerry::iam
