#pragma once
#include <array>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/local/row_db.h"

namespace skerry::storage::local {

// Values that were read from the database lately, and keys that were found to have none. A read of RocksDB takes some
// microseconds even from its memory, and a request asks for five rows, mostly the same ones.
//
// Exact: nobody reads a value here that anybody has seen replaced. The committer, which alone writes, says before a
// change can be seen that it begins: the value is dropped, and none is taken until it says that the change has ended.
// Whoever misses takes a mark, reads the database, and puts what was there; a put is refused when a change of that key
// (or of one that shares its slot) was under way at the mark or has begun since, for then nobody knows which of the two
// values was read.
//
// Threads: any; begin and end, freeze and thaw are the committer's.
class RowCache {
 public:
  using Value = std::optional<std::string>;  // nullopt: there is no such row

  // A row's name with its hash, which is taken once. Refers to `key`.
  struct Name {
    Name(Family family, Partition partition, std::string_view key);
    Family family;
    Partition partition;
    std::string_view key;
    std::uint64_t hash;
  };
  enum class Mark : std::uint64_t { Never = UINT64_MAX };  // Never: a put with it is refused

  explicit RowCache(std::size_t bytes_max);
  ~RowCache();

  // The value; or nothing, and `mark` is what a put of the value needs.
  std::optional<Value> find(const Name& name, Mark& mark);
  void put(const Name& name, Mark mark, const Value& value);

  void begin(const Name& name);
  void end(const Name& name);
  // The same for all rows at once. May be nested.
  void freeze();
  void thaw();

  struct Stats {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::size_t bytes = 0;
  };
  Stats stats();

 private:
  struct Entry;
  struct Shard;
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kValueBytesMax = 16 << 10;  // a larger one would push too many others out

  Shard& shard_of(const Name& name);

  std::vector<Shard> shards_;
};

}  // namespace skerry::storage::local
