#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/sim_executor.h"
#include "wire/faults.h"
#include "wire/registry.h"
#include "wire/router.h"
#include "wire/test_request.h"

namespace skerry::wire {

// A whole API layer without network: give it a request as a client would write it, see what the client would get.
class WireFixture {
 public:
  explicit WireFixture(std::vector<const Service*> services) : router_(std::move(services), {"localhost"}) {}

  // What the pipeline does, less authentication: route, read the body, dispatch.
  net::Response send(const net::Request& request, std::string body = {}) {
    auto route = router_.route(request);
    if (route && !route->operation) route = router_.route_form(request, body);
    if (!route) {
      return Registry::refuse(*route.error().service, route.error().protocol, request, route.error().error, "RID",
                              "HID")
          .response;
    }
    Payload payload;
    StringSource source(body);
    if (route->operation->streams_in) {
      payload.stream = {&source, body.size()};
    } else {
      payload.bytes = std::move(body);
    }
    Context context{request, *route, {}, "eu-central-1", "RID", "HID"};
    Answer answer = executor_.run(registry_.dispatch(context, std::move(payload)));
    detail_ = answer.detail;
    return std::move(answer.response);
  }

  // Empties the response's body.
  std::string body_of(net::Response& response) {
    if (auto* text = std::get_if<std::string>(&response.body)) return *text;
    auto& source = *std::get<std::unique_ptr<ByteSource>>(response.body);
    return executor_.run(read_all(source, 1 << 20)).value();
  }

  Registry& registry() { return registry_; }
  const Router& router() const { return router_; }
  const std::string& detail() const { return detail_; }

 private:
  SimExecutor executor_;
  Router router_;
  Registry registry_;
  std::string detail_;
};

}  // namespace skerry::wire
