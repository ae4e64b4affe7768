#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_source.h"
#include "base/gate.h"
#include "base/task.h"

// What an HTTP request and its answer are to everything above the network, whatever version of HTTP brought them.
namespace skerry::net {

// Header fields in the order of the wire. Names are lower case; a value has no white space around it.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  void add(std::string name, std::string value);
  void set(std::string_view name, std::string value);  // replaces all of that name
  void remove(std::string_view name);
  void clear() { fields_.clear(); }
  // The first of that name, or null. Where several may come, walk the fields.
  const std::string* find(std::string_view name) const;
  std::string_view get(std::string_view name) const;  // empty when absent
  std::size_t count(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;  // a request has some twenty: a walk beats a hash
};

struct Peer {
  std::string address;  // without the port: "127.0.0.1", "::1"
  std::uint16_t port = 0;
  bool secure = false;      // came over TLS
  std::string tls_version;  // "TLSv1.3"; empty without TLS
  std::string tls_cipher;
};

struct Request {
  std::string method;  // as sent: methods are case-sensitive
  std::string target;  // as sent, origin form: path and query, percent-encoded
  // Parts of target, as sent: never decoded, never normalised (S3 keys may hold `//`, `..` and `%2F`).
  std::string_view path() const;   // "/" at least
  std::string_view query() const;  // without the `?`; empty when there is none
  std::string host;                // Host header or :authority, with the port if sent; exactly one was sent
  Headers headers;
  Peer peer;

  // The payload after transfer coding. Reading it the first time sends `100 Continue` where the client waits for it;
  // an answer given without reading makes the connection drain a little or close.
  ByteSource* body = nullptr;           // never null in a handler; valid until handle() has returned
  std::optional<std::uint64_t> length;  // Content-Length; absent for chunked
  bool has_body() const { return length.value_or(1) > 0; }

  // Trailer fields, complete once body has given its end. Never mixed into headers.
  const Headers* trailers = nullptr;

  // Takes what has to go on when the answer has begun or the client has left. Closed after the reactor's last request,
  // before the server is drained. Never null in a handler.
  Gate* tasks = nullptr;
};

struct Response {
  int status = 200;
  Headers headers;
  // Bytes at hand, or bytes that come. A source of unknown size is sent chunked; one that fails half-way makes the
  // connection end abnormally, so that no client takes the part for the whole.
  std::variant<std::string, std::unique_ptr<ByteSource>> body;
  // For HEAD and 304: the Content-Length to name although no body follows.
  std::optional<std::uint64_t> announced_length;
};

// What stands above the network. Implementations answer every request; an exception becomes a bare 500.
//
// Threads: handle runs on the reactor of the connection, many at once on each.
class Handler {
 public:
  virtual ~Handler() = default;
  // `request` outlives the call. The response's source may be pulled after handle has returned and is destroyed on the
  // same reactor; it must not touch `request`.
  virtual Task<Response> handle(Request& request) = 0;

  // The answer to bytes that are no request, or to one that is not taken; the connection closes after it. `reason` is
  // one line, and quotes nothing of what was sent. Plain text here; whoever speaks a protocol of errors says it in
  // that.
  virtual Response refuse(int status, std::string_view reason);

  // The answer to `OPTIONS *`, which asks for nothing but whether somebody is there.
  virtual Response greet() { return {}; }
};

}  // namespace skerry::net
