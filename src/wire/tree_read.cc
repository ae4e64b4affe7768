#include <cmath>
#include <limits>

#include "wire/text.h"
#include "wire/tree.h"
#include "wire/type_ops.h"

namespace skerry::wire {
namespace {

using Type = Node::Type;

class TreeReader {
 public:
  TreeReader(const Tree& tree, bool json, Reading& in) : tree_(tree), json_(json), in_(in) {}

  bool structure(const Node& node, const Shape& shape, void* into) {
    if (node.type != Type::Object) return in_.fail("an object is expected");
    Seen seen(shape);
    for (const Node* child = tree_.child(node); child; child = tree_.next(*child)) {
      if (child->type == Type::Null) continue;  // as good as absent
      const Member* member = find(shape, child->key);
      if (!member) {
        // Clients are newer than servers. A union's tag means nothing here.
        if (shape.is_union && child->key != "__type") return in_.fail("an unknown member of a union");
        continue;
      }
      Step step(in_, member->name);
      seen.mark(*member);
      if (!value(*child, *member->shape, member, make_member(*member, into))) return false;
    }
    if (shape.is_union && seen.count() != 1) return in_.fail("exactly one member of a union is expected");
    seen.report_missing(in_, [](Loc loc) { return loc == Loc::Body; });
    return true;
  }

 private:
  static const Member* find(const Shape& shape, std::string_view key) {
    for (const Member& member : shape.members) {
      if (member.loc == Loc::Body && member.wire == key) return &member;
    }
    return nullptr;
  }

  bool value(const Node& node, const Shape& shape, const Member* member, void* into) {
    if (shape.kind == Kind::LargeBlob) return large_blob(node, into);
    if (node.type == Type::Spilled) return in_.fail("a shorter value is expected");
    switch (shape.kind) {
      case Kind::Structure:
        return structure(node, shape, into);
      case Kind::List:
        return list(node, shape, into);
      case Kind::Map:
        return map(node, shape, into);
      case Kind::String:
        if (node.type != Type::String) return in_.fail("a string is expected");
        as<std::string>(into) = node.text;
        return true;
      case Kind::Boolean:
        if (node.type != Type::Boolean) return in_.fail("true or false is expected");
        as<bool>(into) = node.boolean;
        return true;
      case Kind::Integer:
        return integer<std::int32_t>(node, into);
      case Kind::Long:
        return integer<std::int64_t>(node, into);
      case Kind::Double:
        return real(node, into);
      case Kind::Blob:
        return blob(node, shape, member, into);
      case Kind::Timestamp:
        return time(node, shape, member, into);
      case Kind::LargeBlob:
      case Kind::BodyIn:
      case Kind::BodyOut:
        break;
    }
    return in_.fail("no value is expected");
  }

  bool list(const Node& node, const Shape& shape, void* into) {
    if (node.type != Type::Array) return in_.fail("an array is expected");
    std::size_t index = 0;
    for (const Node* child = tree_.child(node); child; child = tree_.next(*child)) {
      Step step(in_, index++);
      if (child->type == Type::Null) return in_.fail("null in an array");
      if (!value(*child, *shape.item, nullptr, shape.ops->push(into))) return false;
    }
    return true;
  }

  bool map(const Node& node, const Shape& shape, void* into) {
    if (node.type != Type::Object) return in_.fail("an object is expected");
    for (const Node* child = tree_.child(node); child; child = tree_.next(*child)) {
      Step step(in_, child->key);
      if (child->type == Type::Null) return in_.fail("null in a map");
      if (!value(*child, *shape.item, nullptr, shape.ops->insert(into, std::string(child->key)))) return false;
    }
    return true;
  }

  template <class T>
  bool integer(const Node& node, void* into) {
    using Limit = std::numeric_limits<T>;
    if (node.type != Type::Integer || node.integer < Limit::min() || node.integer > Limit::max()) {
      return in_.fail("an integer is expected");
    }
    as<T>(into) = static_cast<T>(node.integer);
    return true;
  }

  bool real(const Node& node, void* into) {
    if (node.type == Type::Integer || node.type == Type::Real) return as<double>(into) = node.real, true;
    bool named = json_ && node.type == Type::String &&
                 (node.text == "NaN" || node.text == "Infinity" || node.text == "-Infinity");
    if (!named) return in_.fail("a number is expected");
    as<double>(into) = *parse_double(node.text);
    return true;
  }

  bool blob(const Node& node, const Shape& shape, const Member* member, void* into) {
    if (json_ && node.type == Type::String)
      return read_scalar(node.text, shape, member, TimeFormat::Default, into, in_);
    if (json_ || node.type != Type::Bytes) return in_.fail("bytes are expected");
    as<std::string>(into) = node.text;
    return true;
  }

  bool large_blob(const Node& node, void* into) {
    if (node.type == Type::Spilled) {
      const auto& spilled = tree_.spilled(node);
      if (!spilled) return in_.fail("base64 is expected");
      as<LargeBlob>(into) = LargeBlob(spilled);
      return true;
    }
    std::string bytes;
    if (!blob(node, plain::kBlob, nullptr, &bytes)) return false;
    as<LargeBlob>(into) = LargeBlob(std::move(bytes));
    return true;
  }

  bool time(const Node& node, const Shape& shape, const Member* member, void* into) {
    if (!json_) {
      if (node.type != Type::Time || !(std::fabs(node.real) < 1e12)) return in_.fail("a time is expected");
      as<Time>(into) = Time(microseconds(std::llround(node.real * 1e6)));
      return true;
    }
    bool number = node.type == Type::Integer || node.type == Type::Real;
    bool epoch = time_format(member, shape, TimeFormat::Epoch) == TimeFormat::Epoch;
    if (epoch != number || (!number && node.type != Type::String)) return in_.fail("a time is expected");
    return read_scalar(node.text, shape, member, TimeFormat::Epoch, into, in_);
  }

  const Tree& tree_;
  bool json_;
  Reading& in_;
};

}  // namespace

bool read_tree(const Tree& tree, const Shape& structure, bool json, void* into, Reading& in) {
  return TreeReader(tree, json, in).structure(tree.root(), structure, into);
}

}  // namespace skerry::wire
