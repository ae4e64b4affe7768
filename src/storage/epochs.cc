#include "storage/epochs.h"

#include "base/check.h"
#include "storage/records.pb.h"
#include "storage/row_class.h"

namespace skerry::storage {
namespace {

constexpr int kAttempts = 50;  // each conflict means that another server has opened an epoch

StoreError store_error(CommitError error) { return {error.errc, std::move(error.detail)}; }

Epoch counted(const std::optional<std::string>& row) {
  records::EpochCounter counter;
  return row && counter.ParseFromString(*row) ? counter.next() : 1;
}

std::string counter_row(Epoch next) {
  records::EpochCounter counter;
  counter.set_next(next);
  return counter.SerializeAsString();
}

}  // namespace

struct Epochs::InFlight::Counts {
  std::atomic<std::uint64_t> in_flight = 0;
  std::atomic<bool> dirty = false;  // one was given up unsettled
};

Epochs::InFlight& Epochs::InFlight::operator=(InFlight&& other) noexcept {
  std::swap(counts_, other.counts_);
  std::swap(settled_, other.settled_);
  return *this;
}

Epochs::InFlight::~InFlight() {
  if (!counts_) return;
  if (!settled_) counts_->dirty.store(true);
  counts_->in_flight.fetch_sub(1);  // last: who sees none in flight sees the dirt, too
}

bool Epochs::Open::is_settled() const { return retired && counts->in_flight.load() == 0 && !counts->dirty.load(); }
bool Epochs::Open::is_abandoned() const { return retired && counts->in_flight.load() == 0 && counts->dirty.load(); }

Epochs::Epochs(MetaStore& meta, Random& random, const Clock& clock, Options options)
    : meta_(meta),
      random_(random),
      clock_(clock),
      options_(options),
      leases_(meta, random, clock, options.lease_limit) {}

Task<StoreResult<void>> Epochs::start() { return open_next(); }

Task<> Epochs::stop() {
  alarm_.ring();
  co_await gate_.close();
  Batch batch{.partition = Partition::Registry};
  {
    std::lock_guard lock(mutex_);
    current_.reset();
    for (auto& [epoch, open] : open_) {
      open.retired = true;
      if (open.is_settled()) batch.erases.push_back(epoch_key(epoch));
    }
  }
  batch.erases.push_back(lease_key(leases_.self()));
  co_await meta_.commit(std::move(batch));  // if it fails, the next start looks through some epochs more
}

Epochs::NewBlob Epochs::new_blob_id(Partition owner) {
  NewBlob made{.id = {.owner = owner}, .in_flight = {}};
  random_.fill(made.id.unique);
  std::lock_guard lock(mutex_);
  CHECK(current_, "a blob is made before start() or after stop()");
  made.id.epoch = *current_;
  Open& open = open_.at(*current_);
  ++open.made;
  open.counts->in_flight.fetch_add(1);
  made.in_flight = InFlight(open.counts);
  return made;
}

Row Epochs::row_of(Epoch epoch) const {
  records::EpochState state;
  state.set_server(leases_.self());
  return {epoch_key(epoch), state.SerializeAsString()};
}

Task<StoreResult<void>> Epochs::open_next() {
  const std::string key = class_begin(RowClass::EpochCounter);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto counter = co_await meta_.get(Partition::Registry, key);
    if (!counter) co_return std::unexpected(counter.error());
    Epoch epoch = counted(*counter);
    auto opened = co_await try_open(epoch, *counter);
    if (opened || opened.error().errc != StoreErrc::Conflict) co_return opened;
  }
  co_return std::unexpected(StoreError{StoreErrc::Unavailable, "too many servers open epochs at once"});
}

