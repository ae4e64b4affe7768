#pragma once
#include <memory>

#include "api/front.h"
#include "auth/authenticator.h"
#include "base/workers.h"
#include "s3/bucket_registry.h"
#include "s3/content_store.h"
#include "s3/control_front.h"
#include "s3/front.h"
#include "s3/janitor.h"
#include "s3/multipart_store.h"
#include "s3/object_index.h"
#include "s3/ops/bind.h"
#include "s3/scrub_host.h"
#include "skerry/settings.h"
#include "skerry/storage_stack.h"
#include "storage/sweeper.h"
#include "wire/registry.h"

namespace skerry {

// S3 over a storage stack: its parts, its operations, and what cleans up behind it.
//
// Life: after the stack and the workers, before the server; start() on the executor of its background work, stop()
// there when no request is left.
class S3 final : public storage::SweepHost {
 public:
  S3(StorageStack& stack, Workers& workers, const Settings& settings);

  void bind(wire::Registry& registry, auth::Authenticator& authenticator);
  api::Front& front() { return front_; }
  api::Front& control_front() { return control_front_; }
  storage::ScrubHost& scrubbed() { return scrub_host_; }
  void start();
  Task<> stop();

  Task<storage::StoreResult<std::vector<storage::Partition>>> load_partitions() override;
  Task<> compact(storage::Partition partition) override;

  const storage::SweepStats& sweep_stats() const { return sweeper_.stats(); }
  const s3::JanitorStats& janitor_stats() const { return janitor_.stats(); }

 private:
  void dropped(storage::Partition partition);

  StorageStack& stack_;
  storage::Sweeper sweeper_;
  s3::BucketRegistry buckets_;
  s3::ObjectIndex index_;
  s3::MultipartStore uploads_;
  s3::ContentStore contents_;
  s3::Janitor janitor_;
  s3::Front front_;
  s3::ControlFront control_front_;
  s3::ScrubHost scrub_host_;
  const bool any_region_;
  const s3::NewBucketDefaults new_bucket_defaults_;
};

}  // namespace skerry
