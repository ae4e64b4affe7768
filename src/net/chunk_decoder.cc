#include "net/chunk_decoder.h"

#include <charconv>

#include "base/check.h"

namespace skerry::net {
namespace {
std::unexpected<Fault> bad(const char* reason) { return std::unexpected(Fault{400, reason}); }
}  // namespace

void ChunkDecoder::reset() {
  state_ = State::Line;
  data_left_ = 0;
  line_.clear();
  line_begin_ = 0;
  trailers_ = Headers();
}

void ChunkDecoder::take_data(std::uint64_t bytes) {
  CHECK(bytes <= data_left_, "more data taken than the chunk has");
  data_left_ -= bytes;
  if (data_left_ == 0) state_ = State::DataEnd;
}

std::expected<std::size_t, Fault> ChunkDecoder::feed(std::string_view bytes) {
  std::size_t given = bytes.size();
  while (!bytes.empty() && data_left_ == 0 && state_ != State::Ended) {
    bool trailing = state_ == State::Trailers;
    std::size_t limit = trailing ? limits_.trailer_bytes : limits_.chunk_line_bytes;
    auto line = take_line(bytes, limit, trailing ? Fault{431, "trailers too long"} : Fault{400, "chunk line too long"});
    if (!line) return std::unexpected(line.error());
    if (!*line) break;
    std::expected<void, Fault> done;
    switch (state_) {
      case State::Line:
        done = open_chunk();
        break;
      case State::DataEnd:
        if (line_ != "\r\n") return bad("chunk longer than its size");
        state_ = State::Line;
        line_.clear();
        break;
      case State::Trailers:
        done = take_trailer();
        break;
      case State::Ended:
        break;
    }
    if (!done) return std::unexpected(done.error());
  }
  return given - bytes.size();
}

// Moves bytes into line_ up to and with the next LF. False: it has not come yet.
std::expected<bool, Fault> ChunkDecoder::take_line(std::string_view& bytes, std::size_t limit, Fault too_long) {
  auto end = bytes.find('\n');
  std::size_t take = end == bytes.npos ? bytes.size() : end + 1;
  if (line_.size() + take > limit) return std::unexpected(too_long);
  line_ += bytes.substr(0, take);
  bytes.remove_prefix(take);
  if (end == bytes.npos) return false;
  if (line_.size() < line_begin_ + 2 || line_[line_.size() - 2] != '\r') return bad("line that does not end in CRLF");
  return true;
}

std::expected<void, Fault> ChunkDecoder::open_chunk() {
  std::string_view line(line_.data(), line_.size() - 2);
  std::string_view digits = line.substr(0, line.find(';'));
  for (char c : line) {
    auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return bad("control character in a chunk line");
  }
  std::uint64_t size = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (!whole || digits.empty() || digits.size() > 16 || size >> 60 != 0) return bad("chunk size is not a number");
  line_.clear();
  data_left_ = size;
  if (size == 0) state_ = State::Trailers;
  return {};
}

std::expected<void, Fault> ChunkDecoder::take_trailer() {
  bool empty = line_.size() == line_begin_ + 2;
  line_begin_ = line_.size();
  if (!empty) return {};
  state_ = State::Ended;
  std::string_view block(line_.data(), line_.size() - 2);
  return parse_fields(block, {limits_.trailer_fields, {431, "too many trailers"}}, trailers_);
}

}  // namespace skerry::net
