#include "auth/canonical.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace skerry::auth {
namespace {

constexpr char kUpperHex[] = "0123456789ABCDEF";

constexpr std::array<bool, 256> kUnreserved = [] {
  std::array<bool, 256> table{};
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (char c : {'-', '.', '_', '~'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool unreserved(char c) { return kUnreserved[static_cast<unsigned char>(c)]; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// The byte that `%XX` at the front of `text` stands for, or -1.
int escaped_byte(std::string_view text) {
  if (text.size() < 3) return -1;
  int high = hex_value(text[1]), low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

// Nearly all that clients send is canonical already; finding that out is cheaper than writing it anew.
bool is_canonical(std::string_view text, Slash slash) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (unreserved(c) || (c == '/' && slash == Slash::Keep)) continue;
    if (c != '%') return false;
    int byte = escaped_byte(text.substr(i));
    if (byte < 0 || unreserved(static_cast<char>(byte)) || (byte == '/' && slash == Slash::Keep)) return false;
    if (text[i + 1] >= 'a' || text[i + 2] >= 'a') return false;  // lower-case hex
    i += 2;
  }
  return true;
}

// RFC 3986's removal of dot segments, and one slash for several.
std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  bool trailing = false;
  for (std::size_t start = 0; start <= path.size();) {
    std::size_t end = std::min(path.find('/', start), path.size());
    std::string_view segment = path.substr(start, end - start);
    trailing = segment.empty() || segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!trailing) kept.push_back(segment);
    start = end + 1;
  }
  std::string out;
  for (std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (trailing || out.empty()) out += '/';
  return out;
}

// Blanks at both ends go, runs inside become one. Folded lines count as blanks.
void append_collapsed(std::string& out, std::string_view value) {
  auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  bool pending = false, any = false;
  for (char c : value) {
    if (blank(c)) {
      pending = any;
      continue;
    }
    if (pending) out += ' ';
    out += c;
    pending = false;
    any = true;
  }
}

}  // namespace

void append_uri_encoded(std::string& out, std::string_view bytes, Slash slash) {
  for (char c : bytes) {
    if (unreserved(c) || (c == '/' && slash == Slash::Keep)) {
      out += c;
      continue;
    }
    out += '%';
    out += kUpperHex[static_cast<unsigned char>(c) >> 4];
    out += kUpperHex[static_cast<unsigned char>(c) & 15];
  }
}

std::string uri_decoded(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    int byte = text[i] == '%' ? escaped_byte(text.substr(i)) : -1;
    if (byte >= 0) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i] == '+' && plus == Plus::Space ? ' ' : text[i];
    }
  }
  return out;
}

void append_canonical_path(std::string& out, std::string_view path, PathStyle style) {
  if (path.empty()) path = "/";
  if (style == PathStyle::Others) {
    append_uri_encoded(out, normalized(path), Slash::Keep);
  } else if (is_canonical(path, Slash::Keep)) {
    out += path;
  } else {
    append_uri_encoded(out, uri_decoded(path, Plus::Literal), Slash::Keep);
  }
}

CanonicalQuery::CanonicalQuery(std::string_view raw) {
  if (raw.empty()) return;
  parameters_.reserve(16);
  for (std::size_t start = 0; start <= raw.size();) {
    std::size_t end = std::min(raw.find('&', start), raw.size());
    std::string_view piece = raw.substr(start, end - start);
    start = end + 1;
    if (piece.empty()) continue;
    std::size_t equals = std::min(piece.find('='), piece.size());
    std::string_view value = equals < piece.size() ? piece.substr(equals + 1) : std::string_view();
    parameters_.push_back({canonical(piece.substr(0, equals)), canonical(value)});
  }
  std::sort(parameters_.begin(), parameters_.end(), [](const Parameter& a, const Parameter& b) {
    int names = a.name.compare(b.name);
    return names != 0 ? names < 0 : a.value < b.value;
  });
}

std::string_view CanonicalQuery::canonical(std::string_view raw) {
  if (is_canonical(raw, Slash::Encode)) return raw;
  std::string& text = rewritten_.emplace_front();
  append_uri_encoded(text, uri_decoded(raw, Plus::Space), Slash::Encode);
  return text;
}

const CanonicalQuery::Parameter* CanonicalQuery::find(std::string_view name) const {
  for (const Parameter& parameter : parameters_) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

std::optional<std::string> CanonicalQuery::value(std::string_view name) const {
  const Parameter* parameter = find(name);
  if (!parameter) return std::nullopt;
  return uri_decoded(parameter->value, Plus::Literal);
}

std::size_t CanonicalQuery::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(parameters_.begin(), parameters_.end(), [&](const Parameter& p) { return p.name == name; }));
}

void CanonicalQuery::append(std::string& out, Token token) const {
  bool first = true;
  for (const Parameter& parameter : parameters_) {
    if (parameter.name == "X-Amz-Signature") continue;
    if (token == Token::AddedAfter && parameter.name == "X-Amz-Security-Token") continue;
    if (!first) out += '&';
    first = false;
    out += parameter.name;
    out += '=';
    out += parameter.value;
  }
}

void append_canonical_values(std::string& out, const net::Request& request, std::string_view name) {
  if (name == "host") return append_collapsed(out, request.host);
  bool first = true;
  for (const auto& [field, value] : request.headers) {
    if (field != name) continue;
    if (!first) out += ',';
    first = false;
    append_collapsed(out, value);
  }
  if (first && name == "content-length" && request.length) out += fmt::format("{}", *request.length);
}

std::string canonical_request(const net::Request& request, const CanonicalQuery& query,
                              const std::vector<std::string_view>& signed_headers, std::string_view payload_hash,
                              PathStyle style, CanonicalQuery::Token token) {
  std::string out;
  out.reserve(1024);
  out += request.method;
  out += '\n';
  append_canonical_path(out, request.path(), style);
  out += '\n';
  query.append(out, token);
  out += '\n';
  for (std::string_view name : signed_headers) {
    out += name;
    out += ':';
    append_canonical_values(out, request, name);
    out += '\n';
  }
  out += '\n';
  for (std::size_t i = 0; i < signed_headers.size(); ++i) {
    if (i > 0) out += ';';
    out += signed_headers[i];
  }
  out += '\n';
  out += payload_hash;
  return out;
}

std::string spaced_hex(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size() * 3);
  for (char c : text) {
    if (!out.empty()) out += ' ';
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

}  // namespace skerry::auth
