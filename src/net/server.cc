#include "net/server.h"

#include <pthread.h>

#include <algorithm>
#include <deque>
#include <latch>
#include <string>
#include <thread>
#include <variant>

#include "net/acceptor.h"
#include "net/connection_set.h"
#include "net/http1_connection.h"
#include "net/refused_connection.h"

namespace skerry::net {
namespace {

// A reactor with its thread and its connections.
struct Lane {
  Lane(const Limits& limits, const Clock& clock) : reactor(clock), set(reactor, limits, clock) {}

  Reactor reactor;
  ConnectionSet set;
  std::thread thread;
};

std::unique_ptr<Stream> stream_for(const Listener& listener, Socket& socket) {
  if (listener.tls) return listener.tls->accept(socket);
  return std::make_unique<PlainStream>(socket);
}

Task<> serve(ConnectionSet& set, const Listener& listener, Descriptor socket, Peer peer) {
  // With HTTP/2, ALPN's choice is known after the handshake, and another Connection is made here.
  Http1Connection connection(set, *listener.handler, std::move(socket), std::move(peer));
  Channel& channel = connection.channel();
  if (channel.open(stream_for(listener, channel.socket()))) co_await connection.run();
}

Task<> refuse(ConnectionSet& set, const Listener& listener, Descriptor socket) {
  RefusedConnection connection(set, *listener.handler, std::move(socket));
  Channel& channel = connection.channel();
  if (channel.open(std::make_unique<PlainStream>(channel.socket()))) co_await connection.run();
}

// Runs `task` among the connections of `set`, counted in `count`, which has counted it already.
Task<> counted(Task<> task, std::atomic<std::size_t>& count) {
  co_await std::move(task);
  --count;
}

void start_in(ConnectionSet& set, Task<> task, std::atomic<std::size_t>& count) {
  if (!set.gate().spawn(counted(std::move(task), count))) --count;  // the gate closes: so does the socket
}

template <class Done>
Task<> when_empty(ConnectionSet& set, Done done) {
  co_await set.gate().close();
  co_await set.work().close();
  done(std::monostate{});
}

}  // namespace

struct Server::State {
  State(Options given, const Clock& time) : options(std::move(given)), clock(time) {
    for (std::size_t i = 0; i < std::max<std::size_t>(options.threads, 1); ++i)
      lanes.emplace_back(options.limits, clock);
  }

  void take(const Listener& listener, Descriptor socket, Peer peer);
  std::size_t open() const;
  void stop_listening();  // on the first lane
  void shut();

