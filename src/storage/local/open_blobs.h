#pragma once
#include <array>
#include <list>
#include <mutex>
#include <unordered_map>

#include "storage/blob_id.h"
#include "storage/local/posix.h"

namespace skerry::storage::local {

// A sealed blob opened for reading. Whoever holds one reads on, also after the blob was removed.
struct OpenBlob {
  Fd fd;
  std::uint64_t size_bytes;
};

// Blobs that were read lately, open: a bounded number, the one not used for longest goes first.
//
// Threads: any.
class OpenBlobs {
 public:
  explicit OpenBlobs(std::size_t capacity) : capacity_(capacity) {}

  std::shared_ptr<OpenBlob> find(const BlobId& id);

  // For opening: take mark(id), open the file, put(id, mark, blob). When the blob was removed in between, it is not
  // kept: it would be readable for ever, and hold its space.
  std::uint64_t mark(const BlobId& id);
  void put(const BlobId& id, std::uint64_t mark, std::shared_ptr<OpenBlob> blob);
  void remove(const BlobId& id);  // after its name is gone

  std::size_t size() const;

 private:
  struct Hash {
    // The unique part is random: its first bytes are the hash.
    std::size_t operator()(const BlobId& id) const {
      std::size_t out;
      std::memcpy(&out, id.unique.data(), sizeof out);
      return out;
    }
  };
  struct Entry {
    BlobId id;
    std::shared_ptr<OpenBlob> blob;
  };
  std::uint64_t& removals_of(const BlobId& id) { return removals_[Hash{}(id) % removals_.size()]; }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::list<Entry> by_use_;  // protected by mutex_, as all below; the latest first
  std::unordered_map<BlobId, std::list<Entry>::iterator, Hash> by_id_;
  std::array<std::uint64_t, 64> removals_{};  // of ids with this hash
};

}  // namespace skerry::storage::local
