#include "storage/simulated/simulated_meta_store.h"

#include "storage/simulated/contract.h"

namespace skerry::storage {
namespace {

constexpr Partition kFirstGivenOut{1000};  // those below are the system's, and may come again

std::unexpected<StoreError> lost() { return std::unexpected(StoreError{StoreErrc::Unavailable, "simulated"}); }

std::unexpected<CommitError> commit_failed(StoreErrc errc) {
  return std::unexpected(CommitError{errc, {}, "simulated"});
}

bool only_adds(const Batch& batch) {
  return (!batch.puts.empty() || !batch.bulk_puts.empty()) && batch.erases.empty() && batch.bulk_erases.empty();
}

}  // namespace

SimulatedMetaStore::SimulatedMetaStore(SimulatedCluster& cluster, Link& link, std::uint64_t client)
    : cluster_(cluster), link_(link), client_(client) {}

void SimulatedMetaStore::saw(std::string_view call, Partition partition, std::string_view what) {
  cluster_.witness_.saw(fmt::format("{} {} {} {}", client_, call, static_cast<std::uint64_t>(partition), what));
}

void SimulatedMetaStore::check(const std::optional<std::string>& broken_rule) {
  if (broken_rule) cluster_.witness_.broke(*broken_rule);
}

Task<StoreResult<std::optional<std::string>>> SimulatedMetaStore::get(Partition partition, std::string_view key) {
  Link::Call call(link_);
  check(broken_rule_of_key(key));
  if (!co_await call.arrive()) co_return lost();
  std::optional<std::string> value = cluster_.disk_.find(partition, key);
  saw("get", partition, key);
  if (!co_await call.come_back()) co_return lost();
  co_return value;
}

Task<StoreResult<std::optional<std::string>>> SimulatedMetaStore::get_bulk(Partition partition, std::string_view key) {
  Link::Call call(link_);
  check(broken_rule_of_key(key));
  if (!co_await call.arrive()) co_return lost();
  std::optional<std::string> value = cluster_.disk_.find_bulk(partition, key);
  saw("get_bulk", partition, key);
  if (!co_await call.come_back()) co_return lost();
  co_return value;
}

Task<StoreResult<ScanPage>> SimulatedMetaStore::scan(ScanRequest request) {
  Link::Call call(link_);
  check(broken_rule_of_scan(request));
  if (!co_await call.arrive()) co_return lost();
  ScanPage page = page_of(request);
  saw("scan", request.partition, fmt::format("{} gives {}", request.begin, page.rows.size()));
  if (!co_await call.come_back()) co_return lost();
  co_return page;
}

ScanPage SimulatedMetaStore::page_of(const ScanRequest& request) {
  if (link_.random().chance(link_.faults().empty_page)) {
    ScanPage page = cluster_.disk_.scan(request, 1);
    // Either it has skipped what is not there, or it has not come anywhere yet. Also where there is nothing more: a
    // store may find that out only with the next page.
    bool skipped = !page.rows.empty() && link_.random().chance(0.5);
    page.next = skipped ? page.rows.front().key : request.begin;
    page.rows.clear();
    return page;
  }
  bool is_short = link_.random().chance(link_.faults().short_page);
  return cluster_.disk_.scan(request, is_short ? 1 : request.limit);
}

Task<std::expected<void, CommitError>> SimulatedMetaStore::commit(Batch batch) {
  Link::Call call(link_);
  check(broken_rule_of_batch(batch, bulk_limit()));
  if (!co_await call.arrive()) {
    if (link_.random().chance(link_.faults().late_commit)) apply_late(std::move(batch));
    co_return commit_failed(StoreErrc::Unavailable);
  }
  std::expected<void, CommitError> outcome;
  if (only_adds(batch) && link_.random().chance(link_.faults().no_space)) {
    saw("commit", batch.partition, "no space");
    outcome = commit_failed(StoreErrc::NoSpace);
  } else {
    outcome = apply(batch);
  }
  if (!co_await call.come_back()) co_return commit_failed(StoreErrc::Unavailable);
  co_return outcome;
}

std::expected<void, CommitError> SimulatedMetaStore::apply(const Batch& batch) {
  auto outcome = cluster_.disk_.commit(batch);
  std::string what = outcome ? "applied" : outcome.error().errc == StoreErrc::NoSpace ? "no space" : "conflict";
  for (const Row& row : batch.puts) what += fmt::format(" +{}={}", row.key, row.value);
  for (const std::string& key : batch.erases) what += fmt::format(" -{}", key);
  for (const Row& row : batch.bulk_puts) what += fmt::format(" ++{} ({})", row.key, row.value.size());
  for (const std::string& key : batch.bulk_erases) what += fmt::format(" --{}", key);
  saw("commit", batch.partition, what);
  bool created = outcome && (!batch.puts.empty() || !batch.bulk_puts.empty());
  if (created && batch.partition >= kFirstGivenOut && cluster_.erased_.contains(batch.partition))
    cluster_.witness_.broke(fmt::format("partition {} is used again after it was erased, and would never be found",
                                        static_cast<std::uint64_t>(batch.partition)));
  return outcome;
}

void SimulatedMetaStore::apply_late(Batch batch) {
  microseconds delay(link_.random().below(static_cast<std::uint64_t>(link_.faults().late_max.count()) + 1));
  // The client may have ended by then; the cluster has not.
  Executor::current().post_after(delay, [cluster = &cluster_, client = client_, batch = std::move(batch)] {
    bool applied = cluster->disk_.commit(batch).has_value();
    cluster->witness_.saw(fmt::format("{} late commit {} {}", client, static_cast<std::uint64_t>(batch.partition),
                                      applied ? "applied" : "refused"));
  });
}

Task<StoreResult<void>> SimulatedMetaStore::erase_partition(Partition partition) {
  Link::Call call(link_);
  if (!co_await call.arrive()) co_return lost();
  // Not atomic: with delays it goes in steps, and what happens between them may end it.
  double share = link_.has_delays() ? 0.5 : 1.0;
  while (cluster_.disk_.erase_some(partition, share, link_.random())) {
    saw("erase", partition, "some");
    if (!co_await call.arrive()) co_return lost();
  }
  saw("erase", partition, "all");
  cluster_.erased_.insert(partition);
  if (!co_await call.come_back()) co_return lost();
  co_return StoreResult<void>{};
}

}  // namespace skerry::storage
