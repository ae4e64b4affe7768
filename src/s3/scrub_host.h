#pragma once
#include <string>

#include "s3/bucket_registry.h"
#include "storage/scrub.h"

namespace skerry::s3 {

// Tells the scrub which blobs the buckets use: those of versions, latest and older, and of parts of uploads in
// progress.
//
// Life: one per server. Threads: any.
class ScrubHost final : public storage::ScrubHost {
 public:
  ScrubHost(storage::MetaStore& meta, BucketRegistry& buckets) : meta_(meta), buckets_(buckets) {}

  Task<storage::StoreResult<std::vector<storage::Partition>>> load_partitions() override;
  Task<storage::StoreResult<Page>> load_used(storage::Partition partition, std::string begin) override;
  Task<storage::StoreResult<bool>> is_still_used(storage::Partition partition, const Used& used) override;

 private:
  storage::MetaStore& meta_;
  BucketRegistry& buckets_;
};

}  // namespace skerry::s3
