#pragma once
#include "net/connection_set.h"
#include "net/http.h"
#include "net/http1_body.h"
#include "net/http1_writer.h"
#include "net/input_buffer.h"
#include "net/request_head.h"

namespace skerry::net {

// One client's connection in HTTP/1.1 or 1.0: requests one after another, pipelined or not, each answered in order.
//
// Life: from accept until run returns. `handler` and the set outlive it.
// Threads: the set's reactor.
// Invariant: after an answer the connection goes on only when the next byte is known to begin a request. In every
// other case it ends, so that no part of a body is ever read as a request.
class Http1Connection final : public Connection {
 public:
  Http1Connection(ConnectionSet& set, Handler& handler, Descriptor socket, Peer peer);

  // channel() has been opened.
  Task<> run();

 private:
  enum class Next {
    Request,  // stay
    Close,    // the client expects it, or is gone
    Linger,   // the client may still be sending: let it read our answer first
    Abort,    // the answer is incomplete, and must look so
  };

  Task<Next> serve_one();
  Task<std::expected<std::size_t, Next>> read_head();
  Task<Next> handle_one(const Framing& framing);
  Task<Response> call_handler();
  bool may_stay(const Framing& framing, const Response& response, const ResponseFraming& answer);
  Task<bool> drain_body();
  Task<Next> give_up(IoStatus status);
  Task<Next> refuse(Fault fault);
  Task<Next> decline_http2();
  const Limits& limits_;
  Handler& handler_;
  InputBuffer input_;
  HeadScanner scanner_;
  Http1Body body_;
  Request request_;
  bool described_ = false;  // request_.peer is complete
  Http1Writer writer_;
};

}  // namespace skerry::net
