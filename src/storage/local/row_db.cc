#include "storage/local/row_db.h"

#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/write_batch.h>

#include "base/bytes.h"
#include "storage/local/row_db_options.h"

namespace skerry::storage::local {
namespace {

constexpr std::size_t kPageBytesMax = 1 << 20;
// How many removed rows an inline scan may pass: some 100 µs of a reactor's time.
constexpr std::uint64_t kSkippedInlineMax = 1000;

std::array<char, 8> prefix_of(Partition partition) {
  std::array<char, 8> out;
  auto number = static_cast<std::uint64_t>(partition);
  for (std::size_t i = out.size(); i-- > 0; number >>= 8) out[i] = static_cast<char>(number & 0xff);
  return out;
}

// The key of a row in the database; without an allocation when it is short, as nearly all are.
class FullKey {
 public:
  FullKey(Partition partition, std::string_view key) : size_(8 + key.size()) {
    char* to = small_;
    if (size_ > sizeof small_) {
      large_ = std::make_unique<char[]>(size_);
      to = large_.get();
    }
    const auto prefix = prefix_of(partition);
    std::memcpy(to, prefix.data(), prefix.size());
    if (!key.empty()) std::memcpy(to + prefix.size(), key.data(), key.size());
  }
  rocksdb::Slice slice() const { return {large_ ? large_.get() : small_, size_}; }

 private:
  std::size_t size_;
  char small_[248];
  std::unique_ptr<char[]> large_;
};

Partition after(Partition partition) {
  CHECK(static_cast<std::uint64_t>(partition) != UINT64_MAX, "the last partition number is not given out");
  return Partition{static_cast<std::uint64_t>(partition) + 1};
}

// Where a scan may not go. `end` empty: the partition's own end.
FullKey end_key(Partition partition, std::string_view end) {
  return end.empty() ? FullKey(after(partition), {}) : FullKey(partition, end);
}

StoreError store_error(const rocksdb::Status& status) {
  StoreErrc errc = StoreErrc::Unavailable;
  if (status.IsCorruption()) errc = StoreErrc::Corrupt;
  if (status.IsNoSpace()) errc = StoreErrc::NoSpace;
  return {errc, status.ToString()};
}

rocksdb::ReadOptions read_options(MayWait wait) {
  rocksdb::ReadOptions options;
  if (wait == MayWait::No) {
    options.read_tier = rocksdb::kBlockCacheTier;
    options.max_skippable_internal_keys = kSkippedInlineMax;
  }
  return options;
}

}  // namespace

struct RowDb::Changes::State {
  rocksdb::WriteBatch batch;
};

struct RowDb::State {
  class BackgroundErrors final : public rocksdb::EventListener {
   public:
    void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status*) override { seen = true; }
    std::atomic<bool> seen{false};
  };

  std::shared_ptr<BackgroundErrors> background = std::make_shared<BackgroundErrors>();
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, 2> families{};

  rocksdb::ColumnFamilyHandle* of(Family family) { return families[static_cast<std::size_t>(family)]; }
  ~State() {
    if (!db) return;
    for (rocksdb::ColumnFamilyHandle* handle : families) db->DestroyColumnFamilyHandle(handle);
    db->Close().PermitUncheckedError();  // what is acknowledged lies in the log
  }
};

RowDb::RowDb(std::unique_ptr<State> state) : state_(std::move(state)) {}
RowDb::~RowDb() = default;

StoreResult<std::unique_ptr<RowDb>> RowDb::open(const RowDbOptions& options) {
  RocksTuning tuning = tune(options);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, tuning.rows},  // "default" has to exist: it is the rows'
      {"bulk", tuning.bulk},
  };
  auto state = std::make_unique<State>();
  tuning.db.listeners.push_back(state->background);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(tuning.db, options.folder, families, &handles, &db);
  if (!status.ok()) return std::unexpected(store_error(status));
  state->db.reset(db);
  state->families = {handles[0], handles[1]};
  return std::unique_ptr<RowDb>(new RowDb(std::move(state)));
}

ReadOutcome<std::optional<std::string>> RowDb::get(Family family, Partition partition, std::string_view key,
                                                   MayWait wait) {
  static const std::array<rocksdb::ReadOptions, 2> options{read_options(MayWait::No), read_options(MayWait::Yes)};
  const FullKey full(partition, key);
  std::string value;
  rocksdb::PinnableSlice pinned(&value);
  rocksdb::Status status =
      state_->db->Get(options[static_cast<std::size_t>(wait)], state_->of(family), full.slice(), &pinned);
  using Value = StoreResult<std::optional<std::string>>;
  if (status.ok()) {
    if (pinned.IsPinned()) value.assign(pinned.data(), pinned.size());
    return Value(std::move(value));
  }
  if (status.IsNotFound()) return Value(std::nullopt);
  if (status.IsIncomplete() && wait == MayWait::No) return std::nullopt;
  return Value(std::unexpected(store_error(status)));
}

