#pragma once
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "wire/error.h"
#include "wire/route.h"

namespace skerry::wire {

// Why no operation was found, with what it takes to say so in the caller's protocol.
struct RouteFailure {
  const Service* service;
  Protocol protocol;
  ApiError error;
};

// Finds what a request means from its method, path, query and headers. Looks at no body and at no signature's value.
//
// Life: made once, when services are known. Threads: any; constant after construction.
class Router {
 public:
  // The largest form that has to be read before its Action is known. SQS takes messages of 1 MiB, and a form may triple
  // them.
  static constexpr std::uint64_t kFormLimit = 4 << 20;

  // `services` and their tables outlive the router; S3 takes what nobody else does. `domains` (lower
  // case, without port) are the names under which `<bucket>.<domain>` and `<bucket>.s3.<region>.<domain>` reach us.
  Router(std::vector<const Service*> services, std::vector<std::string> domains);

  // In this order: what a service claims; a bucket in the Host header; Smithy-Protocol; X-Amz-Target; the service in
  // the credential scope; Action in the query; a form at `/` or at a queue's URL; a REST service's path; S3.
  //
  // A route without operation is a form: read at most kFormLimit bytes and ask route_form.
  std::expected<Route, RouteFailure> route(const net::Request& request) const;
  std::expected<Route, RouteFailure> route_form(const net::Request& request, std::string_view body) const;

 private:
  struct Host {
    std::string bucket;
    bool certain = false;  // says `s3`: not some other service's name under our domain
    bool website = false;
  };
  Host split_host(std::string_view host) const;
  const Service* find_claiming(const net::Request& request) const;
  const Service* find_signing(std::string_view signing_name) const;
  const Service* find_version(std::string_view version) const;  // among those that speak query
  std::expected<Route, RouteFailure> by_action(std::string_view action, std::string_view version,
                                               std::string_view signing) const;
  std::expected<Route, RouteFailure> by_path(const Service& service, const net::Request& request, Parameters query,
                                             std::string_view bucket) const;

  std::vector<const Service*> services_;
  std::vector<const Service*> claiming_;  // of them
  std::vector<std::string> domains_;
  const Service* s3_ = nullptr;
};

}  // namespace skerry::wire
