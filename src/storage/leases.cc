#include "storage/leases.h"

#include "storage/records.pb.h"
#include "storage/row_class.h"

namespace skerry::storage {

Leases::Leases(MetaStore& meta, Random& random, const Clock& clock, microseconds limit)
    : meta_(meta), clock_(clock), limit_(limit), self_(random.bytes(16)) {}

Row Leases::next_beat() {
  records::Lease lease;
  lease.set_beats(++beats_);
  return {lease_key(self_), lease.SerializeAsString()};
}

Task<StoreResult<void>> Leases::look() {
  ScanRequest request{
      .partition = Partition::Registry, .begin = class_begin(RowClass::Lease), .end = class_end(RowClass::Lease)};
  auto rows = co_await scan_all(meta_, std::move(request));
  if (!rows) co_return std::unexpected(rows.error());
  std::map<std::string, Seen> seen;
  for (Row& row : *rows) {
    std::string server = row.key.substr(1);
    auto before = seen_.find(server);
    bool changed = before == seen_.end() || before->second.value != row.value;
    seen[server] = {std::move(row.value), changed ? clock_.steady() : before->second.since};
  }
  seen_ = std::move(seen);
  co_return StoreResult<void>{};
}

bool Leases::is_dead(const std::string& server) const {
  if (server == self_) return false;
  auto found = seen_.find(server);
  return found == seen_.end() || clock_.steady() - found->second.since >= limit_;
}

Task<> Leases::erase_dead(std::set<std::string> kept) {
  Batch batch{.partition = Partition::Registry};
  for (const auto& [server, seen] : seen_) {
    if (kept.contains(server) || !is_dead(server)) continue;
    batch.requirements.push_back({lease_key(server), seen.value});
    batch.erases.push_back(lease_key(server));
  }
  if (batch.erases.empty()) co_return;
  co_await meta_.commit(std::move(batch));  // a conflict: one of them lives; the next time will do
}

Task<StoreResult<std::vector<Row>>> scan_all(MetaStore& meta, ScanRequest request) {
  std::vector<Row> rows;
  for (;;) {
    auto page = co_await meta.scan(request);
    if (!page) co_return std::unexpected(page.error());
    std::ranges::move(page->rows, std::back_inserter(rows));
    if (!page->next) co_return rows;
    request.begin = *page->next;
  }
}

}  // namespace skerry::storage
