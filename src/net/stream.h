#pragma once
#include <sys/uio.h>

#include <cstdint>
#include <span>

#include "net/descriptor.h"
#include "net/http.h"

namespace skerry::net {

enum class IoStatus {
  Done,         // `bytes` were moved, at least one
  End,          // the peer will send no more
  WantRead,     // nothing moved; try again when the socket is readable
  WantWrite,    // nothing moved; try again when the socket is writable
  Failed,       // the connection is broken
  TimedOut,     // the deadline passed (of Channel)
  Interrupted,  // somebody called us off (of Channel)
};

struct Io {
  IoStatus status = IoStatus::Failed;
  std::size_t bytes = 0;
};

// A connected, non-blocking socket, and what epoll last said of it, so that it is not asked in vain.
class Socket {
 public:
  explicit Socket(Descriptor fd) : fd_(std::move(fd)) {}

  int fd() const { return fd_.get(); }
  void note(std::uint32_t events);  // from epoll

  Io receive(std::span<char> into);
  Io send(std::span<const iovec> from);  // never raises SIGPIPE
  void shutdown_write();                 // the peer sees the end after what was sent
  void shutdown();                       // both ways, at once
  void close(bool abortively);           // abortively: the peer gets a reset, not an end

 private:
  Descriptor fd_;
  bool readable_ = false;  // epoll reports the present state when it starts to watch
  bool writable_ = true;
  bool hung_up_ = false;
};

// Bytes to and from a peer, plain or encrypted. Calls never block.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual Io read(std::span<char> into) = 0;
  // After WantRead or WantWrite, call again with the same bytes.
  virtual Io write(std::span<const iovec> from) = 0;
  virtual void end_write() = 0;           // says goodbye, as far as that goes without waiting
  virtual void describe(Peer& peer) = 0;  // fills the fields about TLS; complete after the first read
};

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket& socket) : socket_(socket) {}
  Io read(std::span<char> into) override { return socket_.receive(into); }
  Io write(std::span<const iovec> from) override { return socket_.send(from); }
  void end_write() override { socket_.shutdown_write(); }
  void describe(Peer&) override {}

 private:
  Socket& socket_;
};

}  // namespace skerry::net
