#include "s3/ops/encoded_word.h"

#include <algorithm>
#include <optional>

#include "base/bytes.h"
#include "net/fields.h"
#include "s3/names.h"

namespace skerry::s3 {
namespace {

constexpr std::string_view kBegin = "=?";
constexpr std::string_view kEnd = "?=";

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t") == text.npos; }

std::optional<std::string> decode_q(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    char c = text.front();
    if (c == '=') {
      auto byte = unhex(text.substr(1, 2));
      if (!byte || byte->empty()) return std::nullopt;
      out += *byte;
      text.remove_prefix(3);
      continue;
    }
    out += c == '_' ? ' ' : c;
    text.remove_prefix(1);
  }
  return out;
}

struct Word {
  std::string text;
  std::size_t length;  // of its encoded form
};

// The encoded word at the front of `value`: =?charset?B?…?= or =?charset?Q?…?=
std::optional<Word> take_word(std::string_view value) {
  if (!value.starts_with(kBegin)) return std::nullopt;
  std::size_t encoding = value.find('?', kBegin.size());
  if (encoding == value.npos || value.size() < encoding + 3 || value[encoding + 2] != '?') return std::nullopt;
  std::size_t end = value.find(kEnd, encoding + 3);
  if (end == value.npos) return std::nullopt;
  std::string_view charset = value.substr(kBegin.size(), encoding - kBegin.size());
  if (!net::equal_ignoring_case(charset, "utf-8") && !net::equal_ignoring_case(charset, "us-ascii")) {
    return std::nullopt;
  }
  std::string_view content = value.substr(encoding + 3, end - encoding - 3);
  char kind = value[encoding + 1];
  std::optional<std::string> text;
  if (kind == 'B' || kind == 'b') text = unbase64(content);
  if (kind == 'Q' || kind == 'q') text = decode_q(content);
  if (!text || !is_utf8(*text)) return std::nullopt;
  return Word{std::move(*text), end + kEnd.size()};
}

std::string from_latin1(std::string_view value) {
  std::string out;
  for (unsigned char c : value) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += static_cast<char>(0xc0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
  return out;
}

}  // namespace

std::string decode_header_text(std::string_view value) {
  if (value.find(kBegin) == value.npos) return is_utf8(value) ? std::string(value) : from_latin1(value);
  std::string out;
  bool after_word = false;
  while (!value.empty()) {
    std::size_t plain = std::min(value.find(kBegin), value.size());
    std::optional<Word> word = take_word(value.substr(plain));
    if (!word && plain < value.size()) plain += kBegin.size();
    std::string_view before = value.substr(0, plain);
    // Blanks between two words only keep the words apart.
    if (!(after_word && word && is_blank(before))) out += is_utf8(before) ? std::string(before) : from_latin1(before);
    value.remove_prefix(plain);
    after_word = word.has_value();
    if (!word) continue;
    out += word->text;
    value.remove_prefix(word->length);
  }
  return out;
}

std::string encode_header_text(std::string_view text) {
  bool plain = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
  // What looks like an encoded word would come back as what it stands for.
  if (plain && text.find(kBegin) == text.npos) return std::string(text);
  return std::string("=?UTF-8?B?").append(base64(text)).append(kEnd);
}

}  // namespace skerry::s3
