#include "storage/local/committer.h"

#include <pthread.h>

#include <algorithm>

#include "base/bytes.h"

namespace skerry::storage::local {
namespace {

constexpr milliseconds kReopenPauseMax{5000};
constexpr milliseconds kResumePause{1000};
constexpr milliseconds kGatherMax{2};
constexpr milliseconds kFlushWaitMax{2000};
constexpr milliseconds kFlushPoll{2};
constexpr std::size_t kGroupBytesMax = 4 << 20;  // a larger record would make the first of the group wait for the last

void make_key(std::string& out, Partition partition, std::string_view key) {
  out.clear();
  append_be64(out, static_cast<std::uint64_t>(partition));
  out += key;
}

CommitError commit_error(const StoreError& error) { return {error.errc, {}, error.detail}; }

}  // namespace

Committer::Committer(DbSlot& slot, RowCache& cache, SpaceGuard& space, milliseconds reopen_pause, Log log)
    : slot_(slot),
      cache_(cache),
      space_(space),
      reopen_pause_(reopen_pause),
      log_(std::move(log)),
      acknowledged_sequence_(slot.writer()->last_sequence()) {
  recent_.forget(1);  // so that 0 is older than everything
  group_number_ = 2;
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), "skerry-commit");
}

Committer::~Committer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Committer::submit(Ticket& ticket) {
  bool notify;
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(&ticket);
    notify = wake_at_ > 0 && queue_.size() >= wake_at_;
    if (notify) wake_at_ = 0;
  }
  if (notify) wake_.notify_one();
}

Committer::Stats Committer::stats() const {
  std::lock_guard lock(mutex_);
  return {groups_, batches_, rereads_, reopenings_, queue_.size(), healthy_};
}

// All that waits; none when it is time to reopen, or to end.
//
// The owners of one group are woken together and come back one after another. Who took the first of them at once would
// sync it alone while the others wait: half the groups would be of one batch. So it waits for as many as there were
// last time, at most a quarter of what a sync takes.
std::vector<Committer::Ticket*> Committer::next_waiting() {
  std::unique_lock lock(mutex_);
  if (last_size_ > 1 && queue_.size() < last_size_ && !broken_) {
    wake_at_ = last_size_;
    wake_.wait_for(lock, std::min<std::chrono::steady_clock::duration>(last_sync_ / 4, kGatherMax),
                   [this] { return wake_at_ == 0 || stopping_; });
  }
  while (queue_.empty() && !stopping_) {
    wake_at_ = 1;
    if (!broken_) {
      wake_.wait(lock);
    } else if (wake_.wait_until(lock, retry_at_) == std::cv_status::timeout) {
      break;
    }
  }
  wake_at_ = 0;
  if (queue_.empty() && stopping_) stopped_ = true;
  last_size_ = queue_.size();
  return std::exchange(queue_, {});
}

void Committer::work() {
  while (!stopped_) {
    const std::vector<Ticket*> waiting = next_waiting();
    if (broken_ && std::chrono::steady_clock::now() >= retry_at_) try_reopen();
    std::span<Ticket* const> rest(waiting);
    while (!rest.empty()) {
      std::size_t done = rest.size();
      level_ = space_.refresh();
      if (!broken_) {
        wait_for_space();
        spare_the_reserve();
        resume_background();
      }
      if (broken_) {
        fail_all(rest, *broken_);
      } else {
        done = commit_group(rest);
      }
      wake(rest.first(done));
      rest = rest.subspan(done);
    }
  }
}

// Commits as many as belong into one log record, and says how many: the erasing of a partition stands alone, because
// what it does to single rows is not in RecentWrites until the database has it.
std::size_t Committer::commit_group(std::span<Ticket* const> waiting) {
  changes_.clear();
  admitted_.clear();
  std::size_t taken = 0;
  while (taken < waiting.size() && changes_.size_bytes() < kGroupBytesMax) {
    Ticket& ticket = *waiting[taken];
    if (ticket.erase && taken > 0) break;
    ++taken;
    if (admit(ticket)) admitted_.push_back(&ticket);
    if (ticket.erase) break;
  }
  if (!admitted_.empty()) write_group(admitted_);
  return taken;
}

