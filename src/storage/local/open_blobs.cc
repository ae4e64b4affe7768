#include "storage/local/open_blobs.h"

namespace skerry::storage::local {

std::shared_ptr<OpenBlob> OpenBlobs::find(const BlobId& id) {
  std::lock_guard lock(mutex_);
  auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return found->second->blob;
}

std::uint64_t OpenBlobs::mark(const BlobId& id) {
  std::lock_guard lock(mutex_);
  return removals_of(id);
}

void OpenBlobs::put(const BlobId& id, std::uint64_t mark, std::shared_ptr<OpenBlob> blob) {
  std::shared_ptr<OpenBlob> dropped;  // closed after the lock
  std::lock_guard lock(mutex_);
  if (capacity_ == 0 || removals_of(id) != mark || by_id_.contains(id)) return;
  if (by_id_.size() == capacity_) {
    dropped = std::move(by_use_.back().blob);
    by_id_.erase(by_use_.back().id);
    by_use_.pop_back();
  }
  by_use_.push_front({id, std::move(blob)});
  by_id_.emplace(id, by_use_.begin());
}

void OpenBlobs::remove(const BlobId& id) {
  std::shared_ptr<OpenBlob> dropped;
  std::lock_guard lock(mutex_);
  ++removals_of(id);
  auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  dropped = std::move(found->second->blob);
  by_use_.erase(found->second);
  by_id_.erase(found);
}

std::size_t OpenBlobs::size() const {
  std::lock_guard lock(mutex_);
  return by_id_.size();
}

}  // namespace skerry::storage::local
