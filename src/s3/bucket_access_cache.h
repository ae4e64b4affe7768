#pragma once
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "s3/bucket_access.h"
#include "storage/meta_store.h"

namespace skerry::s3 {

// What the buckets that are in use say of access, compiled: each as its fence of one generation found it. A request
// reads the fence anyway; so a change made on any server is seen by the next request on every server.
//
// Life: one per server. Threads: any.
// Invariant: what is kept for a generation is of that generation or of a later one. A row that is read after its fence
// can only be younger than it, and then nobody finds the older fence any more.
class BucketAccessCache {
 public:
  static constexpr std::size_t kSizeMax = 16 << 20;  // bytes of what is cached, as it is stored

  explicit BucketAccessCache(std::size_t size_max = kSizeMax) : size_max_(size_max) {}

  // Null: not at hand for this generation.
  std::shared_ptr<const BucketAccess> find(storage::Partition partition, std::uint64_t generation);

  // Keeps it, unless a later generation's is at hand; drops those that were used longest ago for it.
  void keep(storage::Partition partition, std::uint64_t generation, std::shared_ptr<const BucketAccess> access);

  void forget(storage::Partition partition);

 private:
  struct Entry {
    storage::Partition partition;
    std::uint64_t generation;
    std::shared_ptr<const BucketAccess> access;
    std::size_t size;
  };
  void drop(std::list<Entry>::iterator entry);

  const std::size_t size_max_;
  std::mutex mutex_;
  // Protected by mutex_:
  std::list<Entry> by_use_;  // the latest first
  std::unordered_map<storage::Partition, std::list<Entry>::iterator> entries_;
  std::size_t size_ = 0;
};

}  // namespace skerry::s3
