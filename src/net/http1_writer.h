#pragma once
#include <span>
#include <string>
#include <string_view>

#include "net/connection_set.h"
#include "net/http.h"
#include "net/response_head.h"

namespace skerry::net {

// Sends answers over an HTTP/1 connection: a small body in one system call with its head, a large one piece by piece
// as its source gives it.
//
// Life: member of its connection.
class Http1Writer {
 public:
  Http1Writer(ConnectionSet& set, Channel& channel) : set_(set), channel_(channel) {}

  // `connection` is the value of that header, or empty for none. False: the answer is not, or not wholly, with the
  // client; the peer went away, or the source failed, or it did not keep to its size. The last bytes of a body of
  // known size leave only when the source has confirmed its end, so a client cannot take a broken one for whole.
  Task<bool> send(Response& response, const ResponseFraming& framing, std::string_view connection);

  Task<bool> send_text(std::string_view text);

 private:
  Task<bool> send_small(ByteSource& source, std::size_t length);
  Task<bool> pump_sized(ByteSource& source, std::uint64_t length, std::span<char> buffer);
  Task<bool> pump_unsized(ByteSource& source, bool chunked, std::span<char> buffer);
  Task<bool> send_head_and(std::string_view bytes);

  ConnectionSet& set_;
  Channel& channel_;
  std::string out_;  // the head until it is sent, and a small body behind it
};

}  // namespace skerry::net
