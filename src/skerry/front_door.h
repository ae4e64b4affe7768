#pragma once
#include "api/metrics.h"
#include "net/http.h"

namespace skerry {

// What a connection meets first: the server's own pages under /_skerry/, and the API for all else. No bucket can be
// called _skerry.
//
// Life: outlives the server. Threads: any reactor's.
class FrontDoor final : public net::Handler {
 public:
  FrontDoor(net::Handler& api, const api::Metrics& metrics, bool metrics_for_all)
      : api_(api), metrics_(metrics), metrics_for_all_(metrics_for_all) {}

  Task<net::Response> handle(net::Request& request) override;
  net::Response refuse(int status, std::string_view reason) override { return api_.refuse(status, reason); }

  // An answer to a path under /_skerry/, without the API.
  net::Response own_page(const net::Request& request) const;

 private:
  net::Handler& api_;
  const api::Metrics& metrics_;
  const bool metrics_for_all_;
};

}  // namespace skerry
