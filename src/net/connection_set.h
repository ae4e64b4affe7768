#pragma once
#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "base/gate.h"
#include "net/channel.h"
#include "net/counters.h"
#include "net/input_buffer.h"
#include "net/limits.h"
#include "net/response_head.h"

namespace skerry::net {

class ConnectionSet;

// What its set knows of an open connection, whichever protocol it speaks.
class Connection {
 public:
  Connection(ConnectionSet& set, Descriptor socket);
  virtual ~Connection();
  Connection(const Connection&) = delete;

  Channel& channel() { return channel_; }
  // No request is in progress: it may be closed without harm.
  bool idle() const { return idle_; }

 protected:
  // Ends our side and listens for a while to a client that still talks. Closing at once would reset the connection,
  // and the reset may overtake our last answer.
  Task<> linger();

  ConnectionSet& set_;
  Channel channel_;
  bool idle_ = true;

 private:
  friend ConnectionSet;
  std::size_t index_ = 0;  // in the set
};

// The open connections of one reactor and what they share: limits, counters, buffers, and the one timer that ends the
// late ones.
//
// Life: outlives its connections; destroyed when both gates have closed.
// Threads: the reactor's, but for load and tally.
class ConnectionSet {
 public:
  static constexpr std::size_t kBufferBytes = 256 * 1024;  // eight reads of a disk's read-ahead; a send fills TCP's

  ConnectionSet(Reactor& reactor, const Limits& limits, const Clock& clock);

  Reactor& reactor() { return reactor_; }
  const Limits& limits() const { return limits_; }
  Tally& tally() { return tally_; }
  const Tally& tally() const { return tally_; }
  std::string_view date() { return date_.at(std::chrono::floor<seconds>(clock_.now()).time_since_epoch().count()); }

  // Connections handed to this reactor and not ended yet. Any thread; the acceptor adds before it posts.
  std::atomic<std::size_t>& load() { return load_; }
  std::size_t load() const { return load_; }
  Gate& gate() { return gate_; }
  // What goes on behind an answer (Request::tasks). Connections wait for it, so their gate closes first.
  Gate& work() { return work_; }

  // Idle connections end now, the others after the request they are in.
  void drain();
  bool draining() const { return draining_; }
  void cut();  // all end now

  LongHeads& long_heads() { return long_heads_; }

  // Where all put what nobody looks at: bytes read only to be rid of them.
  std::span<char> discarded();

  // A buffer of kBufferBytes for as long as a body is copied through it.
  using Buffer = std::unique_ptr<char[]>;
  Buffer borrow();
  void give_back(Buffer buffer);

 private:
  friend Connection;
  void enter(Connection& connection);
  void leave(Connection& connection);
  void tick();

  Reactor& reactor_;
  const Limits& limits_;
  const Clock& clock_;
  Tally tally_;
  DateLine date_;
  LongHeads long_heads_;
  Gate gate_;
  Gate work_;
  std::atomic<std::size_t> load_ = 0;
  std::vector<Connection*> connections_;
  std::vector<Buffer> spare_;
  std::unique_ptr<char[]> discarded_;
  bool ticking_ = false;
  bool draining_ = false;
};

}  // namespace skerry::net
