#include <charconv>
#include <cmath>

#include "wire/text.h"
#include "wire/tree.h"

namespace skerry::wire {

class JsonParser {
 public:
  explicit JsonParser(Tree& tree) : tree_(tree), rest_(*tree.document_) {}

  bool document() {
    if (!valid_utf8(rest_)) return fail("the document is not UTF-8");
    std::uint32_t root = tree_.append(0, 0, {});
    if (!value(root, 1)) return false;
    skip_space();
    return rest_.empty() || fail("something follows the document");
  }
  std::string why;

 private:
  using Type = Node::Type;

  bool fail(const char* reason) {
    why = reason;
    return false;
  }
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
  bool take(char c) {
    skip_space();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::uint32_t position() const { return static_cast<std::uint32_t>(tree_.document_->size() - rest_.size()); }

  bool value(std::uint32_t index, int depth) {
    if (depth > Tree::kDepthMax) return fail("values are nested too deeply");
    skip_space();
    if (rest_.empty()) return fail("the document ends too soon");
    tree_.nodes_[index].begin = position();
    if (!typed_value(index, depth)) return false;
    tree_.nodes_[index].end = position();
    return true;
  }

  bool typed_value(std::uint32_t index, int depth) {
    Node& node = tree_.nodes_[index];  // only until the next append
    switch (rest_[0]) {
      case '{':
        return rest_.remove_prefix(1), node.type = Type::Object, object(index, depth);
      case '[':
        return rest_.remove_prefix(1), node.type = Type::Array, array(index, depth);
      case '"':
        if (at_spill()) return spill(node);
        return node.type = Type::String, string(node.text);
      case 't':
        return node.type = Type::Boolean, node.boolean = true, word("true");
      case 'f':
        return node.type = Type::Boolean, word("false");
      case 'n':
        return word("null");
      default:
        return number(node);
    }
  }

  bool object(std::uint32_t index, int depth) {
    if (take('}')) return true;
    std::uint32_t last = 0;
    do {
      skip_space();
      std::string_view key;
      if (!rest_.starts_with('"') || at_spill()) return fail("a key is expected");
      if (!string(key)) return false;
      if (!take(':')) return fail("a colon is expected");
      last = tree_.append(index, last, key);
      if (!value(last, depth + 1)) return false;
    } while (take(','));
    return take('}') || fail("a comma or the end of an object is expected");
  }

  bool array(std::uint32_t index, int depth) {
    if (take(']')) return true;
    std::uint32_t last = 0;
    do {
      last = tree_.append(index, last, {});
      if (!value(last, depth + 1)) return false;
    } while (take(','));
    return take(']') || fail("a comma or the end of an array is expected");
  }

  bool word(std::string_view expected) {
    if (!rest_.starts_with(expected)) return fail("an unknown word");
    rest_.remove_prefix(expected.size());
    return true;
  }

  // Strings that left the document come in its order, so that one look tells.
  bool at_spill() const { return spill_ < tree_.spills_.size() && tree_.spills_[spill_].at == position(); }

  bool spill(Node& node) {
    node.type = Type::Spilled;
    node.integer = static_cast<std::int64_t>(spill_++);
    rest_.remove_prefix(2);
    return true;
  }

  // Mostly a view into the document: only escapes need memory of their own.
  bool string(std::string_view& text) {
    rest_.remove_prefix(1);
    std::size_t plain = plain_run(rest_);
    if (plain < rest_.size() && rest_[plain] == '"') {
      text = rest_.substr(0, plain);
      rest_.remove_prefix(plain + 1);
      return true;
    }
    std::string& out = tree_.unescaped_.emplace_back();
    while (true) {
      plain = plain_run(rest_);
      out.append(rest_, 0, plain);
      rest_.remove_prefix(plain);
      if (rest_.empty()) return fail("a string has no end");
      char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == '"') break;
      if (c != '\\') return fail("a control character in a string");
      if (!escape(out)) return false;
    }
    text = out;
    return true;
  }

  static std::size_t plain_run(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size() && text[i] != '"' && text[i] != '\\' && static_cast<unsigned char>(text[i]) >= 0x20) ++i;
    return i;
  }

  bool escape(std::string& out) {
    if (rest_.empty()) return fail("a string has no end");
    char c = rest_[0];
    rest_.remove_prefix(1);
    constexpr std::string_view kNames = "\"\\/bfnrt", kBytes = "\"\\/\b\f\n\r\t";
    if (auto at = kNames.find(c); at != kNames.npos) return out += kBytes[at], true;
    if (c != 'u') return fail("an unknown escape");
    unsigned code = 0, low = 0;
    if (!hex4(code)) return fail("a bad \\u escape");
    if (code >= 0xdc00 && code <= 0xdfff) return fail("half of a surrogate pair");
    if (code >= 0xd800 && code <= 0xdbff) {
      if (!rest_.starts_with("\\u")) return fail("half of a surrogate pair");
      rest_.remove_prefix(2);
      if (!hex4(low) || low < 0xdc00 || low > 0xdfff) return fail("half of a surrogate pair");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(out, code);
    return true;
  }

  bool hex4(unsigned& code) {
    if (rest_.size() < 4) return false;
    auto [end, error] = std::from_chars(rest_.data(), rest_.data() + 4, code, 16);
    if (error != std::errc() || end != rest_.data() + 4) return false;
    rest_.remove_prefix(4);
    return true;
  }

  static void append_utf8(std::string& out, unsigned code) {
    auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xc0 | code >> 6);
      tail(0);
    } else if (code < 0x10000) {
      out += static_cast<char>(0xe0 | code >> 12);
      tail(6);
      tail(0);
    } else {
      out += static_cast<char>(0xf0 | code >> 18);
      tail(12);
      tail(6);
      tail(0);
    }
  }

  std::size_t digits(std::size_t from) const {
    std::size_t i = from;
    while (i < rest_.size() && rest_[i] >= '0' && rest_[i] <= '9') ++i;
    return i - from;
  }

  bool number(Node& node) {
    std::size_t length = rest_.starts_with('-') ? 1 : 0;
    std::size_t whole = digits(length);
    if (whole == 0) return fail("a value is expected");
    if (whole > 1 && rest_[length] == '0') return fail("a number with a leading zero");
    length += whole;
    bool integer = true;
    if (length < rest_.size() && rest_[length] == '.') {
      std::size_t count = digits(length + 1);
      if (count == 0) return fail("a number without digits after its point");
      length += 1 + count;
      integer = false;
    }
    if (length < rest_.size() && (rest_[length] | 32) == 'e') {
      std::size_t sign = length + 1 < rest_.size() && (rest_[length + 1] == '+' || rest_[length + 1] == '-') ? 1 : 0;
      std::size_t count = digits(length + 1 + sign);
      if (count == 0) return fail("a number without digits in its exponent");
      length += 1 + sign + count;
      integer = false;
    }
    node.text = rest_.substr(0, length);
    const char *begin = rest_.data(), *end = begin + length;
    rest_.remove_prefix(length);
    node.type = integer && std::from_chars(begin, end, node.integer).ec == std::errc() ? Type::Integer : Type::Real;
    auto result = std::from_chars(begin, end, node.real);
    return result.ec == std::errc() || fail("a number out of range");
  }

  Tree& tree_;
  std::string_view rest_;
  std::size_t spill_ = 0;  // the next
};

std::expected<Tree, std::string> Tree::from_json(std::string document, std::vector<Spill> spills) {
  Tree tree(std::move(document), std::move(spills));
  JsonParser parser(tree);
  if (!parser.document()) return std::unexpected(std::move(parser.why));
  return tree;
}

}  // namespace skerry::wire
