#pragma once
#include <coroutine>
#include <memory>
#include <span>

#include "net/counters.h"
#include "net/reactor.h"
#include "net/stream.h"

namespace skerry::net {

// A connection's bytes for coroutines: reads and writes that wait, each until a deadline.
//
// Waiting costs no allocation and no timer: the operation lives in the awaiting frame, and deadlines are compared by
// whoever calls expire now and then. A coroutine that is always served at once gives way to others after a while.
//
// Life: outlives the coroutines that wait on it. `reactor` and `tally` outlive it.
// Threads: the reactor's. One read and one write at a time.
class Channel final : private Reactor::Watcher {
 public:
  static constexpr microseconds kNever = microseconds::max();

  Channel(Reactor& reactor, Tally& tally, Descriptor socket);
  ~Channel();
  Channel(const Channel&) = delete;

  // Starts to watch. `stream` is made upon socket(). False: the kernel refuses.
  bool open(std::unique_ptr<Stream> stream);
  Socket& socket() { return socket_; }
  Stream& stream() { return *stream_; }
  Reactor& reactor() { return reactor_; }

  class Operation;
  class Read;
  class Write;
  // co_await gives an Io: Done with 1 to into.size() bytes, End, Failed, TimedOut or Interrupted.
  Read read(std::span<char> into, microseconds deadline);
  // Writes all of `from` (changed on the way; the array outlives the await). The peer has `idle` time for each step,
  // and for all of them together no more than that and what the bytes take at `rate_min` bytes a second. co_await gives
  // Done, Failed or TimedOut.
  Write write(std::span<iovec> from, microseconds idle, std::uint64_t rate_min);

  void expire(microseconds now);  // ends what waits past its deadline as TimedOut
  void interrupt();               // ends a read that waits as Interrupted
  void abort();                   // ends what waits, and all later calls, as Failed
  bool aborted() const { return aborted_; }

  void end_write();             // the peer sees the end, and may still send
  void close(bool abortively);  // nothing may wait; abortively: the peer sees a reset

 private:
  void on_ready(std::uint32_t events) override;
  bool charge(std::size_t bytes);
  static void finish(Operation*& slot, IoStatus status, Reactor& reactor);

  Reactor& reactor_;
  Tally& tally_;
  Socket socket_;
  std::unique_ptr<Stream> stream_;
  bool open_ = false;
  bool aborted_ = false;
  bool write_ended_ = false;
  std::size_t unpaused_ = 0;  // what was served since the last wait, in bytes
  Operation* reading_ = nullptr;
  Operation* writing_ = nullptr;
};

class Channel::Operation {
 public:
  Operation(const Operation&) = delete;
  virtual ~Operation() = default;
  bool await_ready() {
    finished_ = attempt();
    return finished_ && channel_.charge(result_.bytes);
  }
  void await_suspend(std::coroutine_handle<> waiting);
  Io await_resume() { return result_; }

 protected:
  friend Channel;
  Operation(Channel& channel, Operation*& slot, microseconds deadline)
      : channel_(channel), slot_(slot), deadline_(deadline) {}
  virtual bool attempt() = 0;  // true: result_ is final

  Channel& channel_;
  Operation*& slot_;
  microseconds deadline_;
  Io result_;
  bool finished_ = false;
  std::coroutine_handle<> waiting_;
};

class Channel::Read final : public Operation {
 public:
  Read(Channel& channel, std::span<char> into, microseconds deadline)
      : Operation(channel, channel.reading_, deadline), into_(into) {}

 private:
  bool attempt() override;
  std::span<char> into_;
};

class Channel::Write final : public Operation {
 public:
  Write(Channel& channel, std::span<iovec> from, microseconds idle, std::uint64_t rate_min)
      : Operation(channel, channel.writing_, kNever), from_(from), idle_(idle), rate_min_(rate_min) {}
  // Little is put off while other sockets wait for their turn, and leaves together with what they have to say.
  bool await_ready() { return !(postponed_ = is_postponed()) && Operation::await_ready(); }
  void await_suspend(std::coroutine_handle<> waiting);

 private:
  bool attempt() override;
  bool is_postponed() const;
  std::size_t bytes_left() const;
  std::span<iovec> from_;
  microseconds idle_;
  std::uint64_t rate_min_;
  microseconds latest_ = kNever;  // whatever has been taken by then; set by the first wait
  bool postponed_ = false;
};

inline Channel::Read Channel::read(std::span<char> into, microseconds deadline) { return Read(*this, into, deadline); }
inline Channel::Write Channel::write(std::span<iovec> from, microseconds idle, std::uint64_t rate_min) {
  return Write(*this, from, idle, rate_min);
}

}  // namespace skerry::net