ReadOutcome<ScanPage> RowDb::scan(const ScanRequest& request, std::size_t limit, MayWait wait) {
  const FullKey begin(request.partition, request.begin);
  const FullKey end = end_key(request.partition, request.end);
  const rocksdb::Slice bound = end.slice();
  rocksdb::ReadOptions options = read_options(wait);
  options.iterate_upper_bound = &bound;
  ScanPage page;
  if (limit == 0 || bound.compare(begin.slice()) <= 0) return page;
  page.rows.reserve(std::min<std::size_t>(limit, 256));
  std::unique_ptr<rocksdb::Iterator> rows(state_->db->NewIterator(options, state_->of(Family::Rows)));
  std::size_t bytes = 0;
  for (rows->Seek(begin.slice()); rows->Valid(); rows->Next()) {
    rocksdb::Slice key = rows->key();
    key.remove_prefix(8);
    if (page.rows.size() == limit || bytes >= kPageBytesMax) {
      page.next = key.ToString();
      return page;
    }
    const rocksdb::Slice value = rows->value();
    page.rows.emplace_back(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
    bytes += key.size() + value.size();
  }
  if (rows->status().ok()) return page;
  if (rows->status().IsIncomplete() && wait == MayWait::No) {
    if (page.rows.size() < limit) return std::nullopt;
    page.next = page.rows.back().key + '\0';  // whether there is more is not known without waiting
    return page;
  }
  return std::unexpected(store_error(rows->status()));
}

RowDb::Changes::Changes() : state_(std::make_unique<State>()) {}
RowDb::Changes::~Changes() = default;

void RowDb::Changes::add(RowDb& db, const Batch& batch) {
  const auto prefix = prefix_of(batch.partition);
  rocksdb::WriteBatch& out = state_->batch;
  // In two pieces, so that no key is put together only to be copied again.
  auto put = [&](Family family, const Row& row) {
    const std::array<rocksdb::Slice, 2> key{rocksdb::Slice(prefix.data(), prefix.size()), row.key};
    const rocksdb::Slice value(row.value);
    out.Put(db.state_->of(family), rocksdb::SliceParts(key.data(), 2), rocksdb::SliceParts(&value, 1));
  };
  auto erase = [&](Family family, const std::string& row_key) {
    const std::array<rocksdb::Slice, 2> key{rocksdb::Slice(prefix.data(), prefix.size()), row_key};
    out.Delete(db.state_->of(family), rocksdb::SliceParts(key.data(), 2));
  };
  for (const Row& row : batch.puts) put(Family::Rows, row);
  for (const std::string& key : batch.erases) erase(Family::Rows, key);
  for (const Row& row : batch.bulk_puts) put(Family::Bulk, row);
  for (const std::string& key : batch.bulk_erases) erase(Family::Bulk, key);
}

void RowDb::Changes::erase(RowDb& db, Partition partition) {
  const FullKey begin(partition, {});
  const FullKey end(after(partition), {});
  for (rocksdb::ColumnFamilyHandle* family : db.state_->families) {
    state_->batch.DeleteRange(family, begin.slice(), end.slice());
  }
}

std::size_t RowDb::Changes::size_bytes() const { return state_->batch.GetDataSize(); }
void RowDb::Changes::clear() { state_->batch.Clear(); }

StoreResult<void> RowDb::write(Changes& changes) {
  rocksdb::WriteOptions options;
  options.sync = true;
  rocksdb::Status status = state_->db->Write(options, &changes.state_->batch);
  if (!status.ok()) return std::unexpected(store_error(status));
  return {};
}

bool RowDb::background_failed() const { return state_->background->seen; }

StoreResult<void> RowDb::resume() {
  state_->background->seen = false;  // before: what fails again is seen again
  rocksdb::Status status = state_->db->Resume();
  if (!status.ok()) return std::unexpected(store_error(status));
  return {};
}

bool RowDb::set_automatic_compactions(bool on) {
  bool done = true;
  for (rocksdb::ColumnFamilyHandle* family : state_->families) {
    done &= state_->db->SetOptions(family, {{"disable_auto_compactions", on ? "false" : "true"}}).ok();
  }
  return done;
}

std::uint64_t RowDb::last_sequence() const { return state_->db->GetLatestSequenceNumber(); }

StoreResult<void> RowDb::compact(Partition partition) {
  const FullKey begin(partition, {});
  const FullKey end(after(partition), {});
  const rocksdb::Slice from = begin.slice();
  const rocksdb::Slice to = end.slice();
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  // What was removed lies above, and takes along the files of the last level that it falls on; the others are left.
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kSkip;
  options.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
  options.blob_garbage_collection_age_cutoff = 0.5;
  for (rocksdb::ColumnFamilyHandle* family : state_->families) {
    rocksdb::Status status = state_->db->CompactRange(options, family, &from, &to);
    if (!status.ok()) return std::unexpected(store_error(status));
  }
  return {};
}

void RowDb::cancel_compactions() { state_->db->DisableManualCompaction(); }

std::uint64_t RowDb::cache_bytes() const {
  std::uint64_t bytes = 0;
  state_->db->GetIntProperty(rocksdb::DB::Properties::kBlockCacheUsage, &bytes);
  return bytes;
}

std::uint64_t RowDb::background_jobs() const {
  using Properties = rocksdb::DB::Properties;
  std::uint64_t sum = 0;
  for (const std::string& property :
       {Properties::kNumRunningFlushes, Properties::kNumRunningCompactions, Properties::kMemTableFlushPending}) {
    std::uint64_t count = 0;
    state_->db->GetIntProperty(property, &count);
    sum += count;
  }
  return sum;
}

}  // namespace skerry::storage::local
