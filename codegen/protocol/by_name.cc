#include "protocol/by_name.h"

#include <cmath>

#include "base/bytes.h"
#include "base/check.h"
#include "base/loop_executor.h"
#include "wire/body.h"
#include "wire/text.h"

namespace skerry::ptest {

using wire::as;
using wire::Kind;
using wire::Member;
using wire::Node;
using wire::Shape;
using wire::Tree;

namespace {

// Puts commas between what is appended.
class Separator {
 public:
  explicit Separator(std::string& out) : out_(out) {}
  void next() {
    if (!first_) out_ += ',';
    first_ = false;
  }

 private:
  std::string& out_;
  bool first_ = true;
};

std::string drain(ByteSource* source) {
  if (!source) return {};
  LoopExecutor executor;
  return executor.run(read_all(*source, 1 << 20)).value();
}

void dump_structure(std::string& out, const Shape& shape, const void* value) {
  out += '{';
  Separator separator(out);
  for (const Member& member : shape.members) {
    const void* found = wire::find_member(member, value);
    if (!found || (member.shape->kind == Kind::BodyIn && !as<wire::BodyIn>(found).source)) continue;
    separator.next();
    wire::append_json_string(out, member.name);
    out += ':';
    dump(out, *member.shape, found);
  }
  out += '}';
}

double seconds_of(Time time) { return static_cast<double>(time.time_since_epoch().count()) / 1e6; }

}  // namespace

void dump(std::string& out, const Shape& shape, const void* value) {
  Separator separator(out);
  switch (shape.kind) {
    case Kind::Structure:
      return dump_structure(out, shape, value);
    case Kind::List:
      out += '[';
      for (std::size_t i = 0; i < shape.ops->size(value); ++i) {
        separator.next();
        dump(out, *shape.item, shape.ops->at(value, i));
      }
      out += ']';
      return;
    case Kind::Map:
      out += '{';
      wire::for_each_entry(shape, value, [&](const std::string& key, const void* item) {
        separator.next();
        wire::append_json_string(out, key);
        out += ':';
        dump(out, *shape.item, item);
      });
      out += '}';
      return;
    case Kind::Timestamp:
      return wire::append_double(out, seconds_of(as<Time>(value)));
    case Kind::Blob:
      return wire::append_json_string(out, base64(as<std::string>(value)));
    case Kind::String:
      return wire::append_json_string(out, as<std::string>(value));
    case Kind::LargeBlob:
      CHECK(false, "no overlay here makes a blob large");
    case Kind::BodyIn:
      return wire::append_json_string(out, base64(drain(as<wire::BodyIn>(value).source)));
    case Kind::Double:
      if (!std::isfinite(as<double>(value))) {
        std::string text;
        wire::append_double(text, as<double>(value));
        return wire::append_json_string(out, text);
      }
      break;
    default:
      break;
  }
  wire::append_scalar(out, shape, nullptr, wire::TimeFormat::Epoch, false, value);
}

void load(const Tree& tree, const Node& node, const Shape& shape, void* into) {
  switch (shape.kind) {
    case Kind::Structure:
      for (const Node* child = tree.child(node); child; child = tree.next(*child)) {
        if (child->type == Node::Type::Null) continue;
        for (const Member& member : shape.members) {
          if (member.name == child->key) load(tree, *child, *member.shape, wire::make_member(member, into));
        }
      }
      return;
    case Kind::List:
      for (const Node* child = tree.child(node); child; child = tree.next(*child))
        load(tree, *child, *shape.item, shape.ops->push(into));
      return;
    case Kind::Map:
      for (const Node* child = tree.child(node); child; child = tree.next(*child)) {
        if (child->type != Node::Type::Null)
          load(tree, *child, *shape.item, shape.ops->insert(into, std::string(child->key)));
      }
      return;
    case Kind::Timestamp:
      as<Time>(into) = Time(microseconds(std::llround(node.real * 1e6)));
      return;
    case Kind::Blob:
      as<std::string>(into) = unbase64(node.text).value_or("");
      return;
    case Kind::BodyOut:
      as<wire::BodyOut>(into).bytes = unbase64(node.text).value_or("");
      return;
    case Kind::String:
      as<std::string>(into) = node.text;
      return;
    case Kind::Boolean:
      as<bool>(into) = node.boolean;
      return;
    case Kind::Integer:
      as<std::int32_t>(into) = static_cast<std::int32_t>(node.integer);
      return;
    case Kind::Long:
      as<std::int64_t>(into) = node.integer;
      return;
    case Kind::Double:
      as<double>(into) = node.type == Node::Type::String ? wire::parse_double(node.text).value_or(0) : node.real;
      return;
    case Kind::LargeBlob:
    case Kind::BodyIn:
      return;
  }
}

}  // namespace skerry::ptest
