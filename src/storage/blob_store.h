#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "storage/blob_id.h"
#include "storage/store_error.h"

namespace skerry::storage {

// One blob in the making. Destroyed before seal() has succeeded: nothing remains of it (or an orphan, which the
// sweeper finds).
//
// Threads: one executor's; one call at a time.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  // Returns when `bytes` may be reused. NoSpace and Unavailable are final for this blob.
  virtual Task<StoreResult<void>> append(std::string_view bytes) = 0;
  // Returns when all of it is durable and can be read. No append after it.
  virtual Task<StoreResult<void>> seal() = 0;
};

// Immutable byte sequences, each written once.
//
// Life: outlives every task that uses it. Threads: any executor.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  virtual Task<StoreResult<std::unique_ptr<BlobWriter>>> create(BlobId id) = 0;

  // Fills `into` from `offset`; gives how many bytes, fewer only at the blob's end. NotFound: no such sealed blob.
  // A read that has begun before remove() may still succeed.
  virtual Task<StoreResult<std::size_t>> read(BlobId id, std::uint64_t offset, std::span<char> into) = 0;

  // Bytes, as they are on the disk now. NotFound, also of a blob that can still be read because somebody has begun to.
  virtual Task<StoreResult<std::uint64_t>> size(BlobId id) = 0;

  // Gives the space back. An absent blob is no error: removal is repeated after a crash.
  virtual Task<StoreResult<void>> remove(BlobId id) = 0;

  // Sealed blobs of one epoch, ascending, after `after`; empty at the end.
  virtual Task<StoreResult<std::vector<BlobId>>> list(Epoch epoch, std::optional<BlobId> after, std::size_t limit) = 0;
  // Epochs of which there is any blob.
  virtual Task<StoreResult<std::vector<Epoch>>> epochs() = 0;
};

}  // namespace skerry::storage
