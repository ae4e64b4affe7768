#include "iam/mfa.h"

#include <algorithm>

#include "iam/arns.h"
#include "iam/change.h"
#include "iam/totp.h"
#include "model/arn.h"
#include "storage/row_seal.h"

namespace skerry::iam {
namespace {

using storage::StoreErrc;
using storage::StoreError;

constexpr std::string_view kResource = "mfa/";
constexpr totp::Step kSkew = 1;          // either way
constexpr totp::Step kPairWithin = 120;  // an hour either way

std::string seed_place(std::string_view serial_number) { return std::string("mfa/").append(serial_number); }

void took(record::MfaDevice& device, totp::Step step) {
  device.set_last_step(step);
  device.clear_wrong_codes();
  device.clear_wrong_us();
}

MfaError unavailable(const StoreError& failed) { return {MfaErrc::Unavailable, failed}; }
MfaError unknown() { return {MfaErrc::UnknownDevice}; }
MfaError wrong() { return {MfaErrc::WrongCode}; }

// What a change of the device needs besides the rows.
struct Check {
  MfaProof proof;
  std::shared_ptr<const storage::Kek> kek;
  Time now;
};

// False: the code is wrong, which is written down.
Task<std::expected<bool, MfaError>> check_in(Change& change, const Check& check) {
  auto name = mfa_device_name(change.account_id(), check.proof.serial_number);
  if (!name) co_return std::unexpected(unknown());
  auto device = co_await change.mfa_device(std::move(*name));
  if (!device) co_return std::unexpected(unavailable(device.error()));
  if (!*device || (**device).holder_id() != check.proof.holder_id) co_return std::unexpected(unknown());
  auto seed = open_mfa_seed(*check.kek, check.proof.serial_number, (**device).sealed_seed());
  if (!seed) co_return std::unexpected(unavailable(seed.error()));
  const Taken taken = take_code(**device, *seed, check.proof.code, check.now);
  if (taken == Taken::Unheard) co_return std::unexpected(wrong());
  change.put(**device);
  co_return taken == Taken::Yes;
}

}  // namespace

std::optional<std::string> mfa_device_name(std::string_view account_id, std::string_view serial_number) {
  auto arn = Arn::parse(serial_number);
  if (!arn || arn->service != "iam" || arn->account != account_id) return std::nullopt;
  if (!arn->resource.starts_with(kResource)) return std::nullopt;
  std::string name = arn->resource.substr(kResource.size());
  // An ARN of another partition, say, names nothing here.
  if (name.empty() || mfa_device_arn(account_id, name) != serial_number) return std::nullopt;
  return name;
}

std::string seal_mfa_seed(const storage::Kek& kek, std::string_view serial_number, std::string_view seed,
                          Random& random) {
  return storage::seal_row(kek, seed_place(serial_number), seed, random);
}

storage::StoreResult<std::string> open_mfa_seed(const storage::Kek& kek, std::string_view serial_number,
                                                std::string_view sealed) {
  return storage::open_row(kek, seed_place(serial_number), sealed);
}

bool take_pair(record::MfaDevice& device, std::string_view seed, std::string_view code1, std::string_view code2,
               Time now) {
  const totp::Step here = totp::step_at(now);
  const totp::Step first = std::max(here - kPairWithin, device.last_step() + 1);
  auto step = totp::find_pair(seed, code1, code2, first, here + kPairWithin);
  if (!step) return false;
  const totp::Step ahead = *step - here;
  device.set_drift(std::abs(ahead) <= kSkew ? 0 : ahead);
  took(device, *step);
  return true;
}

Taken take_code(record::MfaDevice& device, std::string_view seed, std::string_view code, Time now) {
  const bool many = device.wrong_codes() >= kWrongCodesMax;
  if (many && now < Time{microseconds(device.wrong_us())} + kWrongCodesPause) return Taken::Unheard;
  const totp::Step there = totp::step_at(now) + device.drift();
  const totp::Step first = std::max(there - kSkew, device.last_step() + 1);
  if (auto step = totp::find_code(seed, code, first, there + kSkew)) {
    took(device, *step);
    return Taken::Yes;
  }
  device.set_wrong_codes(device.wrong_codes() + 1);
  device.set_wrong_us(now.time_since_epoch().count());
  return Taken::Wrong;
}

Task<std::expected<void, MfaError>> check_mfa(Directory& directory, Accounts& accounts, const Clock& clock,
                                              MfaProof proof) {
  auto kek = co_await accounts.kek();
  if (!kek) co_return std::unexpected(unavailable(kek.error()));
  std::string account_id = proof.account_id;
  Check check{std::move(proof), std::move(*kek), clock.now()};
  auto right = co_await change_account(directory, std::move(account_id), check_in, unavailable, std::move(check));
  if (!right) co_return std::unexpected(right.error());
  if (!*right) co_return std::unexpected(wrong());
  co_return std::expected<void, MfaError>();
}

}  // namespace skerry::iam
