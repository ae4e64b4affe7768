#include "net/endpoint.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace skerry::net {
namespace {

constexpr int kBacklog = 4096;  // the kernel cuts it to net.core.somaxconn

union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_un local;
};

std::unexpected<ListenError> failure(const Endpoint& endpoint, const char* step) {
  int error = errno;
  return std::unexpected(
      ListenError{error == EADDRINUSE, fmt::format("{} {}: {}", step, endpoint.text(), std::strerror(error))});
}

std::optional<socklen_t> resolve(const Endpoint& endpoint, Address& out) {
  out = {};
  if (inet_pton(AF_INET, endpoint.address.c_str(), &out.v4.sin_addr) == 1) {
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(endpoint.port);
    return sizeof out.v4;
  }
  if (inet_pton(AF_INET6, endpoint.address.c_str(), &out.v6.sin6_addr) == 1) {
    out.v6.sin6_family = AF_INET6;
    out.v6.sin6_port = htons(endpoint.port);
    return sizeof out.v6;
  }
  return std::nullopt;
}

void describe(const Address& address, std::string& text, std::uint16_t& port) {
  char buffer[INET6_ADDRSTRLEN] = "";
  if (address.any.sa_family == AF_INET) {
    inet_ntop(AF_INET, &address.v4.sin_addr, buffer, sizeof buffer);
    port = ntohs(address.v4.sin_port);
  } else if (address.any.sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &address.v6.sin6_addr, buffer, sizeof buffer);
    port = ntohs(address.v6.sin6_port);
  } else {
    std::strcpy(buffer, "unix");
    port = 0;
  }
  text = buffer;
}

// Whether the socket file at `address` is one that nobody listens on any more.
bool is_stale(const Address& address, socklen_t size) {
  struct stat status{};
  if (::lstat(address.local.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), &address.any, size) != 0 && errno == ECONNREFUSED;
}

void set(const Descriptor& socket, int level, int option) {
  int one = 1;
  ::setsockopt(socket.get(), level, option, &one, sizeof one);
}

}  // namespace

std::optional<UnixAddress> UnixAddress::of(const std::string& path) {
  UnixAddress out{.address = {.sun_family = AF_UNIX, .sun_path = {}}, .folder = {}};
  std::string reached = path;
  if (path.size() >= sizeof out.address.sun_path) {
    auto slash = path.rfind('/');
    if (slash == path.npos) return std::nullopt;
    out.folder = Descriptor(::open(path.substr(0, slash + 1).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!out.folder) return std::nullopt;
    reached = fmt::format("/proc/self/fd/{}{}", out.folder.get(), path.substr(slash));
  }
  if (reached.empty() || reached.size() >= sizeof out.address.sun_path) return std::nullopt;
  std::memcpy(out.address.sun_path, reached.c_str(), reached.size() + 1);
  return out;
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  if (text.starts_with("unix:")) {
    text.remove_prefix(5);
    if (text.empty()) return std::nullopt;
    return Endpoint{std::string(text), 0, true};
  }
  auto colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  std::string_view digits = text.substr(colon + 1);
  Endpoint out;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  out.address = host == "localhost" ? "127.0.0.1" : std::string(host);
  Address address;
  if (!resolve(out, address) || bracketed != (address.any.sa_family == AF_INET6)) return std::nullopt;
  return out;
}

std::string Endpoint::text() const {
  if (is_unix) return "unix:" + address;
  bool v6 = address.find(':') != address.npos;
  return v6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

std::expected<Listening, ListenError> listen_on(const Endpoint& endpoint) {
  Address address;
  std::optional<UnixAddress> local;
  std::optional<socklen_t> size;
  if (endpoint.is_unix) {
    local = UnixAddress::of(endpoint.address);
    if (local) address.local = local->address, size = sizeof address.local;
  } else {
    size = resolve(endpoint, address);
  }
  if (!size) return std::unexpected(ListenError{false, fmt::format("not an address: {}", endpoint.text())});

  Descriptor socket(::socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failure(endpoint, "socket for");
  if (endpoint.is_unix) {
    ::fchmod(socket.get(),
             0600);  // bind makes the file with this mode: there is no moment at which others could connect
    if (is_stale(address, *size)) ::unlink(address.local.sun_path);
  } else {
    set(socket, SOL_SOCKET, SO_REUSEADDR);  // only lets us past our own connections in TIME_WAIT
    set(socket, IPPROTO_TCP, TCP_NODELAY);  // inherited by what is accepted, and so is the next
    set(socket, SOL_SOCKET, SO_KEEPALIVE);
    if (address.any.sa_family == AF_INET6) set(socket, IPPROTO_IPV6, IPV6_V6ONLY);
  }
  if (::bind(socket.get(), &address.any, *size) != 0) return failure(endpoint, "bind");
  if (::listen(socket.get(), kBacklog) != 0) return failure(endpoint, "listen on");

  Endpoint bound = endpoint;
  if (!endpoint.is_unix) {
    socklen_t length = sizeof address;
    if (::getsockname(socket.get(), &address.any, &length) != 0) return failure(endpoint, "name of");
    describe(address, bound.address, bound.port);
  }
  return Listening{std::move(socket), std::move(bound)};
}

Descriptor accept_from(const Descriptor& listener, Peer& peer) {
  Address address{};
  socklen_t length = sizeof address;
  Descriptor accepted(::accept4(listener.get(), &address.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted) describe(address, peer.address, peer.port);
  return accepted;
}

}  // namespace skerry::net
