#include "net/http1_writer.h"

#include <fmt/format.h>

#include <iterator>

namespace skerry::net {
namespace {

// A body up to this is read behind its head, and both leave together without a large buffer being taken.
constexpr std::uint64_t kSmallBytes = 16 * 1024;

Task<bool> has_ended(ByteSource& source) {
  char extra;
  auto got = co_await source.read({&extra, 1});
  co_return got && *got == 0;
}

}  // namespace

Task<bool> Http1Writer::send(Response& response, const ResponseFraming& framing, std::string_view connection) {
  using Body = ResponseFraming::Body;
  out_.clear();
  write_head(response, framing, connection, set_.date(), out_);
  if (framing.body == Body::None) co_return co_await send_text(out_);
  if (auto* text = std::get_if<std::string>(&response.body)) co_return co_await send_head_and(*text);

  auto& source = std::get<std::unique_ptr<ByteSource>>(response.body);
  if (!source) co_return co_await send_text(out_);
  bool sized = framing.body == Body::Length;
  if (sized && *framing.length <= kSmallBytes) co_return co_await send_small(*source, *framing.length);

  ConnectionSet::Buffer buffer = set_.borrow();
  std::span<char> span(buffer.get(), ConnectionSet::kBufferBytes);
  bool sent = false;
  if (sized) {
    sent = co_await pump_sized(*source, *framing.length, span);
  } else {
    sent = co_await pump_unsized(*source, framing.body == Body::Chunked, span);
  }
  set_.give_back(std::move(buffer));
  co_return sent;
}

Task<bool> Http1Writer::send_text(std::string_view text) {
  iovec part{const_cast<char*>(text.data()), text.size()};
  Io io = co_await channel_.write({&part, 1}, set_.limits().write_idle_time, set_.limits().rate_min);
  co_return io.status == IoStatus::Done;
}

// Sends what of the head has not been sent, then `bytes`.
Task<bool> Http1Writer::send_head_and(std::string_view bytes) {
  iovec parts[] = {{out_.data(), out_.size()}, {const_cast<char*>(bytes.data()), bytes.size()}};
  std::span<iovec> all(parts);
  if (bytes.empty()) all = all.first(1);
  if (out_.empty()) all = all.last(1);
  Io io = co_await channel_.write(all, set_.limits().write_idle_time, set_.limits().rate_min);
  out_.clear();
  co_return io.status == IoStatus::Done;
}

Task<bool> Http1Writer::send_small(ByteSource& source, std::size_t length) {
  std::size_t head = out_.size();
  out_.resize(head + length);
  if (length > 0) {
    auto got = co_await read_full(source, std::span(out_).subspan(head));
    if (!got || *got != length) co_return false;
  }
  if (!co_await has_ended(source)) co_return false;
  co_return co_await send_text(out_);
}

Task<bool> Http1Writer::pump_sized(ByteSource& source, std::uint64_t length, std::span<char> buffer) {
  for (std::uint64_t left = length; left > 0;) {
    auto got = co_await source.read(buffer.first(std::min<std::uint64_t>(buffer.size(), left)));
    if (!got || *got == 0) co_return false;
    left -= *got;
    if (left == 0 && !co_await has_ended(source)) co_return false;
    if (!co_await send_head_and({buffer.data(), *got})) co_return false;
  }
  co_return true;
}

// Each piece leaves as soon as the source gives it: a long operation keeps its client waiting with white space.
Task<bool> Http1Writer::pump_unsized(ByteSource& source, bool chunked, std::span<char> buffer) {
  constexpr std::size_t kLineEnd = 2;
  for (;;) {
    auto got = co_await source.read(buffer.first(buffer.size() - kLineEnd));
    if (!got) co_return false;
    if (*got == 0) break;
    std::size_t size = *got;
    if (chunked) {
      fmt::format_to(std::back_inserter(out_), "{:x}\r\n", size);
      buffer[size++] = '\r';
      buffer[size++] = '\n';
    }
    if (!co_await send_head_and({buffer.data(), size})) co_return false;
  }
  if (chunked) out_ += "0\r\n\r\n";
  if (out_.empty()) co_return true;
  co_return co_await send_text(out_);
}

}  // namespace skerry::net
