#include "net/http1_connection.h"

#include <fmt/format.h>

#include <algorithm>

namespace skerry::net {
namespace {

// SETTINGS (empty) and GOAWAY with HTTP_1_1_REQUIRED: what an HTTP/2 client understands of "not here".
constexpr std::string_view kHttp2GoAway(
    "\0\0\0\4\0\0\0\0\0"
    "\0\0\10\7\0\0\0\0\0\0\0\0\0\0\0\0\15",
    26);

bool wants_close(const Headers& headers) {
  return std::ranges::any_of(headers, [](const Headers::Field& field) {
    return equal_ignoring_case(field.first, "connection") && list_has(field.second, "close");
  });
}

}  // namespace

Http1Connection::Http1Connection(ConnectionSet& set, Handler& handler, Descriptor socket, Peer peer)
    : Connection(set, std::move(socket)),
      limits_(set.limits()),
      handler_(handler),
      input_(set.limits().header_bytes + 1, set.long_heads()),
      scanner_(limits_),
      body_(channel_, input_, set.tally(), limits_),
      writer_(set, channel_) {
  request_.peer = std::move(peer);
  request_.body = &body_;
  request_.trailers = &body_.trailers();
  request_.tasks = &set_.work();
}

Task<> Http1Connection::run() {
  Next next = Next::Request;
  try {
    while (next == Next::Request) next = co_await serve_one();
  } catch (...) {
    next = Next::Abort;  // a response's source threw, or memory ran out: what was sent may not look complete
  }
  idle_ = false;  // nothing that drain could end
  if (next == Next::Linger) co_await linger();
  if (next == Next::Abort) set_.tally().aborted.add(1);
  channel_.close(next == Next::Abort);
}

Task<Http1Connection::Next> Http1Connection::serve_one() {
  auto head = co_await read_head();
  if (!head) co_return head.error();

  request_.headers.clear();
  auto framing = parse_head(input_.bytes().substr(0, *head), limits_, request_);
  input_.consume(*head);
  if (!framing) co_return co_await refuse(framing.error());
  if (framing->http2_preface) co_return co_await decline_http2();
  set_.tally().requests.add(1);
  Next next = co_await handle_one(*framing);
  if (next == Next::Request) input_.relax();
  co_return next;
}

// Waits for a whole head in the buffer and gives its length.
Task<std::expected<std::size_t, Http1Connection::Next>> Http1Connection::read_head() {
  idle_ = input_.empty();
  if (idle_ && set_.draining()) co_return std::unexpected(Next::Close);
  bool first = !described_;
  microseconds deadline = channel_.reactor().now() + (idle_ && !first ? limits_.idle_time : limits_.header_time);
  bool may_skip_line = true;
  scanner_.reset();
  for (;;) {
    // Some clients end a body with a line end too many.
    if (input_.bytes().starts_with("\r\n") && std::exchange(may_skip_line, false)) {
      input_.consume(2);
      scanner_.reset();
    }
    auto length = scanner_.scan(input_.bytes());
    if (length && *length > 0) co_return *length;
    if (!length) {
      Next next = co_await refuse(length.error());
      co_return std::unexpected(next);
    }
    std::span<char> room = input_.room();
    if (room.empty()) {
      Next next = co_await refuse({503, "too many long headers at a time"});
      co_return std::unexpected(next);
    }
    Io io = co_await channel_.read(room, deadline);
    if (io.status != IoStatus::Done) {
      Next next = co_await give_up(io.status);
      co_return std::unexpected(next);
    }
    input_.filled(io.bytes);
    if (!std::exchange(described_, true)) channel_.stream().describe(request_.peer);
    if (std::exchange(idle_, false)) deadline = channel_.reactor().now() + limits_.header_time;
  }
}

// No whole head will come. A client that has begun one is told why; one that has not is left without a word, at once.
Task<Http1Connection::Next> Http1Connection::give_up(IoStatus status) {
  if (status != IoStatus::TimedOut) co_return Next::Close;
  set_.tally().timeouts.add(1);
  if (input_.empty()) co_return Next::Close;
  co_return co_await refuse({408, "header came too slowly"});
}

Task<Http1Connection::Next> Http1Connection::handle_one(const Framing& framing) {
  body_.start(framing);
  Response response;
  if (framing.asterisk) {
    response = handler_.greet();
  } else {
    response = co_await call_handler();
  }
  CHECK(response.status >= 200 && response.status < 600, "a handler answered with status {}", response.status);

  ResponseFraming answer = ResponseFraming::of(response, request_.method == "HEAD", framing.http10);
  bool stay = may_stay(framing, response, answer);
  std::string_view connection = !stay ? "close" : framing.http10 ? "keep-alive" : "";
  bool sent = co_await writer_.send(response, answer, connection);
  response.body = std::string();  // the source ends before the next request begins
  if (!sent) co_return Next::Abort;
  if (!stay) co_return !framing.keep_alive && body_.at_end() ? Next::Close : Next::Linger;
  co_return co_await drain_body() ? Next::Request : Next::Linger;
}

Task<Response> Http1Connection::call_handler() {
  try {
    co_return co_await handler_.handle(request_);
  } catch (...) {
    // Whoever can name it has caught it before; here only the connection's order is kept.
  }
  co_return handler_.refuse(500, "unexpected failure");
}

bool Http1Connection::may_stay(const Framing& framing, const Response& response, const ResponseFraming& answer) {
  if (!framing.keep_alive || set_.draining() || wants_close(response.headers)) return false;
  if (answer.body == ResponseFraming::Body::UntilClose) return false;
  // A client that was answered in place of the word to continue starts anew, as after AWS's such answers, be its body
  // empty or not: botocore takes the answer to its next request on the connection for this one.
  if (body_.awaits_continue()) return false;
  if (body_.at_end()) return true;
  auto left = body_.left();
  return left && *left <= limits_.drain_bytes;
}

// Reads what the handler has left of a body that may_stay found short.
Task<bool> Http1Connection::drain_body() {
  if (body_.at_end()) co_return true;
  std::span<char> discarded = set_.discarded();
  for (bool more = true; more && !body_.at_end();) {
    auto got = co_await body_.read(discarded);
    more = got && *got > 0;
  }
  co_return body_.at_end();
}

Task<Http1Connection::Next> Http1Connection::refuse(Fault fault) {
  set_.tally().bad_requests.add(1);
  Response response = handler_.refuse(fault.status, fault.reason);
  ResponseFraming answer = ResponseFraming::of(response, false, false);
  co_await writer_.send(response, answer, "close");
  co_return Next::Linger;
}

// The seam for HTTP/2 with prior knowledge: an Http2Connection would take over the channel and what input_ holds from
// here. With ALPN it is chosen where Server makes the connection.
Task<Http1Connection::Next> Http1Connection::decline_http2() {
  set_.tally().bad_requests.add(1);
  co_await writer_.send_text(kHttp2GoAway);
  co_return Next::Linger;
}

}  // namespace skerry::net
