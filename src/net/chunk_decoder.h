#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "net/fields.h"
#include "net/http.h"
#include "net/limits.h"

namespace skerry::net {

// Takes HTTP/1.1's chunked coding off a body: sizes, line ends and trailers. The data themselves do not pass through
// it, so that they can be read straight into their place.
//
//   until ended(): if data_left() > 0, take up to so many bytes of data and call take_data; else feed framing bytes.
//
// Strict: sizes are one to sixteen hex digits below 2^60 with nothing before, lines end in CRLF, extensions are
// skipped, and trailers follow the rules of headers.
class ChunkDecoder {
 public:
  explicit ChunkDecoder(const Limits& limits) : limits_(limits) {}

  // Takes framing from the front of `bytes`; gives how many were used. Stops early where data or the end begin.
  std::expected<std::size_t, Fault> feed(std::string_view bytes);

  std::uint64_t data_left() const { return data_left_; }  // of the chunk that feed has opened
  void take_data(std::uint64_t bytes);                    // at most data_left()

  bool ended() const { return state_ == State::Ended; }
  Headers& trailers() { return trailers_; }  // complete when ended
  void reset();

 private:
  enum class State { Line, DataEnd, Trailers, Ended };

  std::expected<bool, Fault> take_line(std::string_view& bytes, std::size_t limit, Fault too_long);
  std::expected<void, Fault> open_chunk();
  std::expected<void, Fault> take_trailer();

  const Limits& limits_;
  State state_ = State::Line;
  std::uint64_t data_left_ = 0;
  std::string line_;  // what has come of the current line, or of all trailers
  std::size_t line_begin_ = 0;
  Headers trailers_;
};

}  // namespace skerry::net
