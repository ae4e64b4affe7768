#include "storage/local/recent_writes.h"

#include <algorithm>

namespace skerry::storage::local {

const RecentWrites::Value* RecentWrites::find(std::string_view key) const {
  auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : &found->second.value;
}

void RecentWrites::note(std::uint64_t group, std::string_view key, Value value) {
  auto found = rows_.find(key);
  if (found == rows_.end()) {
    found = rows_.emplace(std::string(key), Entry{0, std::nullopt}).first;
    bytes_ += key.size();
  } else {
    bytes_ -= cost(*found) - key.size();
  }
  if (found->second.group != group) order_.push_back({group, &*found});
  found->second = Entry{group, std::move(value)};
  bytes_ += cost(*found) - key.size();
}

void RecentWrites::forget(std::uint64_t group) {
  rows_.clear();
  order_.clear();
  bytes_ = 0;
  floor_ = std::max(floor_, group);
}

void RecentWrites::trim(std::uint64_t group) {
  while (!order_.empty() && (bytes_ > kBytesMax || order_.front().group + kGroupsMax < group)) {
    const Written oldest = order_.front();
    order_.pop_front();
    if (oldest.row->second.group != oldest.group) continue;  // written again since
    floor_ = oldest.group;
    bytes_ -= cost(*oldest.row);
    rows_.erase(rows_.find(oldest.row->first));
  }
}

}  // namespace skerry::storage::local
