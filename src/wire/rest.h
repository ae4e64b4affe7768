#pragma once
#include "wire/codec.h"

// The REST protocols' own part: members in labels, query, headers, status and payload. For codec.cc.
namespace skerry::wire {

bool read_rest(const Route& route, const net::Request& request, Payload payload, void* input, Reading& in);
net::Response write_rest(const Operation& operation, Protocol protocol, void* output);
// The members of an error that travel as headers: Lambda's Retry-After.
void write_headers(const Shape& structure, const void* value, net::Headers& headers);

}  // namespace skerry::wire
