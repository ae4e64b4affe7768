#include "s3/bucket_access_cache.h"

namespace skerry::s3 {
namespace {

// A bucket without any setting takes this much, too.
constexpr std::size_t kEntrySize = 512;

}  // namespace

std::shared_ptr<const BucketAccess> BucketAccessCache::find(storage::Partition partition, std::uint64_t generation) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(partition);
  if (found == entries_.end() || found->second->generation != generation) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return found->second->access;
}

void BucketAccessCache::keep(storage::Partition partition, std::uint64_t generation,
                             std::shared_ptr<const BucketAccess> access) {
  std::size_t size = kEntrySize + access->record.ByteSizeLong();
  std::lock_guard lock(mutex_);
  if (auto found = entries_.find(partition); found != entries_.end()) {
    if (found->second->generation > generation) return;
    drop(found->second);
  }
  by_use_.push_front({partition, generation, std::move(access), size});
  entries_[partition] = by_use_.begin();
  size_ += size;
  while (size_ > size_max_ && by_use_.size() > 1) drop(std::prev(by_use_.end()));
}

void BucketAccessCache::forget(storage::Partition partition) {
  std::lock_guard lock(mutex_);
  if (auto found = entries_.find(partition); found != entries_.end()) drop(found->second);
}

void BucketAccessCache::drop(std::list<Entry>::iterator entry) {
  size_ -= entry->size;
  entries_.erase(entry->partition);
  by_use_.erase(entry);
}

}  // namespace skerry::s3
