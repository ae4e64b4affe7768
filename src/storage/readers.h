#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/blob_id.h"

namespace skerry::storage {

// The blobs that somebody on this server is reading, so that the sweeper leaves them until the reader is through, be it
// hours. Readers on other servers are covered by the sweeper's grace alone.
//
// Life: outlives its pins. Threads: any.
class Readers {
 public:
  // Some blobs held in place. Taken after their row was read, before the grace is over: what the grace is for.
  class Pin {
   public:
    Pin() = default;
    Pin(Pin&& other) noexcept = default;
    Pin& operator=(Pin&& other) noexcept {
      std::swap(readers_, other.readers_);
      std::swap(ids_, other.ids_);
      return *this;
    }
    ~Pin() {
      if (!ids_.empty()) readers_->release(ids_);
    }

   private:
    friend Readers;
    Pin(Readers* readers, std::vector<BlobId> ids) : readers_(readers), ids_(std::move(ids)) {}
    Readers* readers_ = nullptr;
    std::vector<BlobId> ids_;  // empty: holds nothing (also when moved from)
  };

  Pin pin(std::vector<BlobId> ids);
  bool is_pinned(const BlobId& id) const;

 private:
  void release(const std::vector<BlobId>& ids);

  mutable std::mutex mutex_;
  std::map<BlobId, std::size_t> counts_;  // protected by mutex_
};

}  // namespace skerry::storage
