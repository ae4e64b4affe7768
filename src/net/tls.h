#pragma once
#include <expected>
#include <memory>
#include <string>

#include "net/stream.h"

namespace skerry::net {

struct TlsError {
  std::string detail;
};

// A certificate with its key, and what we accept of TLS: 1.2 and 1.3, HTTP/1.1 by ALPN.
//
// Life: outlives the listener that uses it; streams made before a reload keep what they began with.
// Threads: any.
class TlsContext {
 public:
  // PEM files: the certificate with its chain, and the private key. Errors: unreadable, malformed, not a pair.
  static std::expected<std::unique_ptr<TlsContext>, TlsError> load(std::string certificate_path, std::string key_path);
  ~TlsContext();

  // Reads the files again; connections from now on get the new certificate. On failure the old one stays.
  std::expected<void, TlsError> reload();

  // The server's end of a new connection. The handshake happens inside the first reads and writes.
  std::unique_ptr<Stream> accept(Socket& socket);

 private:
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace skerry::net
