// A server that answers every GET with the same bytes from memory: what the HTTP layer costs by itself.
//
//   net_bench SECONDS BYTES [PORT [THREADS]]      then, against it:
//   wrk -t1 -c32 -d5 http://127.0.0.1:PORT/
//
// bench/net_bench.sh runs it beside nginx with one worker that serves the same bytes as a static file.
#include <fmt/format.h>

#include <cstdlib>

#include "base/clock.h"
#include "base/loop_executor.h"
#include "net/server.h"

namespace {

class SameBytes final : public skerry::net::Handler {
 public:
  explicit SameBytes(std::size_t size) : bytes_(size, 'x') {}

  skerry::Task<skerry::net::Response> handle(skerry::net::Request&) override {
    skerry::net::Response response;
    response.headers.add("content-type", "application/octet-stream");
    response.headers.add("etag", "\"9e107d9d372bb6826bd81d3542a419d6\"");
    response.body = bytes_;
    co_return response;
  }

 private:
  const std::string bytes_;
};

long argument(int count, char** values, int index, long otherwise) {
  return index < count ? std::strtol(values[index], nullptr, 10) : otherwise;
}

}  // namespace

int main(int count, char** values) {
  skerry::SystemClock clock;
  SameBytes handler(static_cast<std::size_t>(argument(count, values, 2, 4096)));
  skerry::net::Server::Options options;
  options.threads = static_cast<std::size_t>(argument(count, values, 4, 1));
  skerry::net::Server server(options, clock);
  skerry::net::Endpoint endpoint{"127.0.0.1", static_cast<std::uint16_t>(argument(count, values, 3, 0)), false};
  auto bound = server.listen({endpoint, &handler, nullptr});
  if (!bound) {
    fmt::print(stderr, "{}\n", bound.error().detail);
    return 1;
  }
  server.start();
  fmt::print("{}\n", bound->port);
  std::fflush(stdout);

  skerry::LoopExecutor loop;
  loop.run([](skerry::net::Server& each, long time) -> skerry::Task<> {
    co_await skerry::sleep_for(skerry::seconds(time));
    co_await each.drain(skerry::seconds(1));
  }(server, argument(count, values, 1, 10)));
  auto counters = server.counters();
  fmt::print("requests {} accepted {} refused {} timeouts {}\n", counters.requests, counters.accepted, counters.refused,
             counters.timeouts);
}
