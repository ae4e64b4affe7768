#include "storage/row_seal.h"

#include "storage/gcm.h"

namespace skerry::storage {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kSalt = 16;

DerivedKey row_key(const Kek& kek, std::string_view salt) {
  std::string info = "skerry row 1";
  info += salt;
  return kek.derive(info);
}

}  // namespace

std::string seal_row(const Kek& kek, std::string_view associated, std::string_view plain, Random& random) {
  std::string out(kRowSealBytes + plain.size(), '\0');
  out[0] = kVersion;
  random.fill({out.data() + 1, kSalt});
  DerivedKey key = row_key(kek, {out.data() + 1, kSalt});
  GcmSealer(key.bytes()).seal(0, associated, {&plain, 1}, out.data() + 1 + kSalt);
  return out;
}

StoreResult<std::string> open_row(const Kek& kek, std::string_view associated, std::string_view sealed) {
  if (sealed.size() < kRowSealBytes) return std::unexpected(StoreError{StoreErrc::Corrupt, "sealed value too short"});
  if (sealed[0] != kVersion)
    return std::unexpected(StoreError{StoreErrc::Corrupt, "sealed value of an unknown version"});
  DerivedKey key = row_key(kek, sealed.substr(1, kSalt));
  std::string plain(sealed.size() - kRowSealBytes, '\0');
  if (!GcmOpener(key.bytes()).open(0, associated, sealed.substr(1 + kSalt), plain.data())) {
    return std::unexpected(StoreError{StoreErrc::Corrupt, "sealed value does not authenticate"});
  }
  return plain;
}

}  // namespace skerry::storage
