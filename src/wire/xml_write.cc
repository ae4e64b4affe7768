#include "wire/text.h"
#include "wire/xml.h"

namespace skerry::wire {

void XmlWriter::leaf(std::string_view name, std::string_view text) {
  open(name);
  append_xml_text(out_, text);
  close(name);
}

namespace {

void write_leaf(XmlWriter& writer, const XmlStyle& style, std::string_view name, std::string_view attributes,
                const Member* member, const Shape& shape, const void* value) {
  writer.open(name, attributes);
  if (shape.kind == Kind::String) {
    append_xml_text(writer.out(), as<std::string>(value));
  } else {
    append_scalar(writer.out(), shape, member, TimeFormat::Iso8601, style.millis, value);
  }
  writer.close(name);
}

// Items of a flat list carry the member's own name, whatever the model calls the list's item.
void write_list(XmlWriter& writer, const XmlStyle& style, std::string_view name, bool flat, const Shape& list,
                const void* value, std::string_view attributes) {
  std::string_view item = flat ? name : style.query ? list.item_query : list.item_name;
  std::size_t size = list.ops->size(value);
  if (!flat) writer.open(name, attributes);
  std::string& out = writer.out();
  std::size_t start = out.size();
  for (std::size_t i = 0; i < size; ++i) {
    write_xml(writer, style, item, *list.item, list.ops->at(value, i));
    // By the first item the whole is guessed, so that a long list is not copied each time the string grows.
    if (i == 0 && size > 16) out.reserve(start + (out.size() - start + 16) * size + 512);
  }
  if (!flat) writer.close(name);
}

void write_map(XmlWriter& writer, const XmlStyle& style, std::string_view name, bool flat, const Shape& map,
               const void* value, std::string_view attributes) {
  std::string_view entry = flat ? name : "entry";
  if (!flat) writer.open(name, attributes);
  for_each_entry(map, value, [&](const std::string& key, const void* item) {
    writer.open(entry);
    writer.leaf(map.key_name, key);
    write_xml(writer, style, map.item_name, *map.item, item);
    writer.close(entry);
  });
  if (!flat) writer.close(name);
}

void write_member(XmlWriter& writer, const XmlStyle& style, const Member& member, const void* value) {
  std::string_view name = style.query ? member.query : member.wire;
  bool flat = member.has(style.query ? kQueryFlat : kFlat);
  switch (member.shape->kind) {
    case Kind::Structure:
      return write_xml(writer, style, name, *member.shape, value, member.xml_attributes);
    case Kind::List:
      return write_list(writer, style, name, flat, *member.shape, value, member.xml_attributes);
    case Kind::Map:
      return write_map(writer, style, name, flat, *member.shape, value, member.xml_attributes);
    default:
      return write_leaf(writer, style, name, member.xml_attributes, &member, *member.shape, value);
  }
}

// Few structures have any (S3's Grantee: xsi:type).
std::string attributes_of(const Shape& structure, const void* value, std::string_view given) {
  std::string out(given);
  if (given.empty()) out += structure.xml_attributes;
  for (const Member& member : structure.members) {
    if (!member.has(kAttribute)) continue;
    const void* attribute = find_member(member, value);
    if (!attribute) continue;
    out += ' ';
    out += member.wire;
    out += "=\"";
    std::string text;
    append_scalar(text, *member.shape, &member, TimeFormat::Iso8601, false, attribute);
    append_xml_text(out, text);
    out += '"';
  }
  return out;
}

}  // namespace

void write_xml(XmlWriter& writer, const XmlStyle& style, std::string_view name, const Shape& shape, const void* value,
               std::string_view attributes) {
  switch (shape.kind) {
    case Kind::Structure:
      writer.open(name, attributes_of(shape, value, attributes));
      write_xml_members(writer, style, shape, value);
      writer.close(name);
      return;
    case Kind::List:
      return write_list(writer, style, name, false, shape, value, attributes);
    case Kind::Map:
      return write_map(writer, style, name, false, shape, value, attributes);
    default:
      return write_leaf(writer, style, name, attributes, nullptr, shape, value);
  }
}

void write_xml_members(XmlWriter& writer, const XmlStyle& style, const Shape& structure, const void* value) {
  for (const Member& member : structure.members) {
    if (member.loc != Loc::Body || member.has(kAttribute) || member.has(kMessage)) continue;
    if (const void* found = find_member(member, value)) write_member(writer, style, member, found);
  }
}

}  // namespace skerry::wire
