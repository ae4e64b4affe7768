// Requests as an attacker sends them, without sockets: head, then chunked body. What is accepted must be accepted in
// the same way whichever pieces the bytes come in.
#include <cstdint>
#include <cstdlib>

#include "net/chunk_decoder.h"
#include "net/request_head.h"

namespace {

using namespace skerry::net;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Outcome {
  int status = 0;  // 0: incomplete, 200: a whole request
  std::string request;
  std::size_t used = 0;
  bool operator==(const Outcome&) const = default;
};

void describe(const Headers& headers, std::string& out) {
  for (const auto& [name, value] : headers) {
    require(is_token(name));
    require(value.find_first_of(std::string_view("\r\n\0", 3)) == value.npos);
    out += name + ":" + value + "\n";
  }
}

Outcome decode_body(std::string_view bytes, std::size_t step, const Limits& limits, Outcome outcome) {
  ChunkDecoder decoder(limits);
  while (!decoder.ended()) {
    std::string_view piece = bytes.substr(0, step);
    if (piece.empty()) return outcome;
    if (decoder.data_left() > 0) {
      piece = piece.substr(0, decoder.data_left());
      decoder.take_data(piece.size());
      outcome.request += piece;
    } else {
      auto used = decoder.feed(piece);
      if (!used) {
        outcome.status = used.error().status;
        return outcome;
      }
      piece = piece.substr(0, *used);
    }
    bytes.remove_prefix(piece.size());
    outcome.used += piece.size();
  }
  describe(decoder.trailers(), outcome.request);
  outcome.status = 200;
  return outcome;
}

Outcome run(std::string_view bytes, std::size_t step) {
  Limits limits;
  limits.header_bytes = 2048;
  limits.target_bytes = 512;
  Outcome outcome;
  HeadScanner scanner(limits);
  std::size_t head = 0;
  for (std::size_t seen = 0; head == 0 && seen < bytes.size();) {
    seen = std::min(seen + step, bytes.size());
    auto found = scanner.scan(bytes.substr(0, seen));
    if (!found) return {found.error().status, "", 0};
    head = *found;
  }
  if (head == 0) return outcome;
  Request request;
  auto framing = parse_head(bytes.substr(0, head), limits, request);
  if (!framing) return {framing.error().status, "", 0};
  if (framing->http2_preface) return {200, "", head};
  require(is_token(request.method) && (framing->asterisk || request.path().starts_with('/')));
  require(request.headers.count("content-length") + request.headers.count("transfer-encoding") <= 1);
  outcome.request = request.method + request.target + request.host;
  outcome.used = head;
  describe(request.headers, outcome.request);
  if (framing->body != Framing::Body::Chunked) {
    outcome.status = 200;
    return outcome;
  }
  return decode_body(bytes.substr(head), step, limits, outcome);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Outcome whole = run(bytes, size + 1);
  Outcome pieces = run(bytes, 1);
  // Two limits may be met in another order, so that only what is accepted is the same to the byte.
  if (whole.status == 200 || pieces.status == 200) require(whole == pieces);
  return 0;
}
