#include "storage/local/row_cache.h"

#include <algorithm>
#include <functional>

#include "base/check.h"

namespace skerry::storage::local {
namespace {

constexpr std::size_t kEntryBytes = 128;  // what an entry costs beside its key and its value
constexpr std::size_t kSlots = 256;

// The hash's bits: the lowest choose the shard, the next the slot, the rest the bucket.
constexpr int kShardBits = 4, kSlotBits = 8;

}  // namespace

RowCache::Name::Name(Family f, Partition p, std::string_view k)
    : family(f),
      partition(p),
      key(k),
      hash((std::hash<std::string_view>{}(k) ^ static_cast<std::uint64_t>(p) << 1 ^ static_cast<std::uint64_t>(f)) *
           0x9e3779b97f4a7c15) {
  hash ^= hash >> 32;
}

struct RowCache::Entry {
  Family family;
  Partition partition;
  std::string key;
  std::uint64_t hash;
  Value value;
  Entry* next = nullptr;                 // of its bucket
  std::list<Entry>::iterator self = {};  // in the order of use

  bool is(const Name& name) const {
    return hash == name.hash && family == name.family && partition == name.partition && key == name.key;
  }
  std::size_t bytes() const { return kEntryBytes + key.size() + (value ? value->size() : 0); }
};

struct RowCache::Shard {
  // Counts of changes. A mark is a slot's count and the shard's together; neither ever falls.
  struct Slot {
    std::uint64_t begun = 0;
    std::uint32_t under_way = 0;
  };

  std::mutex mutex;  // protects all below
  std::size_t bytes_max = 0;
  std::size_t bytes = 0;
  std::list<Entry> entries;                               // the latest used first
  std::vector<Entry*> buckets = std::vector<Entry*>(64);  // as many as entries, at least
  std::array<Slot, kSlots> slots;
  std::uint64_t freezes = 0;
  std::uint32_t frozen = 0;
  std::uint64_t hits = 0, misses = 0;

  Slot& slot_of(std::uint64_t hash) { return slots[hash >> kShardBits & (kSlots - 1)]; }
  Entry*& bucket_of(std::uint64_t hash) { return buckets[(hash >> (kShardBits + kSlotBits)) & (buckets.size() - 1)]; }

  Mark mark(std::uint64_t hash) {
    Slot& slot = slot_of(hash);
    return frozen > 0 || slot.under_way > 0 ? Mark::Never : Mark{slot.begun + freezes};
  }
  Entry* find(const Name& name) {
    Entry* entry = bucket_of(name.hash);
    while (entry && !entry->is(name)) entry = entry->next;
    return entry;
  }
  void drop(Entry* entry) {
    Entry** link = &bucket_of(entry->hash);
    while (*link != entry) link = &(*link)->next;
    *link = entry->next;
    bytes -= entry->bytes();
    entries.erase(entry->self);
  }
  void link(Entry& entry) { entry.next = std::exchange(bucket_of(entry.hash), &entry); }
  void grow() {
    buckets.assign(buckets.size() * 2, nullptr);
    for (Entry& entry : entries) link(entry);
  }
  void clear() {
    entries.clear();
    std::ranges::fill(buckets, nullptr);
    bytes = 0;
  }
};

RowCache::RowCache(std::size_t bytes_max) : shards_(kShards) {
  for (Shard& shard : shards_) shard.bytes_max = bytes_max / kShards;
}

RowCache::~RowCache() = default;

RowCache::Shard& RowCache::shard_of(const Name& name) { return shards_[name.hash & (kShards - 1)]; }

std::optional<RowCache::Value> RowCache::find(const Name& name, Mark& mark) {
  Shard& shard = shard_of(name);
  std::lock_guard lock(shard.mutex);
  if (Entry* entry = shard.find(name)) {
    ++shard.hits;
    shard.entries.splice(shard.entries.begin(), shard.entries, entry->self);
    return entry->value;
  }
  ++shard.misses;
  mark = shard.mark(name.hash);
  return std::nullopt;
}

void RowCache::put(const Name& name, Mark mark, const Value& value) {
  if (mark == Mark::Never || (value && value->size() > kValueBytesMax)) return;
  Shard& shard = shard_of(name);
  std::lock_guard lock(shard.mutex);
  if (shard.mark(name.hash) != mark || shard.find(name)) return;
  shard.entries.push_front({name.family, name.partition, std::string(name.key), name.hash, value});
  Entry& entry = shard.entries.front();
  entry.self = shard.entries.begin();
  if (shard.entries.size() <= shard.buckets.size()) {
    shard.link(entry);
  } else {
    shard.grow();
  }
  shard.bytes += entry.bytes();
  while (shard.bytes > shard.bytes_max) shard.drop(&shard.entries.back());
}

void RowCache::begin(const Name& name) {
  Shard& shard = shard_of(name);
  std::lock_guard lock(shard.mutex);
  Shard::Slot& slot = shard.slot_of(name.hash);
  ++slot.begun;
  ++slot.under_way;
  if (Entry* entry = shard.find(name)) shard.drop(entry);
}

void RowCache::end(const Name& name) {
  Shard& shard = shard_of(name);
  std::lock_guard lock(shard.mutex);
  Shard::Slot& slot = shard.slot_of(name.hash);
  CHECK(slot.under_way > 0, "the end of a change that did not begin");
  --slot.under_way;
}

void RowCache::freeze() {
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    ++shard.freezes;
    ++shard.frozen;
    shard.clear();
  }
}

void RowCache::thaw() {
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    CHECK(shard.frozen > 0, "thawed without having been frozen");
    --shard.frozen;
  }
}

RowCache::Stats RowCache::stats() {
  Stats out;
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    out.hits += shard.hits;
    out.misses += shard.misses;
    out.bytes += shard.bytes;
  }
  return out;
}

}  // namespace skerry::storage::local