Task<StoreResult<void>> Epochs::try_open(Epoch epoch, std::optional<std::string> counter) {
  {
    // Known before it is written: a row of ours that is not known is taken for the remains of a lost answer.
    std::lock_guard lock(mutex_);
    open_[epoch] = {.counts = std::make_shared<InFlight::Counts>(), .opened = clock_.steady()};
  }
  Batch batch{.partition = Partition::Registry};
  batch.requirements.push_back({class_begin(RowClass::EpochCounter), std::move(counter)});
  batch.puts.push_back({class_begin(RowClass::EpochCounter), counter_row(epoch + 1)});
  batch.puts.push_back(row_of(epoch));
  batch.puts.push_back(leases_.next_beat());
  auto done = co_await meta_.commit(std::move(batch));
  std::lock_guard lock(mutex_);
  if (!done) {
    open_.erase(epoch);
    co_return std::unexpected(store_error(done.error()));
  }
  if (current_) open_.at(*current_).retired = true;
  current_ = epoch;
  co_return StoreResult<void>{};
}

bool Epochs::is_due() const {
  std::lock_guard lock(mutex_);
  if (!current_) return false;
  const Open& open = open_.at(*current_);
  microseconds age = clock_.steady() - open.opened;
  return open.made >= options_.blobs_max || (open.made > 0 && age >= options_.age_max) ||
         (open.counts->dirty.load() && age >= options_.dirty_age_max);
}

Task<> Epochs::maintain() {
  if (!options_.exclusive) co_await beat();
  if (is_due()) co_await open_next();  // failed: the current one goes on, and the next round tries again
  co_await close_settled();
}

// Puts the epochs' rows, too: a server that was taken for dead and is not gets them back.
Task<> Epochs::beat() {
  Batch batch{.partition = Partition::Registry};
  batch.puts.push_back(leases_.next_beat());
  {
    std::lock_guard lock(mutex_);
    for (const auto& [epoch, open] : open_) batch.puts.push_back(row_of(epoch));
  }
  co_await meta_.commit(std::move(batch));
}

Task<> Epochs::close_settled() {
  std::vector<Epoch> settled;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [epoch, open] : open_) {
      if (open.is_settled()) settled.push_back(epoch);
    }
  }
  for (Epoch epoch : settled) co_await close(epoch);
}

Task<StoreResult<void>> Epochs::close(Epoch epoch) {
  Batch batch{.partition = Partition::Registry};
  batch.erases.push_back(epoch_key(epoch));
  auto done = co_await meta_.commit(std::move(batch));
  if (!done) co_return std::unexpected(store_error(done.error()));
  std::lock_guard lock(mutex_);
  open_.erase(epoch);
  co_return StoreResult<void>{};
}

bool Epochs::is_abandoned(Epoch epoch, const std::string& server) const {
  if (server != leases_.self()) return options_.exclusive || leases_.is_dead(server);
  std::lock_guard lock(mutex_);
  auto found = open_.find(epoch);
  return found == open_.end() || found->second.is_abandoned();
}

Task<StoreResult<std::vector<Epoch>>> Epochs::load_abandoned() {
  ScanRequest request{.partition = Partition::Registry,
                      .begin = class_begin(RowClass::OpenEpoch),
                      .end = class_end(RowClass::OpenEpoch)};
  auto rows = co_await scan_all(meta_, std::move(request));
  if (!rows) co_return std::unexpected(rows.error());
  auto looked =
      co_await leases_.look();  // after the rows: a server without a lease has ended, and is not just starting
  if (!looked) co_return std::unexpected(looked.error());

  std::vector<Epoch> abandoned;
  std::set<std::string> owners;
  for (const Row& row : *rows) {
    records::EpochState state;
    auto epoch = parse_epoch_key(row.key);
    if (!epoch || !state.ParseFromString(row.value)) {
      co_return std::unexpected(StoreError{StoreErrc::Corrupt, "an epoch's row"});
    }
    if (is_abandoned(*epoch, state.server())) abandoned.push_back(*epoch);
    owners.insert(state.server());
  }
  co_await leases_.erase_dead(std::move(owners));
  co_return abandoned;
}

void Epochs::run() { gate_.spawn(loop()); }

Task<> Epochs::loop() {
  for (;;) {
    bool stopped = co_await alarm_.sleep(options_.heartbeat);
    if (stopped) break;
    co_await maintain();
  }
}

}  // namespace skerry::storage
