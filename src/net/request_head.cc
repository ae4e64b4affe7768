#include "net/request_head.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace skerry::net {
namespace {

using Refused = std::unexpected<Fault>;
Refused bad(const char* reason) { return Refused(Fault{400, reason}); }

bool is_target_char(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f && byte != '#';  // bytes from 0x80 up: keys that a client did not encode
}

bool is_host_char(char c) {
  return is_token_char(c) ? c != '#' && c != '^' && c != '`' && c != '|'
                          : std::string_view("()[]:;=").find(c) != std::string_view::npos;
}

struct RequestLine {
  std::string_view method, target, version;
};

std::expected<RequestLine, Fault> split(std::string_view line) {
  auto first = line.find(' ');
  auto last = line.rfind(' ');
  if (first == line.npos || first == last) return bad("request line of fewer than three parts");
  RequestLine out{line.substr(0, first), line.substr(first + 1, last - first - 1), line.substr(last + 1)};
  if (!is_token(out.method)) return bad("method that is not a token");
  if (out.target.empty() || !std::ranges::all_of(out.target, is_target_char))
    return bad("character that no target may have");
  return out;
}

std::expected<void, Fault> parse_version(std::string_view version, Framing& framing) {
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version == "HTTP/1.1") return {};
  if (version == "HTTP/1.0") {
    framing.http10 = true;
    return {};
  }
  bool formed = version.size() == 8 && version.starts_with("HTTP/") && digit(version[5]) && version[6] == '.' &&
                digit(version[7]);
  if (!formed) return bad("request line without a version");
  return Refused(Fault{505, "HTTP version not supported"});
}

// The authority of an absolute target, which is cut down to origin form; nothing when it was in another form.
std::optional<std::string_view> take_authority(std::string_view& target) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (target.size() < scheme.size() || !equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    std::string_view rest = target.substr(scheme.size());
    std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    target = rest.substr(authority.size());
    return authority;
  }
  return std::nullopt;
}

std::expected<void, Fault> take_target(std::string_view target, Framing& framing, Request& out) {
  std::optional<std::string_view> authority;
  if (target == "*") {
    if (out.method != "OPTIONS") return bad("target * is for OPTIONS");
    framing.asterisk = true;
  } else if (target.front() != '/') {
    authority = take_authority(target);
    if (!authority) return bad("target is neither a path nor an http URL");
    if (authority->empty() || !equal_ignoring_case(*authority, out.host)) return bad("target and Host disagree");
  }
  out.target.clear();
  if (authority && !target.starts_with('/')) out.target = "/";
  out.target += target;
  return {};
}

std::expected<void, Fault> take_host(const Framing& framing, Request& out) {
  std::size_t count = out.headers.count("host");
  if (count > 1) return bad("more than one Host");
  if (count == 0 && !framing.http10) return bad("no Host");
  out.host = out.headers.get("host");
  if (!std::ranges::all_of(out.host, is_host_char)) return bad("character that no Host may have");
  return {};
}

std::expected<void, Fault> take_length(const Limits& limits, Framing& framing, Request& out) {
  std::size_t lengths = out.headers.count("content-length");
  std::size_t codings = out.headers.count("transfer-encoding");
  if (lengths + codings > 1) return bad("more than one Content-Length or Transfer-Encoding");
  out.length = 0;
  if (codings == 1) {
    if (framing.http10) return bad("Transfer-Encoding in HTTP/1.0");
    if (!equal_ignoring_case(out.headers.get("transfer-encoding"), "chunked")) {
      return Refused(Fault{501, "transfer coding other than chunked"});
    }
    framing.body = Framing::Body::Chunked;
    out.length.reset();
  } else if (lengths == 1) {
    std::string_view text = out.headers.get("content-length");
    // 18 digits are an exabyte, and cannot overflow anywhere.
    bool digits =
        !text.empty() && text.size() <= 18 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) return bad("Content-Length is not a number");
    std::from_chars(text.data(), text.data() + text.size(), framing.length);
    if (limits.body_bytes > 0 && framing.length > limits.body_bytes) return Refused(Fault{413, "body too long"});
    if (framing.length > 0) framing.body = Framing::Body::Length;
    out.length = framing.length;
  }
  return {};
}

std::expected<void, Fault> take_connection(Framing& framing, const Headers& headers) {
  framing.keep_alive = !framing.http10;
  bool close = false;
  for (const auto& [name, value] : headers) {
    if (name == "connection") {
      if (list_has(value, "close")) close = true;
      if (list_has(value, "keep-alive")) framing.keep_alive = true;
    } else if (name == "expect" && !framing.http10) {
      if (!equal_ignoring_case(value, "100-continue")) return Refused(Fault{417, "unknown expectation"});
      // Of an empty body too: botocore waits for the word whatever the length.
      framing.expects_continue = framing.body != Framing::Body::None || headers.find("content-length");
    }
  }
  if (close) framing.keep_alive = false;
  return {};
}

}  // namespace

std::expected<std::size_t, Fault> HeadScanner::scan(std::string_view seen) {
  while (const void* found = std::memchr(seen.data() + position_, '\n', seen.size() - position_)) {
    auto end = static_cast<std::size_t>(static_cast<const char*>(found) - seen.data());
    if (end == line_ || seen[end - 1] != '\r') return bad("line that does not end in CRLF");
    bool empty = end == line_ + 1;
    if (line_ == 0 && empty) return bad("empty request line");
    if (line_ == 0 && end > limits_.target_bytes) return Refused(Fault{414, "request line too long"});
    line_ = position_ = end + 1;
    if (position_ > limits_.header_bytes) return Refused(Fault{431, "headers too long"});
    if (empty) return position_;
  }
  position_ = seen.size();
  if (line_ == 0 && position_ > limits_.target_bytes) return Refused(Fault{414, "request line too long"});
  if (position_ > limits_.header_bytes) return Refused(Fault{431, "headers too long"});
  return 0;
}

std::expected<Framing, Fault> parse_head(std::string_view head, const Limits& limits, Request& out) {
  if (head == "PRI * HTTP/2.0\r\n\r\n") {
    Framing preface;
    preface.http2_preface = true;
    return preface;
  }
  Framing framing;
  auto end = head.find("\r\n");
  auto line = split(head.substr(0, end));
  if (!line) return Refused(line.error());
  if (auto ok = parse_version(line->version, framing); !ok) return Refused(ok.error());
  out.method = line->method;

  std::string_view block = head.substr(end + 2, head.size() - end - 4);
  FieldLimits field_limits{limits.header_fields, {431, "too many headers"}};
  if (auto ok = parse_fields(block, field_limits, out.headers); !ok) return Refused(ok.error());
  if (auto ok = take_host(framing, out); !ok) return Refused(ok.error());
  if (auto ok = take_target(line->target, framing, out); !ok) return Refused(ok.error());
  if (auto ok = take_length(limits, framing, out); !ok) return Refused(ok.error());
  if (auto ok = take_connection(framing, out.headers); !ok) return Refused(ok.error());
  return framing;
}

}  // namespace skerry::net
