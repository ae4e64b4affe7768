#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "wire/router.h"
#include "wire/test_services.h"

using namespace skerry;

// The input is a request's head without its first line's version: method, target, host, then `name: value` lines; what
// follows an empty line is a form. What is found must be whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const wire::Router router(
      {&wire::sample::kStore, &wire::sample::kFunctions, &wire::sample::kKeys, &wire::sample::kMetrics,
       &wire::sample::kQueues, &wire::sample::kPeople, &wire::sample::kTokens},
      {"localhost"});
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  auto line = [&] {
    auto end = rest.find('\n');
    std::string taken(rest.substr(0, end));
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
    return taken;
  };
  net::Request request;
  request.method = line();
  request.target = line();
  request.host = line();
  for (std::string field = line(); !field.empty(); field = line()) {
    auto colon = field.find(": ");
    if (colon != field.npos) request.headers.add(field.substr(0, colon), field.substr(colon + 2));
  }
  auto route = router.route(request);
  if (route && !route->operation) route = router.route_form(request, rest);
  if (!route) {
    CHECK(route.error().service && route.error().error.info, "a failure without a service or an error");
    return 0;
  }
  CHECK(route->operation && route->operation->service == route->service, "an operation of another service");
  std::size_t labels = 0;
  for (char c : route->operation->uri) labels += c == '{';
  CHECK(route->labels.size() == labels, "{} of {} labels", route->labels.size(), labels);
  return 0;
}
