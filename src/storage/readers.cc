#include "storage/readers.h"

namespace skerry::storage {

Readers::Pin Readers::pin(std::vector<BlobId> ids) {
  {
    std::lock_guard lock(mutex_);
    for (const BlobId& id : ids) ++counts_[id];
  }
  return Pin(this, std::move(ids));
}

bool Readers::is_pinned(const BlobId& id) const {
  std::lock_guard lock(mutex_);
  return counts_.contains(id);
}

void Readers::release(const std::vector<BlobId>& ids) {
  std::lock_guard lock(mutex_);
  for (const BlobId& id : ids) {
    auto found = counts_.find(id);
    if (--found->second == 0) counts_.erase(found);
  }
}

}  // namespace skerry::storage
