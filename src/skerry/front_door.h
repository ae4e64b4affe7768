#pragma once
#include "api/metrics.h"
#include "base/log.h"
#include "base/random.h"
#include "net/http.h"

namespace skerry {

// What a connection meets first: the server's own pages under /_skerry/, and the API for all else. No bucket can be
// called _skerry.
//
// Life: outlives the server. Threads: any reactor's.
class FrontDoor final : public net::Handler {
 public:
  enum class Metrics { OnLoopback, Everywhere };  // to whom they answer

  FrontDoor(net::Handler& api, const api::Metrics& metrics, Metrics where, Log& log, Random& random)
      : api_(api), metrics_(metrics), where_(where), log_(log), random_(random) {}

  Task<net::Response> handle(net::Request& request) override;
  net::Response refuse(int status, std::string_view reason) override { return api_.refuse(status, reason); }
  net::Response greet() override { return api_.greet(); }

  // An answer to a path under /_skerry/, without the API; with a request id, and a line in the log as all others.
  net::Response own_page(const net::Request& request) const;

 private:
  net::Response find_page(const net::Request& request) const;

  net::Handler& api_;
  const api::Metrics& metrics_;
  const Metrics where_;
  Log& log_;
  Random& random_;
};

}  // namespace skerry
