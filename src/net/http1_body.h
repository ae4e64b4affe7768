#pragma once
#include <optional>

#include "base/byte_source.h"
#include "net/channel.h"
#include "net/chunk_decoder.h"
#include "net/input_buffer.h"
#include "net/limits.h"
#include "net/request_head.h"

namespace skerry::net {

// A request's body, read off an HTTP/1 connection: first what came along with the head, then straight from the socket
// into the reader's memory.
//
// Life: member of its connection, restarted for each request.
// Errors: Disconnected (the peer went away, or sent too slowly), Malformed (framing; fault() says how).
class Http1Body final : public ByteSource {
 public:
  Http1Body(Channel& channel, InputBuffer& input, Tally& tally, const Limits& limits)
      : channel_(channel), input_(input), tally_(tally), limits_(limits), decoder_(limits) {}

  void start(const Framing& framing);

  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override;
  std::optional<std::uint64_t> size() const override;

  const Headers& trailers() { return decoder_.trailers(); }

  // For the connection, after the handler is done. Whether the next bytes on the wire are the next request; looks at
  // what has been received, reads nothing.
  bool at_end();
  // Whether the client waits to be told to go on, and was not.
  bool awaits_continue() const { return continue_pending_; }
  // What is still to come, where known: absent too when the client waits to be told to go on, and then may or may not.
  std::optional<std::uint64_t> left() const;

 private:
  using Result = std::expected<std::size_t, ReadError>;

  Task<Result> read_chunked(std::span<char> into);
  Task<std::optional<ReadError>> say_continue();
  Task<Result> receive(std::span<char> into);
  Task<std::optional<ReadError>> fill();
  std::size_t take_buffered(std::span<char> into);
  bool take_framing();
  microseconds deadline() const;
  ReadError fail(ReadErrc errc, const char* detail);

  Channel& channel_;
  InputBuffer& input_;
  Tally& tally_;
  const Limits& limits_;

  ChunkDecoder decoder_;
  Framing::Body framing_ = Framing::Body::None;
  std::uint64_t length_ = 0;
  std::uint64_t received_ = 0;  // data, without framing
  bool continue_pending_ = false;
  microseconds waited_{0};
  std::optional<ReadError> error_;
};

}  // namespace skerry::net