// Every row and bulk value that a group changes.
template <class F>
void Committer::each_name(std::span<Ticket* const> group, const F& f) {
  for (const Ticket* ticket : group) {
    const Batch& batch = *ticket->batch;
    for (const Row& row : batch.puts) f(RowCache::Name(Family::Rows, batch.partition, row.key));
    for (const std::string& key : batch.erases) f(RowCache::Name(Family::Rows, batch.partition, key));
    for (const Row& row : batch.bulk_puts) f(RowCache::Name(Family::Bulk, batch.partition, row.key));
    for (const std::string& key : batch.bulk_erases) f(RowCache::Name(Family::Bulk, batch.partition, key));
  }
}

void Committer::write_group(std::span<Ticket* const> admitted) {
  RowDb& db = *slot_.writer();
  const bool erases_all = admitted.front()->erase.has_value();
  if (erases_all) {
    cache_.freeze();
  } else {
    each_name(admitted, [this](const RowCache::Name& name) { cache_.begin(name); });
  }
  const auto begin = std::chrono::steady_clock::now();
  StoreResult<void> written = db.write(changes_);
  last_sync_ = std::chrono::steady_clock::now() - begin;
  const std::uint64_t number = group_number_++;
  // Before the cache takes values again: what was written, if it was, is seen only once the log is opened again.
  if (!written) stop_acknowledging(written.error());
  if (erases_all) {
    cache_.thaw();
  } else {
    each_name(admitted, [this](const RowCache::Name& name) { cache_.end(name); });
  }
  if (!written) {
    recent_.forget(number);
    fail_all(admitted, *broken_);
    return;
  }
  acknowledged_sequence_ = db.last_sequence();
  if (erases_all) recent_.forget(number);
  recent_.trim(number);
  applied_.store(number, std::memory_order_release);
  groups_.fetch_add(1, std::memory_order_relaxed);
  batches_.fetch_add(admitted.size(), std::memory_order_relaxed);
}

void Committer::stop_acknowledging(const StoreError& error) {
  broken_ = StoreError{StoreErrc::Unavailable, error.detail};
  healthy_ = false;
  cache_.freeze();
  pause_ = reopen_pause_;
  retry_at_ = std::chrono::steady_clock::now() + pause_;
  log_(fmt::format("a write failed; nothing is acknowledged until the log is opened again: {}", error.detail));
}

// A flush takes space for a new file and a new log before the old log goes: where the reserve is nearly used up, a
// delete that comes meanwhile had better wait than be refused.
void Committer::wait_for_space() {
  const auto deadline = std::chrono::steady_clock::now() + kFlushWaitMax;
  while (level_ == SpaceGuard::Level::Exhausted && slot_.writer()->background_jobs() > 0 &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kFlushPoll);
    level_ = space_.refresh();
  }
}

void Committer::spare_the_reserve() {
  const bool wanted = space_.is_roomy();
  if (wanted != compacting_ && slot_.writer()->set_automatic_compactions(wanted)) compacting_ = wanted;
}

// Lets flushes and compactions that ran out of space begin again once there is some; else files would pile up until
// writing stops for them.
void Committer::resume_background() {
  RowDb& db = *slot_.writer();
  const auto now = std::chrono::steady_clock::now();
  if (!db.background_failed() || level_ != SpaceGuard::Level::Free || now < resume_at_) return;
  resume_at_ = now + kResumePause;
  log_("a flush or compaction had failed; trying again");
  if (auto resumed = db.resume(); !resumed) stop_acknowledging(resumed.error());
}

// Checks one batch against everything before it, and adds it to the group. False: answered already.
bool Committer::admit(Ticket& ticket) {
  ticket.result = {};
  RowDb& db = *slot_.writer();
  const bool has_room =
      ticket.erase ? level_ != SpaceGuard::Level::Exhausted : SpaceGuard::admits(level_, *ticket.batch);
  if (!has_room) {
    ticket.result = std::unexpected(CommitError{StoreErrc::NoSpace, {}, "the disk is full but for its reserve"});
    return false;
  }
  if (ticket.erase) {
    changes_.erase(db, *ticket.erase);
    return true;
  }
  StoreResult<void> read;
  std::vector<Conflict> failed = conflicts(ticket, read);
  if (!read) {
    ticket.result = std::unexpected(commit_error(read.error()));
    return false;
  }
  if (!failed.empty()) {
    ticket.result = std::unexpected(CommitError{StoreErrc::Conflict, std::move(failed), "a precondition failed"});
    return false;
  }
  changes_.add(db, *ticket.batch);
  note_writes(*ticket.batch);
  return true;
}

