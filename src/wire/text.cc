#include "wire/text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace skerry::wire {

std::optional<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) return std::nullopt;
  return value;
}

std::optional<double> parse_double(std::string_view text) {
  if (text == "NaN") return std::nan("");
  if (text == "Infinity") return HUGE_VAL;
  if (text == "-Infinity") return -HUGE_VAL;
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // from_chars also reads "inf" and "nan" in its own spellings.
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

void append_integer(std::string& out, std::int64_t value) {
  char digits[24];
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end);
}

void append_double(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "Infinity" : "-Infinity";
  } else {
    char digits[32];
    auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, end);
  }
}

namespace {

// What has to be written instead of a byte; empty: the byte itself.
template <class Rule>
constexpr std::array<std::string_view, 256> escapes(Rule rule) {
  std::array<std::string_view, 256> table{};
  for (unsigned c = 0; c < 256; ++c) table[c] = rule(static_cast<unsigned char>(c));
  return table;
}

constexpr std::string_view kXmlControl[32] = {
    "&#x0;",  "&#x1;",  "&#x2;",  "&#x3;",  "&#x4;",  "&#x5;",  "&#x6;",  "&#x7;",  "&#x8;",  "\t",     "&#xa;",
    "&#xb;",  "&#xc;",  "&#xd;",  "&#xe;",  "&#xf;",  "&#x10;", "&#x11;", "&#x12;", "&#x13;", "&#x14;", "&#x15;",
    "&#x16;", "&#x17;", "&#x18;", "&#x19;", "&#x1a;", "&#x1b;", "&#x1c;", "&#x1d;", "&#x1e;", "&#x1f;"};

constexpr auto kXmlEscapes = escapes([](unsigned char c) -> std::string_view {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return c < 32 ? kXmlControl[c] : std::string_view();
  }
});

constexpr std::string_view kJsonControl[32] = {
    "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005", "\\u0006", "\\u0007",
    "\\b",     "\\t",     "\\n",     "\\u000b", "\\f",     "\\r",     "\\u000e", "\\u000f",
    "\\u0010", "\\u0011", "\\u0012", "\\u0013", "\\u0014", "\\u0015", "\\u0016", "\\u0017",
    "\\u0018", "\\u0019", "\\u001a", "\\u001b", "\\u001c", "\\u001d", "\\u001e", "\\u001f"};

constexpr auto kJsonEscapes = escapes([](unsigned char c) -> std::string_view {
  if (c == '"') return "\\\"";
  if (c == '\\') return "\\\\";
  return c < 32 ? kJsonControl[c] : std::string_view();
});

// Runs of plain bytes are appended whole: most text needs no escape at all.
void append_escaped(std::string& out, std::string_view text, const std::array<std::string_view, 256>& table) {
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string_view escape = table[static_cast<unsigned char>(text[i])];
    if (escape.empty()) continue;
    out.append(text, plain, i - plain);
    out += escape;
    plain = i + 1;
  }
  out.append(text, plain);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Runs of plain bytes are taken whole here too.
template <bool plus_is_space>
std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0;;) {
    std::size_t plain = at;
    while (at < text.size() && text[at] != '%' && !(plus_is_space && text[at] == '+')) ++at;
    out.append(text, plain, at - plain);
    if (at == text.size()) return out;
    if (text[at] == '+') {
      out += ' ';
      at += 1;
      continue;
    }
    if (text.size() - at < 3) return std::nullopt;
    int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    at += 3;
  }
}

// The length of the well-formed sequence at the front of `text`; 0 when there is none.
std::size_t utf8_sequence(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(0);
  if (first < 0x80) return 1;
  std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f)) return 0;
  if ((first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)) return 0;
  return length;
}

}  // namespace

void append_xml_text(std::string& out, std::string_view text) { append_escaped(out, text, kXmlEscapes); }

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text, kJsonEscapes);
  out += '"';
}

std::optional<std::string> percent_decode(std::string_view text) { return decode<false>(text); }
std::optional<std::string> form_decode(std::string_view text) { return decode<true>(text); }

std::optional<Parameters> parse_parameters(std::string_view query) {
  Parameters out;
  while (!query.empty()) {
    auto end = query.find('&');
    std::string_view part = query.substr(0, end);
    query = end == query.npos ? std::string_view() : query.substr(end + 1);
    if (part.empty()) continue;
    auto equals = part.find('=');
    auto key = form_decode(part.substr(0, equals));
    auto value = equals == part.npos ? std::string() : form_decode(part.substr(equals + 1));
    if (!key || !value) return std::nullopt;
    out.emplace_back(std::move(*key), std::move(*value));
  }
  return out;
}

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::size_t utf8_length(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

}  // namespace skerry::wire
