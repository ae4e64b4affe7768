#pragma once
#include <memory>
#include <vector>

#include "api/front.h"
#include "api/memory_budget.h"
#include "api/metrics.h"
#include "api/request_id.h"
#include "auth/authenticator.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/spool.h"
#include "net/http.h"
#include "wire/registry.h"
#include "wire/router.h"

namespace skerry::api {

// The way of an API request: route, authenticate, authorise, read and parse, handle, answer. Each stage is somebody
// else's; this is their order, which is what keeps an unauthorised client from being read and a failure from going
// unsaid.
//
// Life: made when all services are bound; outlived by everything it refers to. Threads: any reactor's.
class ApiServer final : public net::Handler {
 public:
  struct Parts {
    const wire::Router& router;
    const wire::Registry& registry;
    auth::Authenticator& authenticator;
    std::vector<Front*> fronts;  // one for each service of the router; the first is S3's
    MemoryBudget& memory;
    Spool& spool;  // for what of a request is too large for memory
    Metrics& metrics;
    Log& log;
    const Clock& clock;
    Random& random;
    const iam::AuthorizationMessages* denials = nullptr;  // null: answers do not carry the details of denials
  };
  explicit ApiServer(Parts parts);

  Task<net::Response> handle(net::Request& request) override;
  // In S3's XML: what a service is not known by has no other.
  net::Response refuse(int status, std::string_view reason) override;
  net::Response greet() override;

 private:
  struct Exchange;  // one request on its way

  Task<wire::Answer> answer(Exchange& exchange);
  Task<std::expected<void, wire::ApiError>> resolve_form(Exchange& exchange);
  Task<std::expected<void, wire::ApiError>> authenticate(Exchange& exchange);
  Task<std::expected<void, wire::ApiError>> hash_body(Exchange& exchange, std::string& sha256);
  Task<std::expected<void, wire::ApiError>> read_body(Exchange& exchange, wire::Payload& payload);
  Task<std::expected<wire::Payload, ReadError>> read_whole(Exchange& exchange, ByteSource& body);
  std::expected<void, wire::ApiError> take_memory(Exchange& exchange, std::size_t most,
                                                  std::optional<std::uint64_t> announced);
  wire::Answer refuse(const Exchange& exchange, const wire::ApiError& error) const;
  void finish(Exchange& exchange, wire::Answer& answer) const;
  static auth::ErrorFamily family_of(const Exchange& exchange);
  static bool comes_unsigned(const Exchange& exchange);
  Front* front_of(const wire::Service& service) const;

  const Parts parts_;
};

}  // namespace skerry::api