std::vector<Conflict> Committer::conflicts(const Ticket& ticket, StoreResult<void>& read) {
  std::vector<Conflict> out;
  const auto& requirements = ticket.batch->requirements;
  for (std::size_t i = 0; i < requirements.size(); ++i) {
    auto actual = current(ticket, i);
    if (!actual) {
      read = std::unexpected(actual.error());
      return {};
    }
    if (*actual != requirements[i].value) out.push_back({requirements[i].key, std::move(*actual)});
  }
  return out;
}

// What the row of one requirement is, after all groups before this one and all batches before this one in it.
StoreResult<std::optional<std::string>> Committer::current(const Ticket& ticket, std::size_t requirement) {
  const Partition partition = ticket.batch->partition;
  const std::string& key = ticket.batch->requirements[requirement].key;
  make_key(scratch_key_, partition, key);
  if (const RecentWrites::Value* value = recent_.find(scratch_key_)) return *value;
  if (ticket.as_of >= recent_.floor()) return ticket.seen[requirement];
  rereads_.fetch_add(1, std::memory_order_relaxed);
  return *slot_.writer()->get(Family::Rows, partition, key, MayWait::Yes);
}

void Committer::note_writes(const Batch& batch) {
  for (const Row& row : batch.puts) {
    make_key(scratch_key_, batch.partition, row.key);
    recent_.note(group_number_, scratch_key_, row.value);
  }
  for (const std::string& key : batch.erases) {
    make_key(scratch_key_, batch.partition, key);
    recent_.note(group_number_, scratch_key_, std::nullopt);
  }
}

void Committer::fail_all(std::span<Ticket* const> group, const StoreError& error) {
  for (Ticket* ticket : group) ticket->result = std::unexpected(commit_error(error));
}

// One post for each executor, whatever the group's size: it resumes its coroutines in the order of the group.
void Committer::wake(std::span<Ticket* const> group) {
  struct Ready {
    Executor* owner;
    std::vector<std::coroutine_handle<>> waiting;
  };
  std::vector<Ready> all;  // a handful: one for each reactor
  for (Ticket* ticket : group) {
    auto found = std::ranges::find(all, ticket->owner, &Ready::owner);
    if (found == all.end()) {
      all.push_back({ticket->owner, {}});
      found = std::prev(all.end());
    }
    found->waiting.push_back(ticket->waiting);
  }
  // From the first post on, tickets may be gone: their coroutines go on.
  for (Ready& ready : all) {
    ready.owner->post([waiting = std::move(ready.waiting)] {
      for (std::coroutine_handle<> coroutine : waiting) coroutine.resume();
    });
  }
}

void Committer::try_reopen() {
  space_.refresh();  // gives the reserve back when that is what was missing
  StoreResult<void> opened = slot_.reopen(acknowledged_sequence_);
  if (opened) {
    // The failed group was replayed or it was not; from here on that is settled.
    applied_.store(group_number_ - 1, std::memory_order_release);
    broken_.reset();
    cache_.thaw();
    compacting_ = true;  // as it opens
    healthy_ = true;
    reopenings_.fetch_add(1, std::memory_order_relaxed);
    log_("the log was opened again and is whole; writing goes on");
    return;
  }
  broken_ = StoreError{StoreErrc::Unavailable, opened.error().detail};
  pause_ = std::min(pause_ * 2, kReopenPauseMax);
  retry_at_ = std::chrono::steady_clock::now() + pause_;
  log_(fmt::format("the log could not be opened again, next try in {} ms: {}", pause_.count(), broken_->detail));
}

}  // namespace skerry::storage::local
