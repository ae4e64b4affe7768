#pragma once
#include <cstring>
#include <string>
#include <string_view>

#include "wire/reading.h"

// XML to and from structures, as rest-xml has it in bodies and query in answers.
namespace skerry::wire {

// Appends elements to a string that it does not own.
class XmlWriter {
 public:
  explicit XmlWriter(std::string& out) : out_(out) {}

  void declaration() { out_ += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"; }
  // `attributes` begin with a space and are escaped already.
  void open(std::string_view name, std::string_view attributes = {}) {
    if (attributes.empty()) return tag("<", name);
    out_ += '<';
    out_ += name;
    out_ += attributes;
    out_ += '>';
  }
  void close(std::string_view name) { tag("</", name); }
  void leaf(std::string_view name, std::string_view text);
  std::string& out() { return out_; }

 private:
  // A listing has ten thousand tags: each is put together first and appended once.
  void tag(std::string_view begin, std::string_view name) {
    char text[80];
    std::size_t size = begin.size() + name.size() + 1;
    if (size > sizeof text) {
      out_.append(begin).append(name).append(1, '>');
      return;
    }
    std::memcpy(text, begin.data(), begin.size());
    std::memcpy(text + begin.size(), name.data(), name.size());
    text[size - 1] = '>';
    out_.append(text, size);
  }

  std::string& out_;
};

// How names and times are chosen.
struct XmlStyle {
  bool query = false;   // the names that query has, which may differ (SQS)
  bool millis = false;  // times always with milliseconds
};

// Writes `value` as an element called `name`.
void write_xml(XmlWriter& writer, const XmlStyle& style, std::string_view name, const Shape& shape, const void* value,
               std::string_view attributes = {});
// Writes the body members of a structure, without an element around them.
void write_xml_members(XmlWriter& writer, const XmlStyle& style, const Shape& structure, const void* value);

// Reads a document whose root is called `root` (any, when that is empty) into a structure. Refuses what is not
// well-formed, a document type, entities of its own, NUL and broken UTF-8; skips elements that it does not know,
// because clients are newer than servers.
bool read_xml_document(std::string_view document, std::string_view root, const Shape& structure, void* into,
                       Reading& in);

}  // namespace skerry::wire
