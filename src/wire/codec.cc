#include "wire/codec.h"

#include "wire/rest.h"

namespace skerry::wire {

bool read_request(const Route& route, const net::Request& request, Payload payload, void* input, Reading& in) {
  if (!route.operation->input) return true;
  return read_rest(route, request, std::move(payload), input, in);
}

net::Response write_response(const Operation& operation, Protocol protocol, void* output, std::string_view) {
  if (operation.output) return write_rest(operation, protocol, output);
  net::Response response;
  response.status = operation.status;
  return response;
}

}  // namespace skerry::wire
