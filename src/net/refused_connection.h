#pragma once
#include "net/connection_set.h"

namespace skerry::net {

// A client past the limit of connections: it is told 503 with Retry-After whatever it sends, and that is all.
class RefusedConnection final : public Connection {
 public:
  using Connection::Connection;
  Task<> run();  // channel() has been opened
};

}  // namespace skerry::net
