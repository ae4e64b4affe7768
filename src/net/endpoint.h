#pragma once
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "net/descriptor.h"
#include "net/http.h"

namespace skerry::net {

// Where a server listens: an address and port, or the path of a unix socket.
struct Endpoint {
  std::string address;     // "127.0.0.1", "::1"; of a unix socket the path
  std::uint16_t port = 0;  // 0: any free one
  bool is_unix = false;

  // "127.0.0.1:4566", "[::1]:4566", "localhost:4566" (127.0.0.1), "unix:/path". Other names are not resolved.
  static std::optional<Endpoint> parse(std::string_view text);
  std::string text() const;  // as parse takes it
};

// The address of a unix socket. A path that is too long for one (108 bytes) is reached by way of its folder, which is
// kept open meanwhile.
struct UnixAddress {
  sockaddr_un address;
  Descriptor folder;

  // Nothing where the path is empty, its name is too long, or there is no such folder.
  static std::optional<UnixAddress> of(const std::string& path);
  const sockaddr* any() const { return reinterpret_cast<const sockaddr*>(&address); }
};

struct ListenError {
  bool in_use = false;  // somebody else listens there
  std::string detail;
};

struct Listening {
  Descriptor socket;  // non-blocking
  Endpoint bound;     // with the port that was given
};

// Binds and listens, exclusively: a second server on the same port fails, where SO_REUSEPORT would silently split the
// clients between the two. A unix socket is mode 0600 from its first moment; one that a dead server left is replaced.
std::expected<Listening, ListenError> listen_on(const Endpoint& endpoint);

// The next connection, non-blocking. errno tells why there is none.
Descriptor accept_from(const Descriptor& listener, Peer& peer);

}  // namespace skerry::net
