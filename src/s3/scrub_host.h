#pragma once
#include <functional>
#include <string>

#include "s3/bucket_registry.h"
#include "storage/scrub.h"

namespace skerry::s3 {

// Tells the scrub which blobs the buckets use: those of versions, latest and older, and of parts of uploads in
// progress; and what of the buckets' rows cannot be read.
//
// Life: one per server. Threads: any.
class ScrubHost final : public storage::ScrubHost {
 public:
  // `noted` is told of every partition in which a repair has left removals: the sweeper listens.
  using Noted = std::function<void(storage::Partition)>;
  ScrubHost(storage::MetaStore& meta, BucketRegistry& buckets, Noted noted)
      : meta_(meta), buckets_(buckets), noted_(std::move(noted)) {}

  Task<storage::StoreResult<std::vector<storage::Partition>>> load_partitions() override;
  Task<storage::StoreResult<Page>> load_used(storage::Partition partition, std::string begin) override;
  Task<storage::StoreResult<bool>> is_still_used(storage::Partition partition, const Used& used) override;
  void note_removals(storage::Partition partition) override { noted_(partition); }

 private:
  storage::MetaStore& meta_;
  BucketRegistry& buckets_;
  const Noted noted_;
};

}  // namespace skerry::s3
