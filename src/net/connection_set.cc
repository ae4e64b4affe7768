#include "net/connection_set.h"

namespace skerry::net {
namespace {

// How late a deadline may be noticed. One pass over all connections so often costs less than a timer for each.
constexpr microseconds kTick = milliseconds(100);

constexpr std::size_t kSpareBuffers = 8;  // 2 MiB a reactor stay ours between bursts

}  // namespace

Connection::Connection(ConnectionSet& set, Descriptor socket)
    : set_(set), channel_(set.reactor(), set.tally(), std::move(socket)) {
  set_.enter(*this);
}

Connection::~Connection() { set_.leave(*this); }

Task<> Connection::linger() {
  channel_.end_write();
  Reactor& reactor = channel_.reactor();
  microseconds deadline = reactor.now() + set_.limits().linger_time;
  std::span<char> discarded = set_.discarded();
  Io io{IoStatus::Done};
  while (io.status == IoStatus::Done && reactor.now() < deadline) io = co_await channel_.read(discarded, deadline);
}

ConnectionSet::ConnectionSet(Reactor& reactor, const Limits& limits, const Clock& clock)
    : reactor_(reactor), limits_(limits), clock_(clock), long_heads_{limits.long_heads_bytes} {}

void ConnectionSet::enter(Connection& connection) {
  connection.index_ = connections_.size();
  connections_.push_back(&connection);
  if (std::exchange(ticking_, true)) return;
  reactor_.post_after(kTick, [this] { tick(); });
}

void ConnectionSet::leave(Connection& connection) {
  connections_.back()->index_ = connection.index_;
  connections_[connection.index_] = connections_.back();
  connections_.pop_back();
}

void ConnectionSet::tick() {
  ticking_ = !connections_.empty();
  if (!ticking_) return;
  for (Connection* connection : connections_) connection->channel().expire(reactor_.now());
  reactor_.post_after(kTick, [this] { tick(); });
}

void ConnectionSet::drain() {
  draining_ = true;
  for (Connection* connection : connections_) {
    if (connection->idle()) connection->channel().interrupt();
  }
}

void ConnectionSet::cut() {
  draining_ = true;
  for (Connection* connection : connections_) connection->channel().abort();
}

std::span<char> ConnectionSet::discarded() {
  constexpr std::size_t kBytes = 64 * 1024;
  if (!discarded_) discarded_ = std::make_unique_for_overwrite<char[]>(kBytes);
  return {discarded_.get(), kBytes};
}

ConnectionSet::Buffer ConnectionSet::borrow() {
  if (spare_.empty()) return std::make_unique_for_overwrite<char[]>(kBufferBytes);
  Buffer buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

void ConnectionSet::give_back(Buffer buffer) {
  if (spare_.size() < kSpareBuffers) spare_.push_back(std::move(buffer));
}

}  // namespace skerry::net
