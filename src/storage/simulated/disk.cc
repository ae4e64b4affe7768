#include "storage/simulated/disk.h"

#include "base/check.h"

namespace skerry::storage {
namespace {

std::optional<std::string> find_in(const auto& rows, std::string_view key) {
  auto it = rows.find(key);
  if (it == rows.end()) return std::nullopt;
  return it->second;
}

std::uint64_t bytes_of(const std::vector<Row>& rows) {
  std::uint64_t sum = 0;
  for (const Row& row : rows) sum += row.key.size() + row.value.size();
  return sum;
}

}  // namespace

const SimulatedDisk::Contents* SimulatedDisk::find_partition(Partition partition) const {
  auto it = partitions_.find(partition);
  return it == partitions_.end() ? nullptr : &it->second;
}

std::optional<std::string> SimulatedDisk::find(Partition partition, std::string_view key) const {
  const Contents* contents = find_partition(partition);
  return contents ? find_in(contents->rows, key) : std::nullopt;
}

std::optional<std::string> SimulatedDisk::find_bulk(Partition partition, std::string_view key) const {
  const Contents* contents = find_partition(partition);
  return contents ? find_in(contents->bulk, key) : std::nullopt;
}

ScanPage SimulatedDisk::scan(const ScanRequest& request, std::size_t limit) const {
  ScanPage page;
  const Contents* contents = find_partition(request.partition);
  if (!contents) return page;
  for (auto it = contents->rows.lower_bound(request.begin); it != contents->rows.end(); ++it) {
    if (!request.end.empty() && it->first >= request.end) break;
    if (page.rows.size() == limit) {
      page.next = it->first;
      break;
    }
    page.rows.push_back({it->first, it->second});
  }
  return page;
}

std::expected<void, CommitError> SimulatedDisk::commit(const Batch& batch) {
  std::vector<Conflict> conflicts;
  for (const Precondition& requirement : batch.requirements) {
    auto actual = find(batch.partition, requirement.key);
    if (actual != requirement.value) conflicts.push_back({requirement.key, std::move(actual)});
  }
  if (!conflicts.empty())
    return std::unexpected(CommitError{StoreErrc::Conflict, std::move(conflicts), "a precondition does not hold"});
  bool frees = !batch.erases.empty() || !batch.bulk_erases.empty();
  std::uint64_t added = bytes_of(batch.puts) + bytes_of(batch.bulk_puts);
  if (added > 0 && !frees && !has_room(added))
    return std::unexpected(CommitError{StoreErrc::NoSpace, {}, "the simulated disk is full"});

  Contents& contents = partitions_[batch.partition];
  for (const Row& row : batch.puts) put(contents.rows, row);
  for (const std::string& key : batch.erases) erase(contents.rows, contents.rows.find(key));
  for (const Row& row : batch.bulk_puts) put(contents.bulk, row);
  for (const std::string& key : batch.bulk_erases) erase(contents.bulk, contents.bulk.find(key));
  return {};
}

void SimulatedDisk::put(Rows& rows, const Row& row) {
  erase(rows, rows.find(row.key));
  rows.emplace(row.key, row.value);
  used_ += row.key.size() + row.value.size();
}

void SimulatedDisk::erase(Rows& rows, Rows::iterator row) {
  if (row == rows.end()) return;
  used_ -= row->first.size() + row->second.size();
  rows.erase(row);
}

bool SimulatedDisk::erase_some(Partition partition, double share, SeededRandom& random) {
  auto found = partitions_.find(partition);
  if (found == partitions_.end()) return false;
  Contents& contents = found->second;
  for (Rows* rows : {&contents.rows, &contents.bulk}) {
    for (auto it = rows->begin(); it != rows->end();) {
      auto row = it++;
      if (random.chance(share)) erase(*rows, row);
    }
  }
  if (!contents.rows.empty() || !contents.bulk.empty()) return true;
  partitions_.erase(found);
  return false;
}

const std::string* SimulatedDisk::find_blob(BlobId id) const {
  auto it = blobs_.find(id);
  return it == blobs_.end() ? nullptr : &it->second;
}

StoreResult<void> SimulatedDisk::add_blob(BlobId id, std::string bytes) {
  std::uint64_t size = bytes.size();
  if (!blobs_.emplace(id, std::move(bytes)).second) return std::unexpected(StoreError{StoreErrc::Exists, id.text()});
  used_ += size;
  return {};
}

void SimulatedDisk::remove_blob(BlobId id) {
  auto it = blobs_.find(id);
  if (it == blobs_.end()) return;
  used_ -= it->second.size();
  blobs_.erase(it);
}

void SimulatedDisk::flip_byte(BlobId id, std::size_t offset) {
  auto it = blobs_.find(id);
  CHECK(it != blobs_.end() && offset < it->second.size(), "blob {} has no byte {}", id.text(), offset);
  it->second[offset] = static_cast<char>(it->second[offset] ^ 0x40);
}

}  // namespace skerry::storage
