#pragma once
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/task.h"
#include "s3/bucket.h"
#include "s3/bucket_access_cache.h"
#include "storage/keyring.h"
#include "storage/meta_store.h"
#include "wire/error.h"

namespace skerry::s3 {

// All buckets by name, and who owns them. Names are one space for all accounts and regions.
//
// A bucket is a row here and a partition of its own, whose fence says whether it is alive. Making one writes the
// partition first, so that a bucket that is found can be written to; removing one closes the fence first, so that what
// is acknowledged is never in a bucket that goes. A crash in between leaves an intent, which the sweeper (an
// abandoned partition) or the next request (a closed fence) finishes.
//
// Life: one per server. Threads: any.
class BucketRegistry {
 public:
  BucketRegistry(storage::MetaStore& meta, storage::Keyring& keyring, const Clock& clock, Random& random);

  // Errors: NoSuchBucket.
  Task<std::expected<FoundBucket, wire::ApiError>> find(std::string name);

  // Nothing to do for a bucket that was found alive; else refresh_for_write.
  Task<std::expected<void, wire::ApiError>> ensure_writable(FoundBucket& bucket);

  // Reads `bucket` anew for a write: waits while a DeleteBucket looks whether it is empty.
  // Errors: NoSuchBucket (also when another bucket has its name now), OperationAborted.
  Task<std::expected<void, wire::ApiError>> refresh_for_write(FoundBucket& bucket);

  struct NewBucket {
    std::string name;
    std::string account_id;
    std::string region;
    std::string location{};                 // where the client called the region by another name
    std::vector<storage::Row> documents{};  // by name: what it has from its first moment on
  };
  // Errors: BucketAlreadyOwnedByYou, BucketAlreadyExists. The name has been validated.
  Task<std::expected<FoundBucket, wire::ApiError>> create(NewBucket bucket);

  // Errors: BucketNotEmpty, NoSuchBucket, OperationAborted.
  Task<std::expected<void, wire::ApiError>> remove(FoundBucket bucket);

  struct Query {
    std::string account_id;
    std::string prefix{};
    std::string region{};  // empty: any
    std::string after{};   // a name: those behind it
    std::size_t limit = 1000;
  };
  struct Page {
    std::vector<FoundBucket> buckets;  // without fences; in the order of their names
    std::optional<std::string> next;   // the name to go on after
  };
  // Of one account's buckets, those that `query` asks for.
  Task<std::expected<Page, wire::ApiError>> list(Query query);

  // Changes the fence by `change` and asserts that nobody else did meanwhile; goes on trying.
  using FenceChange = std::move_only_function<void(record::Fence&)>;
  Task<std::expected<void, wire::ApiError>> update_fence(FoundBucket& bucket, FenceChange change);

  // Changes who may use the bucket by `change`, in one batch with a fence of the next generation; asserts that nobody
  // else changed anything meanwhile, and goes on trying. `change` may be asked several times, each time with what holds
  // then; its error ends it and nothing is changed.
  using AccessChange = std::move_only_function<std::expected<void, wire::ApiError>(record::BucketAccess&)>;
  Task<std::expected<void, wire::ApiError>> update_access(FoundBucket& bucket, AccessChange change);

  // What is blocked of public access to the bucket, by its own settings or by those of its account.
  Task<std::expected<record::PublicAccessBlock, wire::ApiError>> public_access_block(const FoundBucket& bucket);

  // The settings of a whole account. Absent: none were made.
  Task<std::expected<std::optional<record::PublicAccessBlock>, wire::ApiError>> account_public_access_block(
      std::string account_id);
  Task<std::expected<void, wire::ApiError>> set_account_public_access_block(
      std::string account_id, std::optional<record::PublicAccessBlock> block);

  // A configuration document of a bucket, but for who may use it: absent, or its bytes.
  Task<std::expected<std::optional<std::string>, wire::ApiError>> config(const FoundBucket& bucket,
                                                                         std::string document);
  Task<std::expected<void, wire::ApiError>> set_config(FoundBucket& bucket, std::string document,
                                                       std::optional<std::string> bytes);

  // The bucket that has this partition; nothing when it has been dropped. Reads all buckets: for rare work only.
  Task<storage::StoreResult<std::optional<FoundBucket>>> find_by_partition(storage::Partition partition);

  // Drops the partitions of buckets that were begun before `begun` and never got their name; gives how many. A create()
  // that is still under way then finds out and fails.
  Task<storage::StoreResult<std::size_t>> drop_abandoned(Time begun);

  // The partitions of all buckets, for what works through them in the background.
  Task<storage::StoreResult<std::vector<storage::Partition>>> load_partitions();

 private:
  // A partition that no bucket has had, and the intent that is to be erased when one has it.
  struct Reservation {
    storage::Partition partition{};
    storage::Row intent;
  };
  Task<std::expected<Reservation, wire::ApiError>> reserve_partition(storage::KekId kek);
  Task<std::expected<bool, wire::ApiError>> has_versions(const FoundBucket& bucket);
  // False: another was faster.
  Task<std::expected<bool, wire::ApiError>> swap_fence(FoundBucket& bucket, record::Fence fence) {
    return swap_fence_with(bucket, std::move(fence), {});
  }
  Task<std::expected<bool, wire::ApiError>> swap_fence_with(FoundBucket& bucket, record::Fence fence,
                                                            storage::Batch batch);
  Task<std::expected<void, wire::ApiError>> load_access(FoundBucket& bucket);
  Task<storage::StoreResult<std::vector<storage::Row>>> load_all();
  Task<std::expected<void, wire::ApiError>> forget(const FoundBucket& bucket);

  storage::MetaStore& meta_;
  storage::Keyring& keyring_;
  const Clock& clock_;
  Random& random_;
  BucketAccessCache access_;
};

}  // namespace skerry::s3
