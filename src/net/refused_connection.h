#pragma once
#include "net/connection_set.h"
#include "net/http1_writer.h"

namespace skerry::net {

// A client past the limit of connections: it is told 503 with Retry-After whatever it sends, and that is all.
class RefusedConnection final : public Connection {
 public:
  RefusedConnection(ConnectionSet& set, Handler& handler, Descriptor socket)
      : Connection(set, std::move(socket)), handler_(handler), writer_(set, channel_) {}
  Task<> run();  // channel() has been opened

 private:
  Handler& handler_;
  Http1Writer writer_;
};

}  // namespace skerry::net
