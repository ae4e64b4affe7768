#include "skerry/wire_up_s3.h"

#include "s3/ops/bind.h"

namespace skerry {
namespace {

storage::Sweeper::Options sweep_options(const Settings& settings) {
  return {.grace = milliseconds(settings.milliseconds("s3.sweep_grace")),
          .interval = milliseconds(settings.milliseconds("s3.sweep_interval"))};
}

}  // namespace

S3::S3(StorageStack& stack, Workers& workers, const Settings& settings)
    : stack_(stack),
      sweeper_({stack.meta(), stack.blobs(), stack.epochs(), stack.keyring(), stack.readers()}, *this, stack.clock(),
               sweep_options(settings)),
      buckets_(stack.meta(), stack.keyring(), stack.clock(), stack.random()),
      index_(stack.meta(), buckets_, stack.clock(), stack.random(),
             [this](storage::Partition partition) { dropped(partition); }),
      uploads_(stack.meta(), buckets_, index_, stack.clock(), stack.random(),
               [this](storage::Partition partition) { dropped(partition); }),
      contents_({stack.meta(), stack.blobs(), stack.epochs(), stack.readers(), workers}),
      janitor_(
          stack.meta(), buckets_, stack.clock(), [this](storage::Partition partition) { sweeper_.note(partition); },
          s3::Janitor::Options{}),
      front_({buckets_, index_, stack.clock()}, {.any_region = settings.flag("s3.any_region")}),
      control_front_(stack.clock()),
      scrub_host_(stack.meta(), buckets_, [this](storage::Partition partition) { sweeper_.note(partition); }),
      any_region_(settings.flag("s3.any_region")),
      new_bucket_defaults_(settings.text("s3.new_bucket_defaults") == "legacy" ? s3::NewBucketDefaults::Legacy
                                                                               : s3::NewBucketDefaults::Aws2023) {}

void S3::bind(wire::Registry& registry, auth::Authenticator& authenticator) {
  s3::bind_buckets(registry, buckets_, stack_.meta(), new_bucket_defaults_);
  s3::bind_bucket_access(registry,
                         {.buckets = buckets_, .directory = stack_.identities().directory(), .meta = stack_.meta()});
  s3::bind_bucket_settings(registry, buckets_);
  s3::bind_listings(registry, stack_.meta());
  s3::bind_objects(registry, {.buckets = buckets_,
                              .index = index_,
                              .contents = contents_,
                              .meta = stack_.meta(),
                              .authenticator = authenticator,
                              .clock = stack_.clock(),
                              .any_region = any_region_});
  s3::bind_multipart(registry, {.meta = stack_.meta(),
                                .buckets = buckets_,
                                .index = index_,
                                .uploads = uploads_,
                                .contents = contents_,
                                .clock = stack_.clock()});
}

void S3::start() {
  sweeper_.run();
  janitor_.run();
}

Task<> S3::stop() {
  co_await janitor_.stop();
  co_await sweeper_.stop();
}

// Either has something to do where a write has made garbage; who finds nothing has lost one short scan.
void S3::dropped(storage::Partition partition) {
  sweeper_.note(partition);
  janitor_.note(partition);
}

Task<storage::StoreResult<std::vector<storage::Partition>>> S3::load_partitions() {
  co_return co_await buckets_.load_partitions();
}

Task<> S3::compact(storage::Partition partition) {
  // A failure means that the store was opened anew meanwhile; the next thousand removals ask again.
  (void)co_await stack_.local().compact(partition);
}

}  // namespace skerry
