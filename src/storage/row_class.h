#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "storage/blob_id.h"
#include "storage/kek.h"

namespace skerry::storage {

// First bytes of the keys that storage keeps for itself. In every partition the keys from F0 up are storage's; those
// below belong to the partition's service. README.md draws keys and values. Bytes are never reused.
enum class RowClass : unsigned char {
  // in the partition that owns the blob
  Removal = 0xF0,    // time, blob id -> records::Removal
  Reference = 0xF1,  // blob id -> records::Reference
  // in Partition::Registry
  MasterKeyCheck = 0xF2,    // -> records::MasterKeyCheck
  Kek = 0xF3,               // key id -> records::Kek
  EpochCounter = 0xF4,      // -> records::EpochCounter
  OpenEpoch = 0xF5,         // epoch -> records::EpochState
  Lease = 0xF6,             // server -> records::Lease
  DroppedPartition = 0xF7,  // partition -> records::DroppedPartition
};

std::string class_begin(RowClass row_class);  // the first key of a class, where no other part follows
std::string class_end(RowClass row_class);    // the first key after it

std::string removal_key(Time when, const BlobId& id);
std::string reference_key(const BlobId& id);
std::string kek_key(KekId id);
std::string epoch_key(Epoch epoch);
std::string lease_key(std::string_view server);
std::string dropped_key(Partition partition);

struct RemovalKey {
  Time when;
  BlobId id;
};
std::optional<RemovalKey> parse_removal_key(std::string_view key);
std::optional<BlobId> parse_reference_key(std::string_view key);
std::optional<KekId> parse_kek_key(std::string_view key);
std::optional<Epoch> parse_epoch_key(std::string_view key);
std::optional<Partition> parse_dropped_key(std::string_view key);

}  // namespace skerry::storage
