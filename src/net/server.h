#pragma once
#include <cstddef>
#include <expected>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/task.h"
#include "net/counters.h"
#include "net/endpoint.h"
#include "net/http.h"
#include "net/limits.h"
#include "net/reactor.h"
#include "net/tls.h"

namespace skerry::net {

// Where clients come in and who answers them.
struct Listener {
  Endpoint endpoint;
  Handler* handler = nullptr;  // outlives the server
  TlsContext* tls = nullptr;   // null: plain; outlives the server
};

// The HTTP server: listeners, and reactors that share their connections. Each connection stays on the reactor that had
// the fewest when it came.
//
// Life: listen any number of times, then start; drain (once), then destroy. Destroying cuts what is still open and
// waits for the handlers of those requests, which must be able to end. What handlers use outlives the server.
// Threads: any one at a time for listen, start and the destructor; all else from any thread after start.
class Server {
 public:
  struct Options {
    std::size_t threads = 1;  // reactors; one for each core that may be used
    Limits limits;
  };

  Server(Options options, const Clock& clock);
  ~Server();
  Server(const Server&) = delete;

  // Binds at once; clients wait in the kernel until start. Gives the endpoint with its port. Errors: the address is
  // in use, forbidden, or none of this machine's.
  std::expected<Endpoint, ListenError> listen(Listener listener);

  void start();

  // Stops listening, ends idle connections, and lets requests in progress finish for `grace`, after which their
  // connections are cut. Returns when the last handler has, and what it left to Request::tasks. Await it on any
  // executor.
  Task<> drain(microseconds grace);

  // Certificates from their files again, for new connections. A listener whose files are not usable keeps what it has;
  // the first such error is returned.
  std::expected<void, TlsError> reload_certificates();

  std::size_t threads() const;
  Reactor& reactor(std::size_t index);  // for work that belongs on the reactors
  Counters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace skerry::net
