#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "storage/blob_store.h"
#include "storage/meta_store.h"

namespace skerry::storage {

// What all simulated servers share: the durable state. Each call is one moment; delays, losses and everything that is
// not yet durable are on the way to it (link.h).
//
// Threads: one.
class SimulatedDisk {
 public:
  std::optional<std::string> find(Partition partition, std::string_view key) const;
  std::optional<std::string> find_bulk(Partition partition, std::string_view key) const;
  // `limit` rows at most, whatever the request says.
  ScanPage scan(const ScanRequest& request, std::size_t limit) const;

  // All of the batch or, with Conflict or NoSpace, none.
  std::expected<void, CommitError> commit(const Batch& batch);

  // Erases each row and bulk value with this probability; false when none is left.
  bool erase_some(Partition partition, double share, SeededRandom& random);

  using Blobs = std::map<BlobId, std::string>;
  const Blobs& blobs() const { return blobs_; }
  const std::string* find_blob(BlobId id) const;
  StoreResult<void> add_blob(BlobId id, std::string bytes);  // Exists
  void remove_blob(BlobId id);
  void flip_byte(BlobId id, std::size_t offset);

  // Space, in bytes of keys, values and blobs. With nothing left, what needs more gets NoSpace; a batch that erases
  // something is still taken, from a reserve.
  void limit_space(std::optional<std::uint64_t> capacity) { capacity_ = capacity; }
  std::uint64_t used_bytes() const { return used_; }
  bool has_room(std::uint64_t bytes) const { return !capacity_ || used_ + bytes <= *capacity_; }

 private:
  using Rows = std::map<std::string, std::string, std::less<>>;
  struct Contents {
    Rows rows;
    Rows bulk;
  };

  const Contents* find_partition(Partition partition) const;
  void put(Rows& rows, const Row& row);
  void erase(Rows& rows, Rows::iterator row);

  std::map<Partition, Contents> partitions_;
  Blobs blobs_;
  std::uint64_t used_ = 0;
  std::optional<std::uint64_t> capacity_;
};

}  // namespace skerry::storage
