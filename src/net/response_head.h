#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace skerry::net {

std::string_view reason_phrase(int status);

// How an answer's body goes over an HTTP/1 connection.
struct ResponseFraming {
  enum class Body {
    None,  // HEAD, 204, 304: whatever the handler gave stays here
    Length,
    Chunked,
    UntilClose,  // of unknown size to an HTTP/1.0 client
  };
  Body body = Body::None;
  std::optional<std::uint64_t> length;  // to announce; for Body::Length always set

  static ResponseFraming of(const Response& response, bool head_request, bool http10);
};

// Appends status line and fields. Framing and Connection are ours: fields of the handler's that would contradict them
// are left out. A character that would break the line (a handler may echo what a client sent) becomes a space, a field
// whose name is not a token is left out.
void write_head(const Response& response, const ResponseFraming& framing, std::string_view connection,
                std::string_view date, std::string& out);

// The moment as the Date header has it, made once a second. One for each thread.
class DateLine {
 public:
  std::string_view at(std::int64_t unix_seconds);

 private:
  std::int64_t made_for_ = -1;
  std::string text_;
};

}  // namespace skerry::net
