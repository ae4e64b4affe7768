#pragma once
#include <string>
#include <string_view>

#include "net/http.h"
#include "wire/body.h"
#include "wire/reading.h"
#include "wire/route.h"
#include "wire/spill.h"

// Whole requests into structures, structures into whole responses, in every protocol.
namespace skerry::wire {

// A request's body: read already, or (operation.streams_in) to be pulled by the handler.
struct Payload {
  std::string bytes;
  BodyIn stream;
  std::vector<Spill> spills;  // operation.spills: what left the bytes
};

// Fills `input` (an operation.input; nothing to do without one) from a request. False when it is malformed; constraints
// are not checked here but by validate(), except that members are there.
bool read_request(const Route& route, const net::Request& request, Payload payload, void* input, Reading& in);

// Query: the text of the parameters, a form in the body or the query of a GET. Lives as long as both.
std::string_view form_of(const net::Request& request, const Payload& payload);

// Writes an operation.output. `output` is left without its stream.
net::Response write_response(const Operation& operation, Protocol protocol, void* output, std::string_view request_id);

// What an error document says of the request that it answers.
struct ErrorPlace {
  std::string_view request_id;
  std::string_view host_id;   // S3
  std::string_view resource;  // S3: the path as it was sent
  bool head = false;          // no body may follow
};

net::Response write_error(const Service& service, Protocol protocol, const ApiError& error, const ErrorPlace& place);
// The document only, without head: for an answer that has begun already (late_response.h).
std::string error_document(const Service& service, Protocol protocol, const ApiError& error, const ErrorPlace& place);

}  // namespace skerry::wire
