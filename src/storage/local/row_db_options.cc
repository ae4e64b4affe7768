#include "storage/local/row_db_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <rocksdb/write_buffer_manager.h>

#include <cstdarg>

namespace skerry::storage::local {
namespace {

constexpr std::size_t kMiB = 1 << 20;

// Hands RocksDB's warnings to our log; the file LOG that it writes otherwise costs a start several milliseconds.
class ForwardingLogger final : public rocksdb::Logger {
 public:
  explicit ForwardingLogger(std::function<void(const std::string&)> log)
      : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), log_(std::move(log)) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    if (!log_) return;
    char line[1024];
    std::vsnprintf(line, sizeof line, format, arguments);
    log_(std::string("rocksdb: ") + line);
  }

 private:
  std::function<void(const std::string&)> log_;
};

rocksdb::BlockBasedTableOptions table_options(std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = std::move(cache);
  table.block_size = 8 * 1024;  // a listing reads some 30 rows of a block, a get one
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));  // If-None-Match: * asks for keys that are not there
  table.optimize_filters_for_memory = true;
  // Indexes and filters count against the budget; those of the newest files, asked by every read, stay.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  return table;
}

rocksdb::DBOptions db_options(const RowDbOptions& options, std::shared_ptr<rocksdb::WriteBufferManager> memtables) {
  rocksdb::DBOptions db;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  if (options.env != nullptr) db.env = options.env;
  db.info_log = std::make_shared<ForwardingLogger>(options.log);
  db.write_buffer_manager = std::move(memtables);

  // A start must not depend on how much is stored: no file is opened, and no statistics are read, before it is used.
  db.max_open_files = 512;
  db.max_file_opening_threads = 1;
  db.skip_stats_update_on_db_open = true;
  db.skip_checking_sst_file_sizes_on_db_open = true;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  db.max_background_jobs = 2;  // one flush, one compaction: the rest of the machine serves requests
  db.bytes_per_sync = kMiB;    // a flush trickles out, so that it does not stand before the log's next fsync
  db.avoid_unnecessary_blocking_io = true;  // an iterator's end on a reactor deletes no file

  // The log: everything acknowledged precedes the first damaged record, so recovery ends there; that a closed log is
  // there and whole is checked against the manifest.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  db.track_and_verify_wals_in_manifest = true;
  db.max_total_wal_size = 64 * kMiB;  // what a start after a crash has to replay, at most
  db.max_bgerror_resume_count = 0;    // after an I/O error we open it again (committer.h); no file is fsynced twice
  db.allow_mmap_writes = false;
  db.allow_mmap_reads = false;
  return db;
}

rocksdb::ColumnFamilyOptions family_options(std::size_t memtable_bytes) {
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = memtable_bytes;
  family.max_write_buffer_number = 3;
  family.target_file_size_base = 16 * kMiB;
  family.max_bytes_for_level_base = 64 * kMiB;
  family.level_compaction_dynamic_level_bytes = true;
  family.memtable_whole_key_filtering = true;
  family.memtable_prefix_bloom_size_ratio = 0.02;
  // A file in which half of a stretch of entries are removals is compacted soon: a seek over a million of them costs
  // a second.
  family.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(/*sliding_window_size=*/4096, /*deletion_trigger=*/2048, 0.5));
  return family;
}

}  // namespace

RocksTuning tune(const RowDbOptions& options) {
  // A quarter of it for memtables, which are charged to the cache: one number bounds both.
  std::size_t memtable_bytes = std::clamp<std::size_t>(options.memory_bytes / 12, kMiB, 16 * kMiB);
  auto cache = rocksdb::NewLRUCache(options.memory_bytes, /*num_shard_bits=*/4, /*strict_capacity_limit=*/false,
                                    /*high_pri_pool_ratio=*/0.3);
  auto memtables = std::make_shared<rocksdb::WriteBufferManager>(3 * memtable_bytes, cache);

  RocksTuning tuning{db_options(options, memtables), family_options(memtable_bytes), family_options(memtable_bytes)};
  tuning.rows.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(cache)));
  tuning.rows.compression = rocksdb::kLZ4Compression;

  tuning.bulk.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(cache)));
  tuning.bulk.compression = rocksdb::kNoCompression;  // the values are encrypted
  tuning.bulk.enable_blob_files = true;
  tuning.bulk.min_blob_size = 512;
  tuning.bulk.blob_file_size = 32 * kMiB;
  tuning.bulk.blob_cache = cache;
  tuning.bulk.enable_blob_garbage_collection = true;
  // By itself only the oldest quarter is looked at: more would copy bodies that nobody removed, a tenth of a load of
  // puts. RowDb::compact, which comes after removals, looks at half.
  tuning.bulk.blob_garbage_collection_age_cutoff = 0.25;
  tuning.bulk.blob_garbage_collection_force_threshold = 0.5;
  return tuning;
}

}  // namespace skerry::storage::local
