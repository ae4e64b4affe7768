#include "storage/row_class.h"

#include "base/bytes.h"

namespace skerry::storage {
namespace {

std::string keyed(RowClass row_class, std::uint64_t number) {
  std::string key = class_begin(row_class);
  append_be64(key, number);
  return key;
}

// What follows the class byte, if the key is of the class and that long.
std::optional<std::string_view> rest_of(std::string_view key, RowClass row_class, std::size_t size) {
  if (key.size() != 1 + size || key.front() != static_cast<char>(row_class)) return std::nullopt;
  return key.substr(1);
}

std::optional<std::uint64_t> parse_number(std::string_view key, RowClass row_class) {
  auto rest = rest_of(key, row_class, 8);
  if (!rest) return std::nullopt;
  return load_be64(rest->data());
}

}  // namespace

std::string class_begin(RowClass row_class) { return std::string(1, static_cast<char>(row_class)); }

std::string class_end(RowClass row_class) { return std::string(1, static_cast<char>(static_cast<int>(row_class) + 1)); }

std::string removal_key(Time when, const BlobId& id) {
  std::string key = keyed(RowClass::Removal, static_cast<std::uint64_t>(when.time_since_epoch().count()));
  key += id.bytes();
  return key;
}

std::string reference_key(const BlobId& id) {
  std::string key = class_begin(RowClass::Reference);
  key += id.bytes();
  return key;
}

std::string kek_key(KekId id) { return keyed(RowClass::Kek, static_cast<std::uint64_t>(id)); }

std::string epoch_key(Epoch epoch) {
  std::string key = class_begin(RowClass::OpenEpoch);
  append_be32(key, epoch);
  return key;
}

std::string lease_key(std::string_view server) {
  std::string key = class_begin(RowClass::Lease);
  key += server;
  return key;
}

std::string dropped_key(Partition partition) {
  return keyed(RowClass::DroppedPartition, static_cast<std::uint64_t>(partition));
}

std::optional<RemovalKey> parse_removal_key(std::string_view key) {
  auto rest = rest_of(key, RowClass::Removal, 8 + BlobId::kBytes);
  if (!rest) return std::nullopt;
  auto id = BlobId::from_bytes(rest->substr(8));
  return RemovalKey{Time{microseconds(load_be64(rest->data()))}, *id};
}

std::optional<BlobId> parse_reference_key(std::string_view key) {
  auto rest = rest_of(key, RowClass::Reference, BlobId::kBytes);
  return rest ? BlobId::from_bytes(*rest) : std::nullopt;
}

std::optional<KekId> parse_kek_key(std::string_view key) {
  auto number = parse_number(key, RowClass::Kek);
  return number ? std::optional(KekId{*number}) : std::nullopt;
}

std::optional<Epoch> parse_epoch_key(std::string_view key) {
  auto rest = rest_of(key, RowClass::OpenEpoch, 4);
  return rest ? std::optional(load_be32(rest->data())) : std::nullopt;
}

std::optional<Partition> parse_dropped_key(std::string_view key) {
  auto number = parse_number(key, RowClass::DroppedPartition);
  return number ? std::optional(Partition{*number}) : std::nullopt;
}

}  // namespace skerry::storage
