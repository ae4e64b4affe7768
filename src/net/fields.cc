#include "net/fields.h"

#include <algorithm>
#include <array>
#include <string>

namespace skerry::net {
namespace {

// A token's characters in lower case; 0 for all others.
constexpr std::array<char, 256> kToken = [] {
  std::array<char, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[c] = static_cast<char>(c);
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = static_cast<char>(c - 'A' + 'a');
  for (int c = '0'; c <= '9'; ++c) table[c] = static_cast<char>(c);
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = c;
  return table;
}();

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_value_char(char c) {
  auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
}

std::string_view trim(std::string_view text) {
  auto begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// One line without its CRLF.
std::expected<void, Fault> parse_field(std::string_view line, Headers& out) {
  if (line.starts_with(' ') || line.starts_with('\t')) return std::unexpected(Fault{400, "folded header line"});
  auto colon = line.find(':');
  if (colon == 0 || colon == line.npos) return std::unexpected(Fault{400, "header line without name or colon"});
  std::string name(line.substr(0, colon));
  for (char& c : name) {
    c = kToken[static_cast<unsigned char>(c)];
    if (c == 0) return std::unexpected(Fault{400, "character that no header name may have"});
  }
  std::string_view value = trim(line.substr(colon + 1));
  if (!std::ranges::all_of(value, is_value_char)) {
    return std::unexpected(Fault{400, "control character in a header value"});
  }
  out.add(std::move(name), std::string(value));
  return {};
}

}  // namespace

bool is_token_char(char c) { return kToken[static_cast<unsigned char>(c)] != 0; }
bool is_token(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_char); }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool list_has(std::string_view list, std::string_view token) {
  for (;;) {
    auto comma = list.find(',');
    if (equal_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    if (comma == list.npos) return false;
    list.remove_prefix(comma + 1);
  }
}

std::expected<void, Fault> parse_fields(std::string_view block, const FieldLimits& limits, Headers& out) {
  std::size_t count = 0;
  while (!block.empty()) {
    auto end = block.find("\r\n");
    if (end == block.npos) return std::unexpected(Fault{400, "header line that does not end in CRLF"});
    if (++count > limits.count) return std::unexpected(limits.too_many);
    if (auto parsed = parse_field(block.substr(0, end), out); !parsed) return parsed;
    block.remove_prefix(end + 2);
  }
  return {};
}

}  // namespace skerry::net
