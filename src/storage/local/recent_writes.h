#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace skerry::storage::local {

// The rows that the committer wrote last, with their values: what its preconditions are checked against, beside values
// that the submitters have read before.
//
// Groups are numbered from 1. Why this is right: only the committer writes, so a key that is in here has the value
// that is in here. A key that is not was last written by a group <= floor(); hence whoever read it after group floor()
// was applied has read what is there now. An older reading is worthless and has to be repeated.
//
// Threads: one.
class RecentWrites {
 public:
  static constexpr std::uint64_t kGroupsMax = 256;  // some 100 ms of commits: no reading takes longer unnoticed
  static constexpr std::size_t kBytesMax = 4 << 20;

  using Value = std::optional<std::string>;  // nullopt: erased

  const Value* find(std::string_view key) const;
  void note(std::uint64_t group, std::string_view key, Value value);
  // Everything up to `group` may have changed in ways that are not in here.
  void forget(std::uint64_t group);
  // Drops what is older or more than the bounds allow.
  void trim(std::uint64_t group);
  std::uint64_t floor() const { return floor_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
  };
  struct Entry {
    std::uint64_t group;
    Value value;
  };
  using Map = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;
  struct Written {
    std::uint64_t group;
    Map::value_type* row;
  };
  static std::size_t cost(const Map::value_type& row) {
    return row.first.size() + (row.second.value ? row.second.value->size() : 0);
  }

  Map rows_;
  // One for each group that wrote a key. Only the last of a key erases its row, so none of them dangles.
  std::deque<Written> order_;
  std::size_t bytes_ = 0;
  std::uint64_t floor_ = 0;
};

}  // namespace skerry::storage::local
