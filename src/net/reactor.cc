#include "net/reactor.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace skerry::net {
namespace {

// What was put off waits for no more than so many others: enough to share a wake-up, too few to be felt.
constexpr std::size_t kRevisitsMax = 16;

}  // namespace

Reactor::Reactor(const Clock& clock)
    : clock_(clock),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      now_(clock.steady()) {
  CHECK(epoll_ && wake_, "the system gives no epoll or eventfd: {}", std::strerror(errno));
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == 0, "{}", std::strerror(errno));
}

Reactor::~Reactor() = default;

void Reactor::post(Function fn) {
  if (current_or_null() == this) {
    ready_.push_back(std::move(fn));
    return;
  }
  // Waking belongs under the lock too: once the loop can take `fn`, that may end the loop and destroy the reactor, and
  // a late write would go to whatever has the descriptor's number by then.
  std::lock_guard lock(mutex_);
  posted_.push_back(std::move(fn));
  // Together with wait_ms: either the loop sees has_posted_ before it sleeps, or we see that it sleeps.
  has_posted_.store(true);
  if (sleeping_.exchange(false)) wake();
}

void Reactor::post_after(microseconds delay, Function fn) {
  microseconds due = clock_.steady() + delay;
  if (current_or_null() == this) {
    timers_.emplace(due, std::move(fn));
  } else {
    post([this, due, fn = std::move(fn)]() mutable { timers_.emplace(due, std::move(fn)); });
  }
}

void Reactor::wake() {
  // Each write is an edge of its own; the count is never read.
  std::uint64_t one = 1;
  [[maybe_unused]] ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void Reactor::stop() {
  post([this] { stopping_ = true; });
}

void Reactor::run() {
  Running running(this);
  Batch batch;
  batch_ = &batch;
  stopping_ = false;
  while (!stopping_) turn(batch);
  batch_ = nullptr;
}

void Reactor::turn(Batch& batch) {
  int count = epoll_wait(epoll_.get(), batch.events, std::size(batch.events), wait_ms());
  sleeping_.store(false, std::memory_order_relaxed);
  CHECK(count >= 0 || errno == EINTR, "epoll_wait: {}", std::strerror(errno));
  now_ = clock_.steady();
  batch.count = std::max(count, 0);
  for (batch.next = 0; batch.next < batch.count;) {
    epoll_event& event = batch.events[batch.next++];
    if (event.data.ptr) static_cast<Watcher*>(event.data.ptr)->on_ready(event.events);
    if (batch.next == batch.count || revisited_.size() >= kRevisitsMax) run_revisits();
  }
  take_posted();
  run_due();
  run_ready();
}

int Reactor::wait_ms() {
  if (!ready_.empty()) return 0;
  sleeping_.store(true);
  if (has_posted_.load()) return 0;
  if (timers_.empty()) return -1;
  microseconds left = timers_.begin()->first - clock_.steady();
  if (left <= microseconds(0)) return 0;
  auto whole = std::chrono::ceil<milliseconds>(left).count();
  return static_cast<int>(std::min<std::int64_t>(whole, 60'000));
}

void Reactor::take_posted() {
  if (!has_posted_.exchange(false)) return;
  std::lock_guard lock(mutex_);
  std::ranges::move(posted_, std::back_inserter(ready_));
  posted_.clear();
}

void Reactor::run_due() {
  while (!timers_.empty() && timers_.begin()->first <= now_) {
    ready_.push_back(std::move(timers_.begin()->second));
    timers_.erase(timers_.begin());
  }
}

void Reactor::run_ready() {
  // What these post waits for the next turn, so that sockets have theirs in between.
  running_.swap(ready_);
  for (Function& fn : running_) fn();
  running_.clear();
}

void Reactor::run_revisits() {
  // By index: a visit may put off more, or unwatch those that are still to come.
  for (std::size_t i = 0; i < revisited_.size(); ++i) {
    if (Watcher* watcher = std::exchange(revisited_[i], nullptr)) watcher->on_ready(0);
  }
  revisited_.clear();
}

bool Reactor::watch(int fd, Watcher& watcher) {
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &watcher}};
  return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Reactor::unwatch(int fd, Watcher& watcher) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  std::ranges::replace(revisited_, &watcher, nullptr);
  if (!batch_) return;
  for (int i = batch_->next; i < batch_->count; ++i) {
    if (batch_->events[i].data.ptr == &watcher) batch_->events[i].data.ptr = nullptr;
  }
}

}  // namespace skerry::net
