#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "storage/store_error.h"

namespace skerry::storage {

// The number of a partition: the unit of atomicity. Numbers below 1,000 are the system's; others are given out by the
// registry and never used twice.
enum class Partition : std::uint64_t { Registry = 0, Accounts = 1 };

// What a batch requires of a key before it is applied: this very value, or (nullopt) that the key is absent.
struct Precondition {
  std::string key;
  std::optional<std::string> value;  // small: a revision, a fence, a current row
};

struct Row {
  std::string key;
  std::string value;
  friend bool operator==(const Row&, const Row&) = default;
};

// Changes to one partition that happen together or not at all. Puts and erases name each key once at most.
struct Batch {
  Partition partition{};
  std::vector<Precondition> requirements;
  std::vector<Row> puts;
  std::vector<std::string> erases;  // an absent key is no error
  // Values of up to bulk_limit() bytes that are never scanned, kept apart from the rows so that a scan does not read
  // them; with keys of their own.
  std::vector<Row> bulk_puts;
  std::vector<std::string> bulk_erases;
};

struct Conflict {
  std::string key;
  std::optional<std::string> actual;
};

struct CommitError {
  StoreErrc errc;                   // Conflict, Unavailable, NoSpace, Corrupt
  std::vector<Conflict> conflicts;  // with Conflict: every precondition that failed, with what is there
  std::string detail;
};

struct ScanRequest {
  Partition partition{};
  std::string begin;  // first key that may be given
  std::string end;    // first key that may not; empty: to the end of the partition
  std::size_t limit = 1000;
};

struct ScanPage {
  std::vector<Row> rows;  // ascending by bytes; may be fewer than the limit, even none, although there are more
  // Where to begin the next page; absent when the end was reached.
  std::optional<std::string> next;
};

// Ordered keys and values in partitions: all metadata of all services.
//
// Keys are 1 to 4,096 bytes, any bytes; values 1 byte to 64 KiB (no value is empty); a batch creates its partition.
// There is no rename, no directory and no atomicity across partitions: work that spans them writes an intent first.
// A read sees every commit that was acknowledged before it began. The rows of one page are of one moment; two pages
// are not.
//
// Life: outlives every task that uses it. Threads: any executor.
// Arguments given by reference must live until the await has ended.
class MetaStore {
 public:
  virtual ~MetaStore() = default;

  virtual Task<StoreResult<std::optional<std::string>>> get(Partition partition, std::string_view key) = 0;
  virtual Task<StoreResult<std::optional<std::string>>> get_bulk(Partition partition, std::string_view key) = 0;
  virtual Task<StoreResult<ScanPage>> scan(ScanRequest request) = 0;

  // Returns when the batch is durable. Conflict: nothing was changed. Unavailable: it may or may not have been applied.
  virtual Task<std::expected<void, CommitError>> commit(Batch batch) = 0;

  // Forgets all rows and bulk values of a partition. Not atomic: a crash may leave some; repeat it then.
  virtual Task<StoreResult<void>> erase_partition(Partition partition) = 0;

  virtual std::size_t bulk_limit() const = 0;  // bytes; 0 where large values do not belong beside rows
};

}  // namespace skerry::storage
