#include "digest/lanes.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>
#include <variant>

#include "base/check.h"
#include "digest/hasher.h"

namespace skerry::digest {
namespace {

bool is_slow(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::MD5:
    case Algorithm::SHA1:
    case Algorithm::SHA256:
    case Algorithm::SHA512:
      return true;
    case Algorithm::CRC32:
    case Algorithm::CRC32C:
    case Algorithm::CRC64NVME:
    case Algorithm::XXHASH64:
    case Algorithm::XXHASH3:
    case Algorithm::XXHASH128:
      return false;
  }
  std::unreachable();
}

struct Lane {
  // The running job's, and without one the owner's. The mutex makes what one wrote visible to the next.
  std::vector<Hasher> hashers;

  std::uint64_t next = 0;  // protected by Core::mutex_; the number of the first chunk not read
  bool running = false;    // protected by Core::mutex_; a job is submitted or runs
};

}  // namespace

// What owner and jobs share. Chunks are numbered from 0; chunks_ holds those that some lane has not read.
class HashLanes::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(Workers& workers, std::span<const Algorithm> algorithms, std::size_t inline_bytes, Limits limits);

  void update(SharedBytes chunk);
  std::size_t in_flight_bytes();
  std::size_t in_flight_bytes_limit() const { return limits_.in_flight_bytes; }
  void abandon();
  std::vector<Digest> final();

  // Calls `done` when at most that many bytes are in flight: now, or from a job. One at a time.
  void notify(std::size_t in_flight_bytes_max, Executor::Function done);

 private:
  void hash_inline(std::string_view bytes);
  void submit(Lane& lane);
  void run(Lane& lane);
  std::vector<SharedBytes> take(const Lane& lane);                  // the lane's next job
  std::vector<SharedBytes> advance(Lane& lane, std::size_t read);   // gives what no lane needs any more
  Executor::Function end_job(Lane& lane, std::size_t freed_bytes);  // gives whom to notify, if anybody

  Workers& workers_;                   // constant after construction
  const Limits limits_;                // constant after construction
  std::vector<Algorithm> algorithms_;  // constant after construction
  std::vector<Lane> lanes_;            // its size is constant after construction
  std::size_t inline_left_;            // the owner's; 0 once a job was submitted
  bool finished_ = false;              // the owner's

  std::mutex mutex_;
  std::deque<SharedBytes> chunks_;     // protected by mutex_
  std::uint64_t first_ = 0;            // protected by mutex_; the number of chunks_.front()
  std::size_t in_flight_bytes_ = 0;    // protected by mutex_; of chunks_ and of what is being freed
  bool abandoned_ = false;             // protected by mutex_; no lane goes on
  Executor::Function waiting_;         // protected by mutex_
  std::size_t waiting_for_bytes_ = 0;  // protected by mutex_
};

HashLanes::Core::Core(Workers& workers, std::span<const Algorithm> algorithms, std::size_t inline_bytes, Limits limits)
    : workers_(workers), limits_(limits), inline_left_(inline_bytes) {
  CHECK(limits.in_flight_bytes > 0 && limits.job_bytes > 0, "lanes that never move");
  Lane quick;
  for (Algorithm algorithm : algorithms) {
    if (std::ranges::find(algorithms_, algorithm) != algorithms_.end()) continue;
    algorithms_.push_back(algorithm);
    Lane& lane = is_slow(algorithm) ? lanes_.emplace_back() : quick;
    lane.hashers.emplace_back(algorithm);
  }
  if (!quick.hashers.empty()) lanes_.push_back(std::move(quick));
}

void HashLanes::Core::update(SharedBytes chunk) {
  CHECK(!finished_, "bytes after the end of the stream");
  if (chunk.bytes.empty() || lanes_.empty()) return;
  if (chunk.bytes.size() <= inline_left_) {
    inline_left_ -= chunk.bytes.size();
    return hash_inline(chunk.bytes);
  }
  inline_left_ = 0;
  {
    std::lock_guard lock(mutex_);
    in_flight_bytes_ += chunk.bytes.size();
    chunks_.push_back(std::move(chunk));
  }
  for (Lane& lane : lanes_) submit(lane);
}

// Before the first job, so that no lock is needed.
void HashLanes::Core::hash_inline(std::string_view bytes) {
  for (Lane& lane : lanes_) {
    for (Hasher& hasher : lane.hashers) hasher.update(bytes);
  }
}

// Starts the lane's next job if there is work and none is under way. Not with the mutex held: InlineWorkers runs the
// job here.
void HashLanes::Core::submit(Lane& lane) {
  {
    std::lock_guard lock(mutex_);
    if (abandoned_ || lane.running || lane.next == first_ + chunks_.size()) return;
    lane.running = true;
  }
  workers_.submit([self = shared_from_this(), &lane] { self->run(lane); });
}

