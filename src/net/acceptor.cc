#include "net/acceptor.h"

#include <unistd.h>

#include <cerrno>

#include "base/check.h"

namespace skerry::net {
namespace {

constexpr int kBatch = 64;  // then the connections that exist have their turn
constexpr microseconds kPause = milliseconds(100);

bool is_about_one_connection(int error) {
  // What accept reports of the connection itself; the next one may be fine.
  return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM || error == ENETDOWN ||
         error == EHOSTUNREACH || error == ENETUNREACH || error == EHOSTDOWN || error == ENOPROTOOPT;
}

}  // namespace

Acceptor::Acceptor(Reactor& reactor, Listening listening, Take take)
    : reactor_(reactor), listening_(std::move(listening)), take_(std::move(take)) {}

void Acceptor::start() {
  CHECK(reactor_.watch(listening_.socket.get(), *this), "the kernel does not watch a listening socket");
  running_ = true;
}

void Acceptor::stop() {
  if (running_) reactor_.unwatch(listening_.socket.get(), *this);
  running_ = false;
  if (!listening_.socket) return;
  listening_.socket.close();
  if (listening_.bound.is_unix) ::unlink(listening_.bound.address.c_str());
}

void Acceptor::on_ready(std::uint32_t) { accept(); }

void Acceptor::accept() {
  if (!running_) return;
  for (int i = 0; i < kBatch; ++i) {
    Peer peer;
    Descriptor socket = accept_from(listening_.socket, peer);
    if (socket) {
      take_(std::move(socket), std::move(peer));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;  // the next connection is a new edge
    } else if (!is_about_one_connection(errno)) {
      reactor_.post_after(kPause, [this] { accept(); });
      return;
    }
  }
  reactor_.post([this] { accept(); });
}

}  // namespace skerry::net
