#pragma once
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace skerry::net {

// What one client may ask of us before we give up on it. Each is a setting; the defaults carry their reasons.
struct Limits {
  // AWS stops at some 8 KiB of headers; a session token alone can take 4 KiB, and SDKs with long policies have met
  // servers that were too narrow. Request line and fields together.
  std::size_t header_bytes = 32 * 1024;
  // What heads of more than 8 KiB may take of a reactor's memory together: they are read before anybody is known, and
  // may take their time. Past it they are told to come back.
  std::size_t long_heads_bytes = 8 * 1024 * 1024;
  std::size_t header_fields = 128;  // a request of an SDK has some twenty; each costs us two strings
  std::size_t target_bytes =
      16 * 1024;  // the request line: a key of 1,024 bytes percent-encoded, and a presigned query with a token
  std::size_t trailer_bytes = 8 * 1024;  // trailers hold one checksum and one signature
  std::size_t trailer_fields = 32;
  std::size_t chunk_line_bytes = 256;  // chunk size with its extensions, which nobody uses

  // The largest body, 0: no limit here, for whoever handles a request knows better what it may bring.
  std::uint64_t body_bytes = 0;

  microseconds header_time = seconds(20);  // from its first byte to its last: drip-feeding must not hold a connection
  microseconds idle_time = seconds(60);    // between requests: longer than an SDK's pause, short enough to free slots
  microseconds body_idle_time =
      seconds(20);  // for the next bytes of a body; AWS answers RequestTimeout after about 20 s
  // Over all of a body: the time spent waiting for it may not pass this plus its bytes at the minimum rate.
  microseconds body_grace_time = seconds(60);
  // Bytes a second, of bodies and of answers: slower than any network that carries objects. Who takes or gives a byte
  // now and then would otherwise hold a connection and its buffer for ever.
  std::uint64_t rate_min = 1024;
  microseconds write_idle_time = seconds(30);  // for the peer to take anything at all of what we send
  microseconds linger_time = seconds(2);       // how long we listen to a client that still talks after our last word

  // An answer that did not read its request's body keeps the connection when at most this much of it is left: reading
  // it costs less than a new connection.
  std::uint64_t drain_bytes = 256 * 1024;

  std::size_t connections = 4096;  // at some 20 KiB each well inside the memory budget
  std::size_t refusals = 64;       // clients past it that are told 503 at a time; more are cut off
};

}  // namespace skerry::net
