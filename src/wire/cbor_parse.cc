#include <bit>
#include <cmath>
#include <limits>

#include "wire/text.h"
#include "wire/tree.h"

namespace skerry::wire {

class CborParser {
 public:
  explicit CborParser(Tree& tree) : tree_(tree), rest_(*tree.document_) {}

  bool document() {
    std::uint32_t root = tree_.append(0, 0, {});
    return value(root, 1) && (rest_.empty() || fail("something follows the document"));
  }
  std::string why;

 private:
  using Type = Node::Type;
  enum Major : unsigned { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };
  static constexpr unsigned kIndefinite = 31;
  static constexpr char kBreak = '\xff';

  bool fail(const char* reason) {
    why = reason;
    return false;
  }

  // The initial byte: major type and additional information.
  bool head(unsigned& major, unsigned& info) {
    if (rest_.empty()) return fail("the document ends too soon");
    auto byte = static_cast<unsigned char>(rest_[0]);
    rest_.remove_prefix(1);
    major = byte >> 5;
    info = byte & 31;
    return true;
  }

  bool argument(unsigned info, std::uint64_t& out) {
    if (info < 24) return out = info, true;
    if (info > 27) return fail("a reserved length");
    std::size_t size = std::size_t{1} << (info - 24);
    if (rest_.size() < size) return fail("the document ends too soon");
    out = 0;
    for (std::size_t i = 0; i < size; ++i) out = out << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(size);
    return true;
  }

  bool take_break() {
    if (!rest_.starts_with(kBreak)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool value(std::uint32_t index, int depth) {
    if (depth > Tree::kDepthMax) return fail("values are nested too deeply");
    unsigned major = 0, info = 0;
    if (!head(major, info)) return false;
    switch (major) {
      case kUnsigned:
      case kNegative:
        return integer(index, major, info);
      case kBytes:
      case kText: {
        std::string_view text;
        if (!data(major, info, text)) return false;
        tree_.nodes_[index].type = major == kBytes ? Type::Bytes : Type::String;
        tree_.nodes_[index].text = text;
        return true;
      }
      case kArray:
      case kMap:
        return container(index, major, info, depth);
      case kTag:
        return tagged(index, info, depth);
      default:
        return simple(index, info);
    }
  }

  bool integer(std::uint32_t index, unsigned major, unsigned info) {
    std::uint64_t magnitude = 0;
    if (!argument(info, magnitude)) return false;
    Node& node = tree_.nodes_[index];
    // Beyond 64 bits with a sign: still a number, for a member that is a double.
    bool fits = magnitude <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    node.type = fits ? Type::Integer : Type::Real;
    node.real = major == kNegative ? -1.0 - static_cast<double>(magnitude) : static_cast<double>(magnitude);
    if (fits)
      node.integer =
          major == kNegative ? -1 - static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
    return true;
  }

  bool data(unsigned major, unsigned info, std::string_view& text) {
    if (info != kIndefinite) return chunk(info, text) && utf8(major, text);
    std::string& out = tree_.unescaped_.emplace_back();
    while (!take_break()) {
      unsigned inner = 0;
      if (!head(inner, info)) return false;
      if (inner != major || info == kIndefinite) return fail("a chunk of another type");
      if (!chunk(info, text)) return false;
      out += text;
    }
    text = out;
    return utf8(major, text);
  }

  bool chunk(unsigned info, std::string_view& text) {
    std::uint64_t size = 0;
    if (!argument(info, size)) return false;
    if (rest_.size() < size) return fail("the document ends too soon");
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  bool utf8(unsigned major, std::string_view text) {
    return major != kText || valid_utf8(text) || fail("text that is not UTF-8");
  }

  bool container(std::uint32_t index, unsigned major, unsigned info, int depth) {
    std::uint64_t count = std::numeric_limits<std::uint64_t>::max();
    bool indefinite = info == kIndefinite;
    if (!indefinite && !argument(info, count)) return false;
    tree_.nodes_[index].type = major == kArray ? Type::Array : Type::Object;
    std::uint32_t last = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (indefinite && take_break()) break;
      std::string_view key;
      if (major == kMap && !text_key(key)) return false;
      last = tree_.append(index, last, key);
      if (!value(last, depth + 1)) return false;
    }
    return true;
  }

  bool text_key(std::string_view& key) {
    unsigned major = 0, info = 0;
    if (!head(major, info)) return false;
    if (major != kText) return fail("a key that is not text");
    return data(major, info, key);
  }

  // Tag 1 is a point in time; what other tags say is not needed, only what they are put on.
  bool tagged(std::uint32_t index, unsigned info, int depth) {
    std::uint64_t tag = 0;
    if (!argument(info, tag) || !value(index, depth + 1)) return false;
    Node& node = tree_.nodes_[index];
    if (tag != 1) return true;
    if (node.type != Type::Integer && node.type != Type::Real) return fail("a time that is not a number");
    node.type = Type::Time;
    return true;
  }

  bool simple(std::uint32_t index, unsigned info) {
    std::uint64_t bits = 0;
    if (info == 24 || !argument(info, bits)) return fail("an unknown simple value");
    Node& node = tree_.nodes_[index];
    switch (info) {
      case 20:
      case 21:
        return node.type = Type::Boolean, node.boolean = info == 21, true;
      case 22:  // null
      case 23:
        return true;  // undefined
      case 25:
        return node.type = Type::Real, node.real = half(static_cast<unsigned>(bits)), true;
      case 26:
        return node.type = Type::Real, node.real = std::bit_cast<float>(static_cast<std::uint32_t>(bits)), true;
      case 27:
        return node.type = Type::Real, node.real = std::bit_cast<double>(bits), true;
      default:
        return fail("an unknown simple value");
    }
  }

  static double half(unsigned bits) {
    int exponent = static_cast<int>(bits >> 10 & 31), mantissa = static_cast<int>(bits & 1023);
    double value = exponent == 0    ? std::ldexp(mantissa, -24)
                   : exponent != 31 ? std::ldexp(mantissa + 1024, exponent - 25)
                   : mantissa       ? std::nan("")
                                    : HUGE_VAL;
    return bits & 0x8000 ? -value : value;
  }

  Tree& tree_;
  std::string_view rest_;
};

std::expected<Tree, std::string> Tree::from_cbor(std::string document) {
  Tree tree(std::move(document));
  CborParser parser(tree);
  if (!parser.document()) return std::unexpected(std::move(parser.why));
  return tree;
}

}  // namespace skerry::wire
