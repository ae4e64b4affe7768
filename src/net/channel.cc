#include "net/channel.h"

#include "base/check.h"

namespace skerry::net {
namespace {

// Whoever moved this much without a wait lets the other connections go first; an operation counts for something, so
// that a stream of tiny pipelined requests does so too.
constexpr std::size_t kTurnBytes = 1024 * 1024;
constexpr std::size_t kOperationBytes = 16 * 1024;

// More than this is no small answer, and its memory is wanted back.
constexpr std::size_t kPostponedBytesMax = 32 * 1024;

bool blocked(Io io) { return io.status == IoStatus::WantRead || io.status == IoStatus::WantWrite; }

}  // namespace

Channel::Channel(Reactor& reactor, Tally& tally, Descriptor socket)
    : reactor_(reactor), tally_(tally), socket_(std::move(socket)) {}

Channel::~Channel() {
  CHECK(!reading_ && !writing_, "a channel was destroyed while a coroutine waits on it");
  if (open_) close(true);
}

bool Channel::open(std::unique_ptr<Stream> stream) {
  stream_ = std::move(stream);
  open_ = reactor_.watch(socket_.fd(), *this);
  return open_;
}

void Channel::end_write() {
  if (!aborted_ && !std::exchange(write_ended_, true)) stream_->end_write();
}

void Channel::close(bool abortively) {
  if (!open_) return;
  if (!abortively) end_write();
  open_ = false;
  aborted_ = true;
  reactor_.unwatch(socket_.fd(), *this);
  socket_.close(abortively);
}

bool Channel::charge(std::size_t bytes) {
  unpaused_ += bytes + kOperationBytes;
  return unpaused_ < kTurnBytes;
}

void Channel::Operation::await_suspend(std::coroutine_handle<> waiting) {
  channel_.unpaused_ = 0;
  if (finished_) {
    channel_.reactor_.post([waiting] { waiting.resume(); });
    return;
  }
  CHECK(!slot_, "two coroutines read from, or write to, one channel");
  waiting_ = waiting;
  slot_ = this;
}

bool Channel::Read::attempt() {
  if (channel_.aborted_) {
    result_ = {IoStatus::Failed};
    return true;
  }
  result_ = channel_.stream_->read(into_);
  channel_.tally_.bytes_in.add(result_.bytes);
  return !blocked(result_);
}

bool Channel::Write::is_postponed() const {
  if (!channel_.open_ || channel_.aborted_ || !channel_.reactor_.has_more_ready()) return false;
  return bytes_left() <= kPostponedBytesMax;
}

std::size_t Channel::Write::bytes_left() const {
  std::size_t bytes = 0;
  for (const iovec& part : from_) bytes += part.iov_len;
  return bytes;
}

void Channel::Write::await_suspend(std::coroutine_handle<> waiting) {
  Operation::await_suspend(waiting);
  if (postponed_) channel_.reactor_.revisit(channel_);
}

bool Channel::Write::attempt() {
  if (channel_.aborted_) {
    result_ = {IoStatus::Failed};
    return true;
  }
  while (!from_.empty()) {
    Io io = channel_.stream_->write(from_);
    if (blocked(io)) {
      // Each step forward renews the deadline; a mere wake-up without one does not. Steps of a byte do not do so for
      // ever.
      microseconds now = channel_.reactor_.now();
      if (latest_ == kNever && rate_min_ > 0) latest_ = now + idle_ + seconds(bytes_left() / rate_min_);
      if (result_.status == IoStatus::Done || deadline_ == kNever) deadline_ = std::min(now + idle_, latest_);
      result_.status = io.status;
      return false;
    }
    if (io.status != IoStatus::Done) {
      result_ = io;
      return true;
    }
    result_.status = IoStatus::Done;
    result_.bytes += io.bytes;
    channel_.tally_.bytes_out.add(io.bytes);
    while (!from_.empty() && io.bytes >= from_.front().iov_len) {
      io.bytes -= from_.front().iov_len;
      from_ = from_.subspan(1);
    }
    if (io.bytes > 0) {
      from_.front().iov_base = static_cast<char*>(from_.front().iov_base) + io.bytes;
      from_.front().iov_len -= io.bytes;
    }
  }
  result_.status = IoStatus::Done;
  return true;
}

void Channel::on_ready(std::uint32_t events) {
  socket_.note(events);
  // Both are tried, whichever the event was for: TLS may read in order to write. Neither coroutine can destroy this
  // before the other has ended.
  std::coroutine_handle<> resumed[2];
  int count = 0;
  for (Operation** slot : {&reading_, &writing_}) {
    if (!*slot || !(*slot)->attempt()) continue;
    resumed[count++] = (*slot)->waiting_;
    *slot = nullptr;
  }
  for (int i = 0; i < count; ++i) resumed[i].resume();
}

void Channel::finish(Operation*& slot, IoStatus status, Reactor& reactor) {
  if (!slot) return;
  slot->result_.status = status;
  reactor.post([waiting = slot->waiting_] { waiting.resume(); });
  slot = nullptr;
}

void Channel::expire(microseconds now) {
  if (reading_ && reading_->deadline_ <= now) finish(reading_, IoStatus::TimedOut, reactor_);
  if (writing_ && writing_->deadline_ <= now) finish(writing_, IoStatus::TimedOut, reactor_);
}

void Channel::interrupt() { finish(reading_, IoStatus::Interrupted, reactor_); }

void Channel::abort() {
  if (!open_ || aborted_) return;
  aborted_ = true;
  socket_.shutdown();
  finish(reading_, IoStatus::Failed, reactor_);
  finish(writing_, IoStatus::Failed, reactor_);
}

}  // namespace skerry::net
