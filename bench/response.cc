#include "response.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace bench {
namespace {

constexpr std::size_t kHeadBytesMax = 64 << 10;

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

template <class Number>
bool parse(std::string_view text, Number& number, int base = 10) {
  return std::from_chars(text.data(), text.data() + text.size(), number, base).ec == std::errc();
}

}  // namespace

void ResponseReader::begin(bool head_request) {
  state_ = State::Head;
  head_request_ = head_request;
  closes_ = false;
  status_ = 0;
  announced_ = body_bytes_ = remaining_ = 0;
  line_.clear();
}

void ResponseReader::read_head(std::string_view head) {
  bool chunked = false;
  state_ = State::Broken;
  if (!head.starts_with("HTTP/1.1 ") || !parse(head.substr(9, 3), status_)) return;
  for (std::size_t at = head.find("\r\n"); at < head.size();) {
    std::size_t end = std::min(head.find("\r\n", at + 2), head.size());
    std::string_view field = head.substr(at + 2, end - at - 2);
    at = end;
    std::size_t colon = field.find(':');
    if (colon == field.npos) continue;
    std::string_view value = field.substr(std::min(field.find_first_not_of(' ', colon + 1), field.size()));
    if (same_name(field.substr(0, colon), "content-length") && !parse(value, announced_)) return;
    if (same_name(field.substr(0, colon), "transfer-encoding")) chunked = same_name(value, "chunked");
    if (same_name(field.substr(0, colon), "connection")) closes_ = same_name(value, "close");
  }
  remaining_ = announced_;
  bool empty = head_request_ || status_ == 204 || status_ == 304 || (!chunked && announced_ == 0);
  state_ = empty ? State::Complete : chunked ? State::ChunkSize : State::Sized;
}

bool ResponseReader::take_line(std::string_view& bytes) {
  std::string_view end = state_ == State::Head ? "\r\n\r\n" : "\r\n";
  if (line_.empty()) {  // as a rule it is whole
    if (std::size_t found = bytes.find(end); found != bytes.npos) {
      line_ = bytes.substr(0, found);
      bytes.remove_prefix(found + end.size());
      return true;
    }
  }
  // The end may be split between what is kept and what came, so the search begins a little before the seam.
  std::size_t kept = line_.size();
  line_ += bytes.substr(0, kHeadBytesMax);
  std::size_t found = line_.find(end, kept < end.size() ? 0 : kept - end.size());
  if (found == line_.npos) {
    bytes = {};
    if (line_.size() > kHeadBytesMax) state_ = State::Broken;
    return false;
  }
  bytes.remove_prefix(found + end.size() - kept);
  line_.resize(found);
  return true;
}

void ResponseReader::take_body(std::string_view& bytes, const OnBody& on_body) {
  std::string_view piece = bytes.substr(0, remaining_);
  on_body(piece);
  bytes.remove_prefix(piece.size());
  body_bytes_ += piece.size();
  remaining_ -= piece.size();
}

void ResponseReader::take(std::string_view bytes, const OnBody& on_body) {
  while (!bytes.empty()) {
    switch (state_) {
      case State::Head:
        if (!take_line(bytes)) break;
        read_head(line_);
        if (status_ == 100) begin(head_request_);
        line_.clear();
        break;
      case State::Sized:
        take_body(bytes, on_body);
        if (remaining_ == 0) state_ = State::Complete;
        break;
      case State::ChunkSize:
        if (!take_line(bytes)) break;
        state_ = !parse(line_, remaining_, 16) ? State::Broken : remaining_ > 0 ? State::ChunkData : State::Trailers;
        line_.clear();
        break;
      case State::ChunkData:
        take_body(bytes, on_body);
        if (remaining_ == 0) state_ = State::ChunkEnd;
        break;
      case State::ChunkEnd:
        if (!take_line(bytes)) break;
        state_ = line_.empty() ? State::ChunkSize : State::Broken;
        line_.clear();
        break;
      case State::Trailers:
        if (!take_line(bytes)) break;
        if (line_.empty()) state_ = State::Complete;
        line_.clear();
        break;
      case State::Complete:  // more than was asked for
      case State::Broken:
        state_ = State::Broken;
        return;
    }
  }
}

}  // namespace bench