void HashLanes::Core::run(Lane& lane) {
  std::vector<SharedBytes> batch = take(lane);
  for (const SharedBytes& chunk : batch) {
    for (Hasher& hasher : lane.hashers) hasher.update(chunk.bytes);
  }
  std::size_t read = batch.size();
  // Bytes are let go of before they stop counting, so that the owner has its buffers back when it is told so; and
  // outside the mutex, because freeing may take long.
  batch.clear();
  std::size_t freed_bytes = 0;
  for (const SharedBytes& chunk : advance(lane, read)) freed_bytes += chunk.bytes.size();
  Executor::Function notify = end_job(lane, freed_bytes);
  submit(lane);
  if (notify) notify();  // last: the owner may now end, and its executor and Workers after it
}

std::vector<SharedBytes> HashLanes::Core::take(const Lane& lane) {
  std::lock_guard lock(mutex_);
  std::vector<SharedBytes> batch;
  if (abandoned_) return batch;
  std::size_t bytes = 0;
  for (std::size_t i = lane.next - first_; i < chunks_.size() && bytes < limits_.job_bytes; ++i) {
    batch.push_back(chunks_[i]);
    bytes += chunks_[i].bytes.size();
  }
  return batch;
}

std::vector<SharedBytes> HashLanes::Core::advance(Lane& lane, std::size_t read) {
  std::lock_guard lock(mutex_);
  std::vector<SharedBytes> unused;
  if (abandoned_) return unused;
  lane.next += read;
  std::uint64_t slowest = std::ranges::min_element(lanes_, {}, &Lane::next)->next;
  for (; first_ < slowest; ++first_) {
    unused.push_back(std::move(chunks_.front()));
    chunks_.pop_front();
  }
  return unused;
}

Executor::Function HashLanes::Core::end_job(Lane& lane, std::size_t freed_bytes) {
  std::lock_guard lock(mutex_);
  lane.running = false;
  in_flight_bytes_ -= freed_bytes;
  if (!waiting_ || in_flight_bytes_ > waiting_for_bytes_) return nullptr;
  return std::exchange(waiting_, nullptr);
}

std::size_t HashLanes::Core::in_flight_bytes() {
  std::lock_guard lock(mutex_);
  return in_flight_bytes_;
}

void HashLanes::Core::notify(std::size_t in_flight_bytes_max, Executor::Function done) {
  {
    std::lock_guard lock(mutex_);
    CHECK(!waiting_, "two wait for the same lanes");
    if (in_flight_bytes_ > in_flight_bytes_max) {
      waiting_ = std::move(done);
      waiting_for_bytes_ = in_flight_bytes_max;
      return;
    }
  }
  done();
}

void HashLanes::Core::abandon() {
  std::deque<SharedBytes> chunks;
  Executor::Function waiting;
  std::lock_guard lock(mutex_);
  abandoned_ = true;
  chunks.swap(chunks_);  // freed after the lock is: what jobs read they hold themselves
  waiting = std::exchange(waiting_, nullptr);
}

std::vector<Digest> HashLanes::Core::final() {
  CHECK(!finished_, "finished twice");
  finished_ = true;
  std::lock_guard lock(mutex_);  // nothing runs; it makes the jobs' work visible here
  std::vector<Digest> unordered;
  for (Lane& lane : lanes_) {
    for (Hasher& hasher : lane.hashers) unordered.push_back(hasher.final());
  }
  std::vector<Digest> digests;
  for (Algorithm algorithm : algorithms_) digests.push_back(*find_digest(unordered, algorithm));
  return digests;
}

HashLanes::HashLanes(Workers& workers, std::span<const Algorithm> algorithms, std::optional<std::uint64_t> size)
    : HashLanes(workers, algorithms, size, Limits{}) {}

HashLanes::HashLanes(Workers& workers, std::span<const Algorithm> algorithms, std::optional<std::uint64_t> size,
                     Limits limits) {
  bool is_long = size && *size > limits.inline_bytes;
  core_ = std::make_shared<Core>(workers, algorithms, is_long ? 0 : limits.inline_bytes, limits);
}

HashLanes::~HashLanes() { core_->abandon(); }

void HashLanes::update(SharedBytes chunk) { core_->update(std::move(chunk)); }

std::size_t HashLanes::in_flight_bytes() const { return core_->in_flight_bytes(); }

Task<> HashLanes::wait_for(std::size_t in_flight_bytes_max) {
  if (core_->in_flight_bytes() <= in_flight_bytes_max) co_return;  // the usual case: no trip through the executor
  co_await suspend<std::monostate>([&](auto done) {
    core_->notify(in_flight_bytes_max, [done = std::move(done)]() mutable { done(std::monostate{}); });
  });
}

Task<> HashLanes::ready() { return wait_for(core_->in_flight_bytes_limit() - 1); }

Task<std::vector<Digest>> HashLanes::finish() {
  co_await wait_for(0);
  co_return core_->final();
}

}  // namespace skerry::digest
