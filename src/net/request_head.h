#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "net/fields.h"
#include "net/http.h"
#include "net/limits.h"

namespace skerry::net {

// Finds the end of a request's head in bytes that come piece by piece, looking at each byte once.
class HeadScanner {
 public:
  explicit HeadScanner(const Limits& limits) : limits_(limits) {}

  // `seen` is all that has come of the head so far, the empty line included when it is there. Gives the head's length
  // with that line, or 0: more is needed. Refuses what is too long (414, 431) and a line that ends in a bare LF.
  std::expected<std::size_t, Fault> scan(std::string_view seen);

  void reset() { line_ = position_ = 0; }

 private:
  const Limits& limits_;
  std::size_t line_ = 0;      // where the line begins that is being read
  std::size_t position_ = 0;  // what has been looked at
};

// How the bytes after a head are framed, and what the client expects of the connection.
struct Framing {
  enum class Body { None, Length, Chunked };
  Body body = Body::None;
  std::uint64_t length = 0;
  bool http10 = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool asterisk = false;       // `OPTIONS *`, which is about the server and not for a handler
  bool http2_preface = false;  // not a request: the client speaks HTTP/2 without asking; nothing else is set
};

// Fills method, target (in origin form), host, headers and length of `out`, whose headers are empty before. `head` is
// what HeadScanner found. One reading only: whatever could be understood in two ways is a Fault. 501 and 505 say that
// the request may be right and is not understood here, 417 that it expects something unknown.
std::expected<Framing, Fault> parse_head(std::string_view head, const Limits& limits, Request& out);

}  // namespace skerry::net
