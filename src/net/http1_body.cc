#include "net/http1_body.h"

#include <algorithm>
#include <cstring>

namespace skerry::net {
namespace {

// From here on a chunk's data is worth a system call of its own; below, one call fetches several chunks.
constexpr std::size_t kDirectBytes = 16 * 1024;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

void Http1Body::start(const Framing& framing) {
  decoder_.reset();
  framing_ = framing.body;
  length_ = framing.length;
  received_ = 0;
  // A client that has sent some of the body already did not wait.
  continue_pending_ = framing.expects_continue && input_.empty();
  waited_ = microseconds(0);
  error_.reset();
}

std::optional<std::uint64_t> Http1Body::size() const {
  if (framing_ == Framing::Body::Chunked) return std::nullopt;
  return length_;
}

bool Http1Body::at_end() {
  if (error_) return false;
  if (framing_ != Framing::Body::Chunked) return received_ == length_;
  // A reader that knows its length by itself need not have asked for the end.
  while (!input_.empty() && decoder_.data_left() == 0 && !decoder_.ended()) {
    if (!take_framing()) return false;
  }
  return decoder_.ended();
}

std::optional<std::uint64_t> Http1Body::left() const {
  if (error_ || continue_pending_ || framing_ == Framing::Body::Chunked) return std::nullopt;
  return length_ - received_;
}

ReadError Http1Body::fail(ReadErrc errc, const char* detail) {
  error_ = ReadError{errc, detail};
  return *error_;
}

Task<Http1Body::Result> Http1Body::read(std::span<char> into) {
  if (error_) co_return std::unexpected(*error_);
  // Also for an empty body: a client that got its answer without the word (botocore) loses the answer to the next.
  if (continue_pending_) {
    auto failed = co_await say_continue();
    if (failed) co_return std::unexpected(*failed);
  }
  if (framing_ != Framing::Body::Chunked && received_ == length_) co_return 0;
  if (framing_ == Framing::Body::Chunked) co_return co_await read_chunked(into);

  into = into.first(std::min<std::uint64_t>(into.size(), length_ - received_));
  std::size_t buffered = take_buffered(into);
  if (buffered > 0) co_return buffered;
  Result got = co_await receive(into);
  if (got) received_ += *got;
  co_return got;
}

Task<std::optional<ReadError>> Http1Body::say_continue() {
  continue_pending_ = false;
  iovec line{const_cast<char*>(kContinue.data()), kContinue.size()};
  Io io = co_await channel_.write({&line, 1}, limits_.write_idle_time, limits_.rate_min);
  if (io.status == IoStatus::Done) co_return std::nullopt;
  co_return fail(ReadErrc::Disconnected, "went away before it was told to continue");
}

Task<Http1Body::Result> Http1Body::read_chunked(std::span<char> into) {
  std::size_t got = 0;
  while (!decoder_.ended() && !into.empty()) {
    std::size_t want = std::min<std::uint64_t>(into.size(), decoder_.data_left());
    if (input_.empty()) {
      if (got > 0) break;
      if (want >= kDirectBytes) {
        Result direct = co_await receive(into.first(want));
        if (direct) {
          decoder_.take_data(*direct);
          received_ += *direct;
        }
        co_return direct;
      }
      auto failed = co_await fill();
      if (failed) co_return std::unexpected(*failed);
    } else if (want > 0) {
      std::size_t taken = take_buffered(into.first(want));
      decoder_.take_data(taken);
      into = into.subspan(taken);
      got += taken;
    } else if (!take_framing()) {
      // What came before the broken place is given first; the error is kept for the next call.
      if (got > 0) break;
      co_return std::unexpected(*error_);
    }
  }
  co_return got;
}

std::size_t Http1Body::take_buffered(std::span<char> into) {
  std::string_view bytes = input_.bytes().substr(0, into.size());
  std::memcpy(into.data(), bytes.data(), bytes.size());
  input_.consume(bytes.size());
  received_ += bytes.size();
  return bytes.size();
}

bool Http1Body::take_framing() {
  auto used = decoder_.feed(input_.bytes());
  if (!used) {
    fail(ReadErrc::Malformed, used.error().reason);
    return false;
  }
  input_.consume(*used);
  // A chunk's size is 60 bits, and what was received of a body far from the 64th.
  if (limits_.body_bytes > 0 && received_ + decoder_.data_left() > limits_.body_bytes) {
    fail(ReadErrc::TooLarge, "body too long");
    return false;
  }
  return true;
}

Task<std::optional<ReadError>> Http1Body::fill() {
  Result got = co_await receive(input_.room());
  if (!got) co_return got.error();
  input_.filled(*got);
  co_return std::nullopt;
}

// Idle time bounds each wait, and the minimum rate all of them together: a byte every nineteen seconds would otherwise
// hold its connection for ever.
microseconds Http1Body::deadline() const {
  microseconds now = channel_.reactor().now();
  microseconds earned = limits_.body_grace_time + seconds(received_ / std::max<std::uint64_t>(limits_.rate_min, 1));
  return now + std::min(limits_.body_idle_time, std::max(earned - waited_, microseconds(0)));
}

Task<Http1Body::Result> Http1Body::receive(std::span<char> into) {
  microseconds began = channel_.reactor().now();
  Io io = co_await channel_.read(into, deadline());
  waited_ += channel_.reactor().now() - began;
  if (io.status == IoStatus::Done) co_return io.bytes;
  if (io.status == IoStatus::TimedOut) {
    tally_.timeouts.add(1);
    co_return std::unexpected(fail(ReadErrc::Disconnected, "sent its body too slowly"));
  }
  co_return std::unexpected(fail(ReadErrc::Disconnected, "went away inside its body"));
}

}  // namespace skerry::net
