#include <charconv>

#include "base/check.h"
#include "wire/rest.h"
#include "wire/text.h"
#include "wire/tree.h"
#include "wire/xml.h"

namespace skerry::wire {
namespace {

// A handler may pass on what a client once stored (Content-Disposition): a line break in it must not end the header.
std::string one_line(std::string value) {
  for (char& c : value) {
    if (c == '\r' || c == '\n' || c == '\0') c = ' ';
  }
  return value;
}

std::string quoted_item(std::string item) {
  if (item.find_first_of(",\"") == item.npos) return item;
  std::string out = "\"";
  for (char c : item) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string header_text(const Member& member, const void* value) {
  std::string out;
  const Shape& shape = *member.shape;
  if (shape.kind != Kind::List) {
    append_scalar(out, shape, &member, TimeFormat::HttpDate, false, value);
    return out;
  }
  for (std::size_t i = 0, size = shape.ops->size(value); i < size; ++i) {
    std::string item;
    append_scalar(item, *shape.item, nullptr, TimeFormat::HttpDate, false, shape.ops->at(value, i));
    if (i > 0) out += ", ";
    out += shape.item->kind == Kind::String ? quoted_item(std::move(item)) : item;
  }
  return out;
}

}  // namespace

void write_headers(const Shape& structure, const void* value, net::Headers& headers) {
  for (const Member& member : structure.members) {
    if (member.loc != Loc::Header) continue;
    if (const void* found = find_member(member, value))
      headers.add(std::string(member.wire), one_line(header_text(member, found)));
  }
}

namespace {

class RestWriter {
 public:
  RestWriter(const Operation& operation, Protocol protocol, void* output)
      : operation_(operation), protocol_(protocol), output_(output) {}

  net::Response write() && {
    response_.status = operation_.status;
    bool document = false, payload = false;
    for (const Member& member : operation_.output->members) {
      document |= member.loc == Loc::Body;
      payload |= member.loc == Loc::Payload;
      if (void* value = const_cast<void*>(find_member(member, output_))) this->member(member, value);
    }
    // JSON clients expect an object where no payload is modelled; 204 allows none.
    bool empty_object = protocol_ == Protocol::RestJson && response_.status != 204;
    if (!payload && (document || empty_object)) body(*operation_.output, operation_.result_name, output_);
    return std::move(response_);
  }

 private:
  void member(const Member& member, void* value) {
    switch (member.loc) {
      case Loc::Header:
        return header(member, value);
      case Loc::PrefixHeaders:
        return for_each_entry(*member.shape, value, [&](const std::string& key, const void* entry) {
          response_.headers.add(std::string(member.wire) + one_line(key), one_line(as<std::string>(entry)));
        });
      case Loc::Status:
        response_.status = as<std::int32_t>(value);
        return;
      case Loc::Payload:
        return payload(member, value);
      case Loc::Body:
      case Loc::Label:
      case Loc::Query:
        return;
    }
  }

  void header(const Member& member, const void* value) {
    // The length is the network's to say; only an answer without the body it speaks of needs to be told.
    if (member.wire == "content-length") {
      if (operation_.method == "HEAD") response_.announced_length = static_cast<std::uint64_t>(as<std::int64_t>(value));
      return;
    }
    // S3's model has no status for a part of an object.
    if (member.wire == "content-range") response_.status = 206;
    response_.headers.add(std::string(member.wire), one_line(header_text(member, value)));
  }

  void payload(const Member& member, void* value) {
    switch (member.shape->kind) {
      case Kind::BodyOut:
        response_.body = std::move(as<BodyOut>(value).bytes);
        return;
      case Kind::String:  // of all models GetBucketPolicy's alone
        response_.headers.set("content-type", "application/json");
        [[fallthrough]];
      case Kind::Blob:
        response_.body = as<std::string>(value);
        return;
      default:
        break;
    }
    body(*member.shape, operation_.result_name.empty() ? member.wire : operation_.result_name, value);
  }

  void body(const Shape& shape, std::string_view root, const void* value) {
    std::string document;
    if (protocol_ == Protocol::RestJson) {
      write_json(document, shape, value);
      response_.headers.set("content-type", "application/json");
      response_.body = std::move(document);
      return;
    }
    const Service& service = *operation_.service;
    XmlWriter writer(document);
    XmlStyle style{.query = false, .millis = service.always_millis};
    std::string xmlns = service.xmlns.empty() ? std::string() : " xmlns=\"" + std::string(service.xmlns) + '"';
    writer.declaration();
    if (operation_.unwrapped) {
      unwrapped(writer, shape, xmlns, value);
    } else {
      if (!shape.xml_attributes.empty()) xmlns = shape.xml_attributes;
      write_xml(writer, style, root, shape, value, xmlns);
    }
    response_.headers.set("content-type", "application/xml");
    response_.body = std::move(document);
  }

  // GetBucketLocation: the member is the document, an empty one for us-east-1.
  static void unwrapped(XmlWriter& writer, const Shape& shape, std::string_view xmlns, const void* value) {
    CHECK(shape.members.size() == 1, "{} is unwrapped and has {} members", shape.name, shape.members.size());
    const Member& member = shape.members[0];
    writer.open(member.wire, xmlns);
    if (const void* found = find_member(member, value)) append_xml_text(writer.out(), as<std::string>(found));
    writer.close(member.wire);
  }

  const Operation& operation_;
  Protocol protocol_;
  void* output_;
  net::Response response_;
};

}  // namespace

net::Response write_rest(const Operation& operation, Protocol protocol, void* output) {
  return RestWriter(operation, protocol, output).write();
}

}  // namespace skerry::wire
