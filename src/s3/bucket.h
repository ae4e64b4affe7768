#pragma once
#include <memory>
#include <string>

#include "s3/bucket_access.h"
#include "s3/records.pb.h"
#include "storage/kek.h"
#include "storage/meta_store.h"

namespace skerry::s3 {

// A bucket as one request found it. A write asserts fence_bytes, so that what it decided by an old picture (the
// bucket's state, its versioning) is refused and decided anew.
struct FoundBucket {
  std::string name;
  record::Bucket record;
  record::Fence fence;
  std::string fence_bytes;
  std::shared_ptr<const storage::Kek> kek;
  std::shared_ptr<const BucketAccess> access;  // never null in a bucket that find() gave
  // What is blocked of public access, by the bucket's settings or by its account's: of one that find_guarded() gave.
  record::PublicAccessBlock blocked;

  storage::Partition partition() const { return storage::Partition{record.partition()}; }
  bool ever_versioned() const { return fence.versioning() != record::Fence::NEVER; }
};

}  // namespace skerry::s3
