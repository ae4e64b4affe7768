#include "net/stream.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

namespace skerry::net {

void Socket::note(std::uint32_t events) {
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) hung_up_ = true;
  if (hung_up_ || (events & EPOLLIN)) readable_ = true;
  if (hung_up_ || (events & EPOLLOUT)) writable_ = true;
}

Io Socket::receive(std::span<char> into) {
  if (!readable_) return {IoStatus::WantRead};
  ssize_t got;
  do {
    got = ::recv(fd_.get(), into.data(), into.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    // A short read emptied the socket: more bytes are a new edge. An end that was already announced is not.
    if (static_cast<std::size_t>(got) < into.size() && !hung_up_) readable_ = false;
    return {IoStatus::Done, static_cast<std::size_t>(got)};
  }
  if (got == 0) return {IoStatus::End};
  if (errno != EAGAIN && errno != EWOULDBLOCK) return {IoStatus::Failed};
  readable_ = false;
  return {IoStatus::WantRead};
}

Io Socket::send(std::span<const iovec> from) {
  if (!writable_) return {IoStatus::WantWrite};
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(from.data());
  message.msg_iovlen = from.size();
  ssize_t sent;
  do {
    sent = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) {
    std::size_t total = 0;
    for (const iovec& part : from) total += part.iov_len;
    if (static_cast<std::size_t>(sent) < total) writable_ = false;  // the buffer is full: room is a new edge
    return {IoStatus::Done, static_cast<std::size_t>(sent)};
  }
  if (errno != EAGAIN && errno != EWOULDBLOCK) return {IoStatus::Failed};
  writable_ = false;
  return {IoStatus::WantWrite};
}

void Socket::shutdown_write() { ::shutdown(fd_.get(), SHUT_WR); }
void Socket::shutdown() { ::shutdown(fd_.get(), SHUT_RDWR); }

void Socket::close(bool abortively) {
  if (abortively) {
    linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  fd_.close();
}

}  // namespace skerry::net
