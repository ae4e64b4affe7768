#include "auth/policy_json.h"

#include <cstdint>

namespace skerry::auth {
namespace {

constexpr int kDepthMax = 8;  // a policy has four levels

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::optional<PolicyJson> document() {
    PolicyJson out;
    if (!value(out, 0)) return std::nullopt;
    skip_blanks();
    return rest_.empty() ? std::optional(std::move(out)) : std::nullopt;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_.front()) != std::string_view::npos) {
      rest_.remove_prefix(1);
    }
  }
  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool value(PolicyJson& out, int depth) {
    skip_blanks();
    if (rest_.empty() || depth > kDepthMax) return false;
    switch (rest_.front()) {
      case '{':
        return object(out, depth);
      case '[':
        return array(out, depth);
      case '"':
        out.kind = PolicyJson::Kind::String;
        return string(out.text);
      default:
        return word(out) || number(out);
    }
  }

  bool object(PolicyJson& out, int depth) {
    out.kind = PolicyJson::Kind::Object;
    take('{');
    if (take('}')) return true;
    do {
      skip_blanks();
      if (!string(out.names.emplace_back()) || !take(':')) return false;
      if (!value(out.items.emplace_back(), depth + 1)) return false;
    } while (take(','));
    return take('}');
  }

  bool array(PolicyJson& out, int depth) {
    out.kind = PolicyJson::Kind::Array;
    take('[');
    if (take(']')) return true;
    do {
      if (!value(out.items.emplace_back(), depth + 1)) return false;
    } while (take(','));
    return take(']');
  }

  bool word(PolicyJson& out) {
    out.kind = PolicyJson::Kind::Boolean;
    for (std::string_view word : {"true", "false"}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return true;
    }
    return false;
  }

  bool number(PolicyJson& out) {
    out.kind = PolicyJson::Kind::Number;
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] >= '0' && rest_[end] <= '9') ++end;
    if (end == 0 || (end > 1 && rest_[0] == '0')) return false;
    out.text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return true;  // a fraction or an exponent is then no comma or bracket
  }

  bool string(std::string& out) {
    if (rest_.empty() || rest_.front() != '"') return false;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
      } else if (!escape(out)) {
        return false;
      }
    }
    return false;
  }

  bool escape(std::string& out) {
    constexpr std::string_view kFrom = "\"\\/bfnrt$v", kTo = "\"\\/\b\f\n\r\t$\v";
    if (rest_.empty()) return false;
    char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == 'u') return unicode(out);
    std::size_t at = kFrom.find(c);
    if (at == kFrom.npos) return false;
    out += kTo[at];
    return true;
  }

  std::optional<std::uint32_t> four_digits() {
    if (rest_.size() < 4) return std::nullopt;
    std::uint32_t code = 0;
    for (char c : rest_.substr(0, 4)) {
      std::uint32_t digit = c >= '0' && c <= '9'   ? static_cast<std::uint32_t>(c - '0')
                            : c >= 'a' && c <= 'f' ? static_cast<std::uint32_t>(c - 'a' + 10)
                            : c >= 'A' && c <= 'F' ? static_cast<std::uint32_t>(c - 'A' + 10)
                                                   : 16;
      if (digit == 16) return std::nullopt;
      code = code * 16 + digit;
    }
    rest_.remove_prefix(4);
    return code;
  }

  bool unicode(std::string& out) {
    auto code = four_digits();
    if (!code) return false;
    if (*code >= 0xdc00 && *code < 0xe000) return false;  // the second half of a pair, alone
    if (*code >= 0xd800 && *code < 0xdc00) {
      if (!rest_.starts_with("\\u")) return false;
      rest_.remove_prefix(2);
      auto low = four_digits();
      if (!low || *low < 0xdc00 || *low >= 0xe000) return false;
      code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
    }
    append_utf8(out, *code);
    return true;
  }

  static void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
      out += static_cast<char>(code);
      return;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr unsigned char kLead[] = {0, 0xc0, 0xe0, 0xf0};
    out += static_cast<char>(kLead[more] | code >> (6 * more));
    while (more-- > 0) out += static_cast<char>(0x80 | (code >> (6 * more) & 0x3f));
  }

  std::string_view rest_;
};

}  // namespace

std::optional<PolicyJson> parse_policy_json(std::string_view text) { return Parser(text).document(); }

}  // namespace skerry::auth
