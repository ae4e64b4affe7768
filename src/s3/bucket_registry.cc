#include "s3/bucket_registry.h"

#include <cstdlib>

#include "base/bytes.h"
#include "iam/records.pb.h"
#include "iam/rows.h"
#include "s3/errors.h"
#include "s3/keys.h"
#include "storage/blob_ledger.h"

namespace skerry::s3 {
namespace {

using record::Fence;
using storage::Batch;
using storage::Partition;

// A DeleteBucket that has not come to its end by then has died: the scan that it does takes milliseconds.
constexpr auto kDeletingMax = seconds(10);
constexpr auto kDeletingPoll = milliseconds(20);
// Each attempt that failed means that another succeeded: this many are a crowd beyond measure.
constexpr int kAttemptsMax = 1000;

std::string bucket_row(std::string_view name) { return std::string("bucket/").append(name); }

std::string owner_prefix(std::string_view account_id) { return std::string("owner/").append(account_id).append("/"); }

std::string account_block_row(std::string_view account_id) { return std::string("account-access/").append(account_id); }

std::string owner_row(std::string_view account_id, std::string_view name) {
  return owner_prefix(account_id).append(name);
}

storage::StoreError corrupt_record() { return {storage::StoreErrc::Corrupt, "a bucket's record cannot be read"}; }

std::string intent_row(Partition partition) {
  std::string row = "creating/";
  append_be64(row, static_cast<std::uint64_t>(partition));
  return row;
}

std::int64_t micros(Time time) { return time.time_since_epoch().count(); }

}  // namespace

BucketRegistry::BucketRegistry(storage::MetaStore& meta, storage::Keyring& keyring, const Clock& clock, Random& random)
    : meta_(meta), keyring_(keyring), clock_(clock), random_(random) {}

Task<std::expected<FoundBucket, wire::ApiError>> BucketRegistry::find(std::string name) {
  std::string row = bucket_row(name);
  auto bytes = co_await meta_.get(Partition::Registry, row);
  if (!bytes) co_return std::unexpected(store_error(bytes.error()));
  if (!*bytes) co_return std::unexpected(no_such_bucket(name));
  FoundBucket bucket{.name = std::move(name)};
  if (!bucket.record.ParseFromString(**bytes)) co_return std::unexpected(corrupt("a bucket's record"));

  std::string fence_row = keys::fence();
  auto fence = co_await meta_.get(bucket.partition(), fence_row);
  if (!fence) co_return std::unexpected(store_error(fence.error()));
  if (!*fence) {
    // It goes after the name: either the bucket was deleted since that was read, or the fence is lost.
    auto again = co_await meta_.get(Partition::Registry, row);
    if (!again) co_return std::unexpected(store_error(again.error()));
    if (*again != *bytes) co_return std::unexpected(no_such_bucket(bucket.name));
    co_return std::unexpected(corrupt("a bucket's fence"));
  }
  bucket.fence_bytes = std::move(**fence);
  if (!bucket.fence.ParseFromString(bucket.fence_bytes)) co_return std::unexpected(corrupt("a bucket's fence"));
  if (bucket.fence.state() == Fence::DELETED) {
    // A DeleteBucket died between its last two steps; this is the second.
    if (auto forgotten = co_await forget(bucket); !forgotten) co_return std::unexpected(forgotten.error());
    co_return std::unexpected(no_such_bucket(bucket.name));
  }
  auto kek = co_await keyring_.kek(storage::KekId{bucket.record.kek_id()});
  if (!kek) co_return std::unexpected(store_error(kek.error()));
  bucket.kek = std::move(*kek);
  if (auto loaded = co_await load_access(bucket); !loaded) co_return std::unexpected(loaded.error());
  co_return bucket;
}

Task<std::expected<void, wire::ApiError>> BucketRegistry::load_access(FoundBucket& bucket) {
  using Done = std::expected<void, wire::ApiError>;
  bucket.access = access_.find(bucket.partition(), bucket.fence.generation());
  if (bucket.access) co_return Done();
  // After the fence: see the cache's invariant.
  std::string row = keys::config(kAccessDocument);
  auto bytes = co_await meta_.get(bucket.partition(), row);
  if (!bytes) co_return std::unexpected(store_error(bytes.error()));
  auto access = BucketAccess::read(*bytes);
  if (!access) co_return std::unexpected(corrupt("who may use a bucket"));
  std::string account_row = iam::rows::account(bucket.record.account_id());
  auto account_bytes = co_await meta_.get(Partition::Accounts, account_row);
  if (!account_bytes) co_return std::unexpected(store_error(account_bytes.error()));
  iam::record::Account account;
  if (*account_bytes && !account.ParseFromString(**account_bytes)) co_return std::unexpected(corrupt("an account"));
  access->owner = account.canonical_id();
  bucket.access = std::move(access);
  access_.keep(bucket.partition(), bucket.fence.generation(), bucket.access);
  co_return Done();
}

Task<std::expected<void, wire::ApiError>> BucketRegistry::ensure_writable(FoundBucket& bucket) {
  if (bucket.fence.state() == Fence::ACTIVE) co_return std::expected<void, wire::ApiError>();
  co_return co_await refresh_for_write(bucket);
}

Task<std::expected<void, wire::ApiError>> BucketRegistry::refresh_for_write(FoundBucket& bucket) {
  for (;;) {
    auto found = co_await find(bucket.name);
    if (!found) co_return std::unexpected(found.error());
    if (found->partition() != bucket.partition()) co_return std::unexpected(no_such_bucket(bucket.name));
    bucket = std::move(*found);
    if (bucket.fence.state() == Fence::ACTIVE) co_return std::expected<void, wire::ApiError>();
    // A time to come is of a clock that was set back since.
    const std::int64_t age_us = micros(clock_.now()) - bucket.fence.deleting_since_us();
    if (std::abs(age_us) > microseconds(kDeletingMax).count()) {
      Fence fence = bucket.fence;
      fence.set_state(Fence::ACTIVE);
      fence.clear_deleting_since_us();
      fence.clear_deleting_token();
      if (auto swapped = co_await swap_fence(bucket, std::move(fence)); !swapped) {
        co_return std::unexpected(swapped.error());
      }
    } else {
      co_await sleep_for(kDeletingPoll);
    }
  }
}

Task<std::expected<BucketRegistry::Reservation, wire::ApiError>> BucketRegistry::reserve_partition(storage::KekId kek) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    std::string row = "sequence/partition";
    auto bytes = co_await meta_.get(Partition::Registry, row);
    if (!bytes) co_return std::unexpected(store_error(bytes.error()));
    std::uint64_t next = *bytes ? load_be64((**bytes).data()) : 1000;
    Batch batch{.partition = Partition::Registry};
    batch.requirements.push_back({row, *bytes});
    std::string value;
    append_be64(value, next + 1);
    batch.puts.push_back({row, std::move(value)});
    // Until the bucket is found by its name, its partition is one that the janitor drops after a while.
    record::BucketIntent intent;
    intent.set_begun_us(micros(clock_.now()));
    intent.set_kek_id(static_cast<std::uint64_t>(kek));
    Reservation reserved{Partition{next}, {intent_row(Partition{next}), intent.SerializeAsString()}};
    batch.puts.push_back(reserved.intent);
    auto committed = co_await meta_.commit(std::move(batch));
    if (committed) co_return reserved;
    if (committed.error().errc != storage::StoreErrc::Conflict) {
      co_return std::unexpected(store_error(committed.error()));
    }
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<FoundBucket, wire::ApiError>> BucketRegistry::create(NewBucket wanted) {
  std::string row = bucket_row(wanted.name);
  auto existing = co_await find(wanted.name);
  if (existing) {
    co_return std::unexpected(bucket_exists(existing->record.account_id() == wanted.account_id, wanted.name));
  }
  if (!existing.error().is(info(Errc::NoSuchBucket))) co_return std::unexpected(existing.error());

  auto kek = co_await keyring_.create_kek();
  if (!kek) co_return std::unexpected(store_error(kek.error()));
  auto reserved = co_await reserve_partition((*kek)->id());
  if (!reserved) co_return std::unexpected(reserved.error());

  FoundBucket bucket{.name = wanted.name};
  bucket.record.set_account_id(wanted.account_id);
  bucket.record.set_region(wanted.region);
  bucket.record.set_location(wanted.location);
  bucket.record.set_created_us(micros(clock_.now()));
  bucket.record.set_partition(static_cast<std::uint64_t>(reserved->partition));
  bucket.record.set_kek_id(static_cast<std::uint64_t>((*kek)->id()));
  bucket.kek = *kek;
  bucket.fence.set_generation(1);
  bucket.fence_bytes = bucket.fence.SerializeAsString();

  Batch fence{.partition = reserved->partition};
  fence.requirements.push_back({keys::fence(), std::nullopt});
  fence.puts.push_back({keys::fence(), bucket.fence_bytes});
  for (storage::Row& document : wanted.documents) {
    fence.puts.push_back({keys::config(document.key), std::move(document.value)});
  }
  if (auto committed = co_await meta_.commit(std::move(fence)); !committed) {
    co_return std::unexpected(store_error(committed.error()));
  }

  Batch named{.partition = Partition::Registry};
  named.requirements.push_back({row, std::nullopt});
  named.puts.push_back({row, bucket.record.SerializeAsString()});
  named.puts.push_back({owner_row(wanted.account_id, wanted.name), bucket.record.SerializeAsString()});
  // Still intended, or the janitor has taken us for dead.
  named.requirements.push_back({reserved->intent.key, reserved->intent.value});
  named.erases.push_back(reserved->intent.key);
  auto committed = co_await meta_.commit(std::move(named));
  if (committed) {
    if (auto loaded = co_await load_access(bucket); !loaded) co_return std::unexpected(loaded.error());
    co_return bucket;
  }
  if (committed.error().errc != storage::StoreErrc::Conflict) co_return std::unexpected(store_error(committed.error()));
  // Somebody was faster. Our partition stays an intent, which the janitor drops.
  record::Bucket other;
  for (const storage::Conflict& conflict : committed.error().conflicts) {
    if (conflict.key == row && conflict.actual && other.ParseFromString(*conflict.actual)) {
      co_return std::unexpected(bucket_exists(other.account_id() == wanted.account_id, wanted.name));
    }
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<bool, wire::ApiError>> BucketRegistry::swap_fence_with(FoundBucket& bucket, Fence fence,
                                                                          Batch batch) {
  fence.set_generation(fence.generation() + 1);
  std::string bytes = fence.SerializeAsString();
  batch.partition = bucket.partition();
  batch.requirements.push_back({keys::fence(), bucket.fence_bytes});
  batch.puts.push_back({keys::fence(), bytes});
  auto committed = co_await meta_.commit(std::move(batch));
  if (committed) {
    bucket.fence = std::move(fence);
    bucket.fence_bytes = std::move(bytes);
    co_return true;
  }
  if (committed.error().errc == storage::StoreErrc::Conflict) co_return false;
  co_return std::unexpected(store_error(committed.error()));
}

Task<std::expected<bool, wire::ApiError>> BucketRegistry::has_versions(const FoundBucket& bucket) {
  // Uploads in progress do not keep a bucket, as on AWS.
  storage::ScanRequest request{.partition = bucket.partition(),
                               .begin = keys::current(""),
                               .end = keys::after_prefix(keys::versions_with_prefix("")),
                               .limit = 1};
  for (;;) {
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(store_error(page.error()));
    if (!page->rows.empty()) co_return true;
    if (!page->next) co_return false;
    request.begin = *page->next;
  }
}

Task<std::expected<void, wire::ApiError>> BucketRegistry::forget(const FoundBucket& bucket) {
  Batch batch{.partition = Partition::Registry};
  batch.requirements.push_back({bucket_row(bucket.name), bucket.record.SerializeAsString()});
  batch.erases.push_back(bucket_row(bucket.name));
  batch.erases.push_back(owner_row(bucket.record.account_id(), bucket.name));
  storage::drop_partition(batch, bucket.partition(), storage::KekId{bucket.record.kek_id()}, clock_.now());
  auto committed = co_await meta_.commit(std::move(batch));
  access_.forget(bucket.partition());
  // A conflict: somebody else has finished it.
  if (!committed && committed.error().errc != storage::StoreErrc::Conflict) {
    co_return std::unexpected(store_error(committed.error()));
  }
  co_return std::expected<void, wire::ApiError>();
}

Task<std::expected<void, wire::ApiError>> BucketRegistry::remove(FoundBucket bucket) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (auto writable = co_await ensure_writable(bucket); !writable) co_return std::unexpected(writable.error());
    Fence deleting = bucket.fence;
    deleting.set_state(Fence::DELETING);
    deleting.set_deleting_since_us(micros(clock_.now()));
    deleting.set_deleting_token(random_.next_u64());
    auto closed = co_await swap_fence(bucket, std::move(deleting));
    if (!closed) co_return std::unexpected(closed.error());
    if (!*closed) {
      if (auto refreshed = co_await refresh_for_write(bucket); !refreshed) {
        co_return std::unexpected(refreshed.error());
      }
      continue;
    }
    // No write can be acknowledged now: each asserts the fence that was there before.
    auto occupied = co_await has_versions(bucket);
    if (!occupied) co_return std::unexpected(occupied.error());
    Fence last = bucket.fence;
    last.clear_deleting_since_us();
    last.clear_deleting_token();
    last.set_state(*occupied ? Fence::ACTIVE : Fence::DELETED);
    auto decided = co_await swap_fence(bucket, std::move(last));
    if (!decided) co_return std::unexpected(decided.error());
    if (*occupied) co_return std::unexpected(bucket_not_empty(bucket.name, bucket.ever_versioned()));
    if (!*decided) continue;  // we took so long that somebody opened the bucket again
    co_return co_await forget(bucket);
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<BucketRegistry::Page, wire::ApiError>> BucketRegistry::list(Query query) {
  std::string all = owner_prefix(query.account_id);
  std::string begin = all + query.prefix;
  if (!query.after.empty()) begin = std::max(begin, keys::next(all + query.after));
  storage::ScanRequest request{
      .partition = Partition::Registry, .begin = begin, .end = keys::after_prefix(all + query.prefix)};
  Page out;
  for (;;) {
    request.limit = query.limit + 1 - out.buckets.size();  // one more, to know whether there is a next page
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(store_error(page.error()));
    for (const storage::Row& row : page->rows) {
      FoundBucket bucket{.name = row.key.substr(all.size())};
      if (!bucket.record.ParseFromString(row.value)) co_return std::unexpected(corrupt("a bucket's record"));
      if (!query.region.empty() && bucket.record.region() != query.region) continue;
      if (out.buckets.size() == query.limit) {
        out.next = out.buckets.back().name;
        co_return out;
      }
      out.buckets.push_back(std::move(bucket));
    }
    if (!page->next) co_return out;
    request.begin = *page->next;
  }
}

Task<std::expected<void, wire::ApiError>> BucketRegistry::update_fence(FoundBucket& bucket, FenceChange change) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (auto writable = co_await ensure_writable(bucket); !writable) co_return std::unexpected(writable.error());
    Fence fence = bucket.fence;
    change(fence);
    auto swapped = co_await swap_fence(bucket, std::move(fence));
    if (!swapped) co_return std::unexpected(swapped.error());
    if (*swapped) co_return std::expected<void, wire::ApiError>();
    if (auto refreshed = co_await refresh_for_write(bucket); !refreshed) co_return std::unexpected(refreshed.error());
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<void, wire::ApiError>> BucketRegistry::update_access(FoundBucket& bucket, AccessChange change) {
  // What the request was found with may be older than what it is to change.
  if (auto refreshed = co_await refresh_for_write(bucket); !refreshed) co_return std::unexpected(refreshed.error());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    record::BucketAccess record = bucket.access->record;
    if (auto changed = change(record); !changed) co_return std::unexpected(changed.error());
    std::string bytes = record.SerializeAsString();
    auto access = BucketAccess::read(bytes);
    if (!access) co_return std::unexpected(corrupt("what was to be a bucket's access"));
    access->owner = bucket.access->owner;
    Batch with;
    std::string row = keys::config(kAccessDocument);
    if (bytes.empty()) {
      with.erases.push_back(std::move(row));  // all as it is without the row
    } else {
      with.puts.push_back({std::move(row), std::move(bytes)});
    }
    Fence fence = bucket.fence;
    auto swapped = co_await swap_fence_with(bucket, std::move(fence), std::move(with));
    if (!swapped) co_return std::unexpected(swapped.error());
    if (*swapped) {
      bucket.access = std::move(access);
      access_.keep(bucket.partition(), bucket.fence.generation(), bucket.access);
      co_return std::expected<void, wire::ApiError>();
    }
    if (auto refreshed = co_await refresh_for_write(bucket); !refreshed) co_return std::unexpected(refreshed.error());
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<record::PublicAccessBlock, wire::ApiError>> BucketRegistry::public_access_block(
    const FoundBucket& bucket) {
  record::PublicAccessBlock block = bucket.access->record.public_access_block();
  if (block.block_public_acls() && block.ignore_public_acls() && block.block_public_policy() &&
      block.restrict_public_buckets()) {
    co_return block;
  }
  std::string account_id = bucket.record.account_id();
  auto whole = co_await account_public_access_block(std::move(account_id));
  if (!whole) co_return std::unexpected(whole.error());
  if (!*whole) co_return block;
  if ((*whole)->block_public_acls()) block.set_block_public_acls(true);
  if ((*whole)->ignore_public_acls()) block.set_ignore_public_acls(true);
  if ((*whole)->block_public_policy()) block.set_block_public_policy(true);
  if ((*whole)->restrict_public_buckets()) block.set_restrict_public_buckets(true);
  co_return block;
}

Task<std::expected<std::optional<record::PublicAccessBlock>, wire::ApiError>>
BucketRegistry::account_public_access_block(std::string account_id) {
  std::string row = account_block_row(account_id);
  auto bytes = co_await meta_.get(Partition::Registry, row);
  if (!bytes) co_return std::unexpected(store_error(bytes.error()));
  if (!*bytes) co_return std::nullopt;
  record::AccountAccess access;
  if (!access.ParseFromString(**bytes)) co_return std::unexpected(corrupt("an account's public access block"));
  co_return access.public_access_block();
}

Task<std::expected<void, wire::ApiError>> BucketRegistry::set_account_public_access_block(
    std::string account_id, std::optional<record::PublicAccessBlock> block) {
  Batch batch{.partition = Partition::Registry};
  if (block) {
    record::AccountAccess access;
    *access.mutable_public_access_block() = *block;
    batch.puts.push_back({account_block_row(account_id), access.SerializeAsString()});
  } else {
    batch.erases.push_back(account_block_row(account_id));
  }
  auto committed = co_await meta_.commit(std::move(batch));
  if (!committed) co_return std::unexpected(store_error(committed.error()));
  co_return std::expected<void, wire::ApiError>();
}

Task<std::expected<std::optional<std::string>, wire::ApiError>> BucketRegistry::config(const FoundBucket& bucket,
                                                                                       std::string document) {
  std::string row = keys::config(document);
  auto bytes = co_await meta_.get(bucket.partition(), row);
  if (!bytes) co_return std::unexpected(store_error(bytes.error()));
  co_return std::move(*bytes);
}

Task<std::expected<void, wire::ApiError>> BucketRegistry::set_config(FoundBucket& bucket, std::string document,
                                                                     std::optional<std::string> bytes) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (auto writable = co_await ensure_writable(bucket); !writable) co_return std::unexpected(writable.error());
    Batch batch{.partition = bucket.partition()};
    batch.requirements.push_back({keys::fence(), bucket.fence_bytes});
    if (bytes) {
      batch.puts.push_back({keys::config(document), *bytes});
    } else {
      batch.erases.push_back(keys::config(document));
    }
    auto committed = co_await meta_.commit(std::move(batch));
    if (committed) co_return std::expected<void, wire::ApiError>();
    if (committed.error().errc != storage::StoreErrc::Conflict) {
      co_return std::unexpected(store_error(committed.error()));
    }
    if (auto refreshed = co_await refresh_for_write(bucket); !refreshed) co_return std::unexpected(refreshed.error());
  }
  co_return std::unexpected(operation_aborted());
}

Task<storage::StoreResult<std::vector<storage::Row>>> BucketRegistry::load_all() {
  std::string prefix = bucket_row("");
  storage::ScanRequest request{.partition = Partition::Registry, .begin = prefix, .end = keys::after_prefix(prefix)};
  std::vector<storage::Row> out;
  for (;;) {
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(page.error());
    std::move(page->rows.begin(), page->rows.end(), std::back_inserter(out));
    if (!page->next) co_return out;
    request.begin = *page->next;
  }
}

Task<storage::StoreResult<std::vector<Partition>>> BucketRegistry::load_partitions() {
  auto rows = co_await load_all();
  if (!rows) co_return std::unexpected(rows.error());
  std::vector<Partition> out;
  for (const storage::Row& row : *rows) {
    record::Bucket bucket;
    if (!bucket.ParseFromString(row.value)) co_return std::unexpected(corrupt_record());
    out.push_back(Partition{bucket.partition()});
  }
  co_return out;
}

Task<storage::StoreResult<std::size_t>> BucketRegistry::drop_abandoned(Time begun) {
  constexpr std::string_view kPrefix = "creating/";
  storage::ScanRequest request{
      .partition = Partition::Registry, .begin = std::string(kPrefix), .end = keys::after_prefix(kPrefix)};
  std::size_t dropped = 0;
  for (;;) {
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(page.error());
    for (const storage::Row& row : page->rows) {
      record::BucketIntent intent;
      if (!intent.ParseFromString(row.value) || row.key.size() != kPrefix.size() + 8) {
        co_return std::unexpected(storage::StoreError{storage::StoreErrc::Corrupt, "the intent of a bucket"});
      }
      if (intent.begun_us() >= micros(begun)) continue;
      Batch batch{.partition = Partition::Registry};
      batch.requirements.push_back({row.key, row.value});
      batch.erases.push_back(row.key);
      Partition partition{load_be64(row.key.data() + kPrefix.size())};
      storage::drop_partition(batch, partition, storage::KekId{intent.kek_id()}, clock_.now());
      auto committed = co_await meta_.commit(std::move(batch));
      if (committed) dropped += 1;
      // A conflict: it got its name, or another server was faster.
      if (committed || committed.error().errc == storage::StoreErrc::Conflict) continue;
      co_return std::unexpected(storage::StoreError{committed.error().errc, committed.error().detail});
    }
    if (!page->next) co_return dropped;
    request.begin = *page->next;
  }
}

Task<storage::StoreResult<std::optional<FoundBucket>>> BucketRegistry::find_by_partition(Partition partition) {
  auto rows = co_await load_all();
  if (!rows) co_return std::unexpected(rows.error());
  for (const storage::Row& row : *rows) {
    FoundBucket bucket{.name = row.key.substr(bucket_row("").size())};
    if (!bucket.record.ParseFromString(row.value)) co_return std::unexpected(corrupt_record());
    if (bucket.partition() != partition) continue;
    auto kek = co_await keyring_.kek(storage::KekId{bucket.record.kek_id()});
    if (!kek) co_return std::unexpected(kek.error());
    bucket.kek = std::move(*kek);
    co_return std::optional<FoundBucket>(std::move(bucket));
  }
  co_return std::optional<FoundBucket>();
}

}  // namespace skerry::s3
