#include <algorithm>
#include <pugixml.hpp>

#include "wire/text.h"
#include "wire/xml.h"

namespace skerry::wire {
namespace {

// Namespaces are not looked at: a prefix is someone's abbreviation.
std::string_view local_name(const char* name) {
  std::string_view all(name);
  auto colon = all.rfind(':');
  return colon == all.npos ? all : all.substr(colon + 1);
}

// What stands between `&` and `;`. pugixml would leave an entity that it does not know as text, end a string at &#0;,
// and write a surrogate as broken UTF-8.
bool known_reference(std::string_view name) {
  for (std::string_view entity : {"amp", "lt", "gt", "quot", "apos"}) {
    if (name == entity) return true;
  }
  if (!name.starts_with('#') || name.size() > 10) return false;
  bool hex = name.starts_with("#x");
  std::string_view digits = name.substr(hex ? 2 : 1);
  unsigned long code = 0;
  for (char c : digits) {
    int digit = c >= '0' && c <= '9' ? c - '0' : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0) return false;
    code = code * (hex ? 16 : 10) + static_cast<unsigned long>(digit);
  }
  return !digits.empty() && code != 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

// Looks through the raw text for what pugixml tolerates and we do not.
bool acceptable(std::string_view text, Reading& in) {
  if (text.find('\0') != text.npos) return in.fail("NUL in the document");
  if (!valid_utf8(text)) return in.fail("broken UTF-8 in the document");
  struct Span {
    std::string_view begin, end;
  };
  static constexpr Span kOpaque[] = {{"<![CDATA[", "]]>"}, {"<!--", "-->"}, {"<?", "?>"}};
  for (std::size_t i = text.find_first_of("<&"); i != text.npos; i = text.find_first_of("<&", i)) {
    std::string_view rest = text.substr(i);
    if (rest[0] == '&') {
      auto end = rest.find(';');
      if (end == rest.npos || !known_reference(rest.substr(1, end - 1)))
        return in.fail("an unknown entity in the document");
      i += end;
      continue;
    }
    auto opaque =
        std::find_if(std::begin(kOpaque), std::end(kOpaque), [&](const Span& s) { return rest.starts_with(s.begin); });
    if (opaque != std::end(kOpaque)) {
      auto end = rest.find(opaque->end, opaque->begin.size());
      if (end == rest.npos) return in.fail("the document is cut off");
      i += end + opaque->end.size();
    } else if (rest.starts_with("<!")) {
      return in.fail("a document type in the document");
    } else {
      ++i;
    }
  }
  return true;
}

// Text may come in pieces, around comments and CDATA.
bool text_of(pugi::xml_node element, std::string& text, Reading& in) {
  for (pugi::xml_node child : element.children()) {
    if (child.type() == pugi::node_element) return in.fail("an element where text is expected");
    text += child.value();
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  auto first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

class XmlReader {
 public:
  explicit XmlReader(Reading& in) : in_(in) {}

  bool structure(pugi::xml_node element, const Shape& shape, void* into) {
    Seen seen(shape);
    for (const Member& member : shape.members) {
      if (member.has(kAttribute) && !attribute(element, member, into, seen)) return false;
    }
    for (pugi::xml_node child : element.children()) {
      if (child.type() == pugi::node_element) {
        const Member* member = find(shape, local_name(child.name()));
        if (member && !this->member(child, *member, into, seen)) return false;
      } else if (!trimmed(child.value()).empty()) {
        return in_.fail("text where elements are expected");
      }
    }
    if (shape.is_union && seen.count() != 1) return in_.fail("exactly one member of a union is expected");
    seen.report_missing(in_, [](Loc loc) { return loc == Loc::Body; });
    return true;
  }

 private:
  static const Member* find(const Shape& shape, std::string_view name) {
    for (const Member& member : shape.members) {
      if (member.loc == Loc::Body && !member.has(kAttribute) && member.wire == name) return &member;
    }
    return nullptr;
  }

  bool attribute(pugi::xml_node element, const Member& member, void* into, Seen& seen) {
    for (pugi::xml_attribute attribute : element.attributes()) {
      if (local_name(attribute.name()) != local_name(std::string(member.wire).c_str())) continue;
      Step step(in_, member.name);
      seen.mark(member);
      return read_scalar(attribute.value(), *member.shape, &member, TimeFormat::Iso8601, make_member(member, into),
                         in_);
    }
    return true;
  }

  bool member(pugi::xml_node element, const Member& member, void* into, Seen& seen) {
    Step step(in_, member.name);
    if (member.has(kFlat)) {
      // Each item comes as an element of its own: the container is made for the first only.
      bool first = !seen.has(member);
      seen.mark(member);
      void* container = first ? make_member(member, into) : const_cast<void*>(find_member(member, into));
      return member.shape->kind == Kind::List ? item(element, *member.shape, container)
                                              : entry(element, *member.shape, container);
    }
    seen.mark(member);
    return value(element, *member.shape, &member, make_member(member, into));
  }

  bool value(pugi::xml_node element, const Shape& shape, const Member* member, void* into) {
    switch (shape.kind) {
      case Kind::Structure:
        return structure(element, shape, into);
      case Kind::List:
        return each(element, shape.item_name, [&](pugi::xml_node child) { return item(child, shape, into); });
      case Kind::Map:
        return each(element, "entry", [&](pugi::xml_node child) { return entry(child, shape, into); });
      default:
        break;
    }
    std::string text;
    if (!text_of(element, text, in_)) return false;
    // White space around a number means nothing; in a string it may be the key of an object.
    std::string_view sent = shape.kind == Kind::String ? std::string_view(text) : trimmed(text);
    return read_scalar(sent, shape, member, TimeFormat::Iso8601, into, in_);
  }

  template <class F>
  bool each(pugi::xml_node element, std::string_view name, F&& f) {
    for (pugi::xml_node child : element.children()) {
      if (child.type() == pugi::node_element && local_name(child.name()) == name && !f(child)) return false;
    }
    return true;
  }

  bool item(pugi::xml_node element, const Shape& list, void* into) {
    Step step(in_, list.ops->size(into));
    return value(element, *list.item, nullptr, list.ops->push(into));
  }

  bool entry(pugi::xml_node element, const Shape& map, void* into) {
    std::string key;
    bool has_key = false;
    if (!each(element, map.key_name, [&](pugi::xml_node child) { return has_key = true, text_of(child, key, in_); }))
      return false;
    if (!has_key) return in_.fail("an entry without its key");
    Step step(in_, key);
    void* slot = map.ops->insert(into, key);
    return each(element, map.item_name, [&](pugi::xml_node child) { return value(child, *map.item, nullptr, slot); });
  }

  Reading& in_;
};

}  // namespace

bool read_xml_document(std::string_view document, std::string_view root, const Shape& structure, void* into,
                       Reading& in) {
  if (!acceptable(document, in)) return false;
  pugi::xml_document parsed;
  // parse_fragment: text outside the root is kept, so that it can be refused. parse_ws_pcdata_single: without it a
  // value that is one space (an object's key) would be lost.
  unsigned flags =
      pugi::parse_escapes | pugi::parse_cdata | pugi::parse_eol | pugi::parse_ws_pcdata_single | pugi::parse_fragment;
  auto result = parsed.load_buffer(document.data(), document.size(), flags, pugi::encoding_utf8);
  if (!result) return in.fail(result.description());
  pugi::xml_node element;
  for (pugi::xml_node node : parsed.children()) {
    if (node.type() == pugi::node_element && !element) {
      element = node;
    } else if (node.type() == pugi::node_element || !trimmed(node.value()).empty()) {
      return in.fail("content outside the root element");
    }
  }
  if (!element) return in.fail("no root element");
  if (!root.empty() && local_name(element.name()) != root) return in.fail("an unexpected root element");
  return XmlReader(in).structure(element, structure, into);
}

}  // namespace skerry::wire
