#include "storage/local/local_store.h"

#include "base/workers.h"
#include "storage/local/local_blobs.h"
#include "storage/local/local_meta.h"

namespace skerry::storage::local {
namespace {

// RocksDB's words, and what they are about.
OpenError database_error(const StoreError& error, const std::string& folder) {
  OpenError out = open_error(error);
  out.message = out.errc == OpenErrc::Corrupt
                    ? fmt::format("the database in {} is damaged ({}): put the data folder back from a backup", folder,
                                  error.detail)
                    : fmt::format("the database in {} cannot be opened: {}", folder, error.detail);
  return out;
}

std::size_t row_cache_bytes(const LocalStore::Options& options) { return options.memory_bytes / 4; }

}  // namespace

// In the order in which they are made; destroyed in the other.
struct LocalStore::Parts {
  Parts(DataFolder held, Options& options, RowDbOptions db_options, std::unique_ptr<RowDb> db)
      : folder(std::move(held)),
        space(folder.reserve(), options.reserve_bytes, options.free_bytes),
        slot(std::move(db_options), std::move(db)),
        cache(row_cache_bytes(options)),
        readers(options.reader_threads, "skerry-read"),
        writers(options.writer_threads, "skerry-write"),
        compactor(1, "skerry-compact"),
        committer(slot, cache, space, options.reopen_pause, options.log),
        meta(slot, cache, committer, readers, compactor),
        blobs({folder.blobs(), folder.temporary(), options.open_blobs}, space, readers, writers) {}

  ~Parts() {
    if (auto pin = slot.pin()) pin->cancel_compactions();
  }

  DataFolder folder;
  SpaceGuard space;
  DbSlot slot;
  RowCache cache;
  WorkerPool readers;
  WorkerPool writers;
  WorkerPool compactor;
  Committer committer;
  LocalMeta meta;
  LocalBlobs blobs;
};

std::expected<std::unique_ptr<LocalStore>, OpenError> LocalStore::open(Options options) {
  if (!options.log) options.log = [](const std::string&) {};
  if (!options.free_bytes) options.free_bytes = SpaceGuard::probe_of(options.folder);
  auto folder = DataFolder::open(options.folder);
  if (!folder) return std::unexpected(folder.error());
  SpaceGuard::relieve(folder->reserve(), options.reserve_bytes, options.free_bytes);
  const RowDbOptions db_options{folder->meta(), options.memory_bytes - row_cache_bytes(options), options.log};
  auto db = RowDb::open(db_options);
  if (!db) return std::unexpected(database_error(db.error(), db_options.folder));
  auto parts = std::make_unique<Parts>(std::move(*folder), options, db_options, std::move(*db));
  return std::unique_ptr<LocalStore>(new LocalStore(std::move(parts)));
}

LocalStore::LocalStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LocalStore::~LocalStore() = default;

MetaStore& LocalStore::meta() { return parts_->meta; }
BlobStore& LocalStore::blobs() { return parts_->blobs; }
Task<StoreResult<void>> LocalStore::compact(Partition partition) { return parts_->meta.compact(partition); }

LocalStore::Stats LocalStore::stats() {
  const Committer::Stats commits = parts_->committer.stats();
  const RowCache::Stats rows = parts_->cache.stats();
  auto pin = parts_->slot.try_pin();
  return {
      .commit_groups = commits.groups,
      .commit_batches = commits.batches,
      .commit_rereads = commits.rereads,
      .reopenings = commits.reopenings,
      .commit_queue = commits.queued,
      .open_blobs = parts_->blobs.open_count(),
      .cache_bytes = pin && *pin ? (*pin)->cache_bytes() : 0,
      .background_jobs = pin && *pin ? (*pin)->background_jobs() : 0,
      .row_cache_hits = rows.hits,
      .row_cache_misses = rows.misses,
      .row_cache_bytes = rows.bytes,
      .healthy = commits.healthy,
      .accepting = parts_->space.refresh() == SpaceGuard::Level::Free,
  };
}

}  // namespace skerry::storage::local
