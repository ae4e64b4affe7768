#include "iam/account_epochs.h"

#include "base/bytes.h"
#include "iam/rows.h"

namespace skerry::iam {

std::uint64_t parse_epoch(const std::optional<std::string>& value) {
  return value && value->size() == 8 ? load_be64(value->data()) : 0;
}

std::string epoch_value(std::uint64_t epoch) {
  std::string out;
  append_be64(out, epoch);
  return out;
}

AccountEpochs::AccountEpochs(storage::MetaStore& meta, const Clock& clock, Options options)
    : meta_(meta), clock_(clock), options_(options), polled_us_(clock.steady().count()) {}

AccountEpochs::Epoch& AccountEpochs::of(std::string_view account_id) {
  std::lock_guard lock(mutex_);
  auto found = epochs_.find(account_id);
  if (found == epochs_.end()) found = epochs_.try_emplace(std::string(account_id)).first;
  return found->second;
}

bool AccountEpochs::current(const Epoch& epoch, std::uint64_t seen) const {
  if (epoch.value_.load() != seen || epoch.doubts_.load() != epoch.settled_.load()) return false;
  if (options_.poll_interval == microseconds::zero()) return true;
  return clock_.steady() - microseconds(polled_us_.load()) <= options_.trust_time;
}

void AccountEpochs::raise(std::string_view account_id, std::uint64_t value) {
  std::atomic<std::uint64_t>& known = of(account_id).value_;
  std::uint64_t now = known.load();
  while (now < value && !known.compare_exchange_weak(now, value)) {
  }
}

void AccountEpochs::doubt(std::string_view account_id) { of(account_id).doubts_ += 1; }

Task<storage::StoreResult<std::uint64_t>> AccountEpochs::load(std::string account_id) {
  Epoch& epoch = of(account_id);
  std::uint64_t doubts = epoch.doubts_.load();
  std::string row = rows::epoch(account_id);
  auto bytes = co_await meta_.get(storage::Partition::Accounts, row);
  if (!bytes) co_return std::unexpected(bytes.error());
  std::uint64_t value = parse_epoch(*bytes);
  raise(account_id, value);
  std::uint64_t settled = epoch.settled_.load();
  while (settled < doubts && !epoch.settled_.compare_exchange_weak(settled, doubts)) {
  }
  co_return value;
}

void AccountEpochs::run() {
  if (options_.poll_interval > microseconds::zero()) gate_.spawn(loop());
}

Task<> AccountEpochs::stop() {
  alarm_.ring();
  co_await gate_.close();
}

Task<> AccountEpochs::loop() {
  for (;;) {
    co_await poll();
    bool stopped = co_await alarm_.sleep(options_.poll_interval);
    if (stopped) break;
  }
}

Task<> AccountEpochs::poll() {
  const std::int64_t began = clock_.steady().count();
  const std::string prefix = rows::epoch("");
  storage::ScanRequest request{
      .partition = storage::Partition::Accounts, .begin = prefix, .end = rows::after(prefix), .limit = 1000};
  for (;;) {
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return;  // what is remembered is trusted for a while longer, and then no more
    for (storage::Row& row : page->rows) {
      std::uint64_t value = parse_epoch(std::move(row.value));
      raise(std::string_view(row.key).substr(prefix.size()), value);
    }
    if (!page->next) break;
    request.begin = *page->next;
  }
  polled_us_ = began;
}

}  // namespace skerry::iam