  const Options options;
  const Clock& clock;
  std::deque<Listener> listeners;  // before the lanes: connections refer to them
  std::deque<Lane> lanes;
  std::deque<Acceptor> acceptors;  // on the first lane
  bool started = false;
  Cell accepted, refused;  // written on the first lane
  std::atomic<std::size_t> refusing = 0;
};

std::size_t Server::State::open() const {
  std::size_t sum = 0;
  for (const Lane& lane : lanes) sum += lane.set.load();
  return sum;
}

void Server::State::take(const Listener& listener, Descriptor socket, Peer peer) {
  accepted.add(1);
  Lane& lane = *std::ranges::min_element(lanes, {}, [](Lane& each) { return each.set.load().load(); });
  // Who may open our own socket gets through whatever comes from outside.
  if (open() >= options.limits.connections && !listener.endpoint.is_unix) {
    refused.add(1);
    // A handshake only to say no is work that a flood would like us to do: over TLS the close is the answer.
    if (listener.tls || refusing >= options.limits.refusals) return;
    ++refusing;
    lane.reactor.post([this, &lane, &listener, socket = std::move(socket)]() mutable {
      start_in(lane.set, refuse(lane.set, listener, std::move(socket)), refusing);
    });
    return;
  }
  ++lane.set.load();
  lane.reactor.post([&lane, &listener, socket = std::move(socket), peer = std::move(peer)]() mutable {
    start_in(lane.set, serve(lane.set, listener, std::move(socket), std::move(peer)), lane.set.load());
  });
}

void Server::State::stop_listening() {
  for (Acceptor& acceptor : acceptors) acceptor.stop();
}

void Server::State::shut() {
  if (!started) return stop_listening();
  std::latch ended(static_cast<std::ptrdiff_t>(lanes.size()));
  lanes.front().reactor.post([this] { stop_listening(); });
  for (Lane& lane : lanes) {
    lane.reactor.post([&lane, &ended] {
      lane.set.cut();
      auto done = [&ended](std::monostate) { ended.count_down(); };
      detail::run_detached(when_empty(lane.set, done));
    });
  }
  ended.wait();
  for (Lane& lane : lanes) lane.reactor.stop();
  for (Lane& lane : lanes) lane.thread.join();
}

Server::Server(Options options, const Clock& clock) : state_(std::make_unique<State>(std::move(options), clock)) {}

Server::~Server() { state_->shut(); }

std::expected<Endpoint, ListenError> Server::listen(Listener listener) {
  CHECK(!state_->started && listener.handler, "listen comes before start and with a handler");
  auto listening = listen_on(listener.endpoint);
  if (!listening) return std::unexpected(listening.error());
  Endpoint bound = listening->bound;
  State& state = *state_;
  Listener& kept = state.listeners.emplace_back(std::move(listener));
  state.acceptors.emplace_back(
      state.lanes.front().reactor, std::move(*listening),
      [&state, &kept](Descriptor socket, Peer peer) { state.take(kept, std::move(socket), std::move(peer)); });
  return bound;
}

void Server::start() {
  CHECK(!state_->started, "a server starts once");
  state_->started = true;
  int index = 0;
  for (Lane& lane : state_->lanes) {
    lane.thread = std::thread([&lane] { lane.reactor.run(); });
    pthread_setname_np(lane.thread.native_handle(), fmt::format("net-{}", index++).c_str());
  }
  state_->lanes.front().reactor.post([this] {
    for (Acceptor& acceptor : state_->acceptors) acceptor.start();
  });
}

Task<> Server::drain(microseconds grace) {
  State& state = *state_;
  co_await suspend<std::monostate>([&state](auto done) {
    state.lanes.front().reactor.post([&state, done = std::move(done)]() mutable {
      state.stop_listening();
      done(std::monostate{});
    });
  });
  for (Lane& lane : state.lanes) {
    lane.reactor.post([&lane, grace] {
      lane.set.drain();
      lane.reactor.post_after(grace, [&lane] { lane.set.cut(); });
    });
  }
  for (Lane& lane : state.lanes) {
    co_await suspend<std::monostate>([&lane](auto done) {
      lane.reactor.post(
          [&lane, done = std::move(done)]() mutable { detail::run_detached(when_empty(lane.set, std::move(done))); });
    });
  }
}

std::expected<void, TlsError> Server::reload_certificates() {
  std::expected<void, TlsError> result;
  for (Listener& listener : state_->listeners) {
    if (!listener.tls) continue;
    auto reloaded = listener.tls->reload();
    if (!reloaded && result) result = reloaded;
  }
  return result;
}

std::size_t Server::threads() const { return state_->lanes.size(); }
Reactor& Server::reactor(std::size_t index) { return state_->lanes.at(index).reactor; }

Counters Server::counters() const {
  Counters sum;
  sum.accepted = state_->accepted.get();
  sum.refused = state_->refused.get();
  sum.open = state_->open();
  for (const Lane& lane : state_->lanes) {
    const Tally& tally = lane.set.tally();
    sum.requests += tally.requests.get();
    sum.bad_requests += tally.bad_requests.get();
    sum.timeouts += tally.timeouts.get();
    sum.aborted += tally.aborted.get();
    sum.bytes_in += tally.bytes_in.get();
    sum.bytes_out += tally.bytes_out.get();
  }
  return sum;
}

}  // namespace skerry::net
