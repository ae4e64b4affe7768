#pragma once
#include <functional>

#include "net/endpoint.h"
#include "net/reactor.h"

namespace skerry::net {

// Takes connections from one listening socket for as long as it runs. When the process has no descriptors left it
// pauses instead of spinning, and clients wait in the kernel.
//
// Life: destroyed after stop, when the reactor no longer runs.
// Threads: the reactor's; the constructor on any.
class Acceptor final : private Reactor::Watcher {
 public:
  using Take = std::function<void(Descriptor, Peer)>;

  Acceptor(Reactor& reactor, Listening listening, Take take);
  void start();
  void stop();  // closes the socket, and removes a unix socket's file

 private:
  void on_ready(std::uint32_t events) override;
  void accept();

  Reactor& reactor_;
  Listening listening_;
  Take take_;
  bool running_ = false;
};

}  // namespace skerry::net
