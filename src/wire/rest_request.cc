#include <algorithm>

#include "wire/rest.h"
#include "wire/text.h"
#include "wire/tree.h"
#include "wire/xml.h"

namespace skerry::wire {
namespace {

// Header values of one list: `a, "b, c", d`. A date has a comma of its own.
std::vector<std::string> split_list(std::string_view text, bool dates) {
  std::vector<std::string> out;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
    if (text.empty()) return out;
    std::string item;
    if (text[0] == '"') {
      std::size_t i = 1;
      for (; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        item += text[i];
      }
      text.remove_prefix(std::min(i + 1, text.size()));
    } else {
      auto end = text.find(',');
      if (dates && end != text.npos) end = text.find(',', end + 1);
      item = text.substr(0, end);
      item.erase(item.find_last_not_of(' ') + 1);
      text.remove_prefix(std::min(end, text.size()));
    }
    out.push_back(std::move(item));
  }
}

class RestReader {
 public:
  RestReader(const Route& route, const net::Request& request, Payload payload, void* input, Reading& in)
      : route_(route), request_(request), payload_(std::move(payload)), input_(input), in_(in) {}

  bool read() {
    const Shape& shape = *route_.operation->input;
    Seen seen(shape);
    bool document = false;
    for (const Member& member : shape.members) {
      in_.where = member.loc;
      document |= member.loc == Loc::Body;
      Step step(in_, member.name);
      bool found = false;
      if (!this->member(member, found)) return false;
      if (found) seen.mark(member);
    }
    seen.report_missing(in_, [](Loc loc) { return loc != Loc::Body; });
    in_.where = Loc::Body;
    return !document || this->document(shape, route_.operation->input_xml_name, input_);
  }

 private:
  bool s3() const { return route_.service->faults == FaultStyle::S3; }

  bool member(const Member& member, bool& found) {
    switch (member.loc) {
      case Loc::Label:
        return found = true, scalar(member, route_.label(member.wire), TimeFormat::Iso8601);
      case Loc::Header:
        return header(member, found);
      case Loc::PrefixHeaders:
        return found = true, prefix_headers(member);
      case Loc::Query:
        return query(member, found);
      case Loc::Payload:
        return payload(member, found);
      case Loc::Body:
      case Loc::Status:
        return true;
    }
    return true;
  }

  bool scalar(const Member& member, std::string_view text, TimeFormat custom) {
    if (read_scalar(text, *member.shape, &member, custom, make_member(member, input_), in_)) return true;
    in_.malformed->wire = member.wire;
    in_.malformed->value = text;
    return false;
  }

  // SDKs that presign may move x-amz-* headers into the query, and S3 takes them from there.
  const std::string* find_header(std::string_view name) const {
    if (const std::string* value = request_.headers.find(name)) return value;
    return s3() && name.starts_with("x-amz-") ? find_query(name) : nullptr;
  }
  const std::string* find_query(std::string_view name) const {
    for (const auto& [key, value] : route_.query) {
      if (key == name) return &value;
    }
    return nullptr;
  }

  bool header(const Member& member, bool& found) {
    const std::string* value = find_header(member.wire);
    if (!value) return true;
    found = true;
    if (member.shape->kind == Kind::List) return header_list(member);
    if (s3() && member.shape->kind == Kind::Timestamp && member.wire.find("if-") != member.wire.npos) {
      found = condition(member, *value);
      return true;
    }
    return scalar(member, *value, TimeFormat::HttpDate);
  }

  // A date that cannot be read makes no condition (RFC 9110, 13.1.3). S3 also reads ISO 8601 here.
  bool condition(const Member& member, std::string_view text) {
    auto time = parse_time(text, TimeFormat::HttpDate);
    if (!time) time = parse_time(text, TimeFormat::Iso8601);
    if (time) as<Time>(make_member(member, input_)) = *time;
    return time.has_value();
  }

  bool header_list(const Member& member) {
    const Shape& item = *member.shape->item;
    TimeFormat format = time_format(nullptr, item, TimeFormat::HttpDate);
    bool dates = item.kind == Kind::Timestamp && format == TimeFormat::HttpDate;
    void* list = make_member(member, input_);
    auto add = [&](std::string_view line) {
      auto values = split_list(line, dates);
      return std::all_of(values.begin(), values.end(), [&](const std::string& value) {
        return read_scalar(value, item, nullptr, TimeFormat::HttpDate, member.shape->ops->push(list), in_);
      });
    };
    if (request_.headers.count(member.wire) == 0) return add(*find_header(member.wire));
    for (const auto& [name, value] : request_.headers) {
      if (name == member.wire && !add(value)) return false;
    }
    return true;
  }

  // x-amz-meta-*: several of one name are one value, joined by commas.
  bool prefix_headers(const Member& member) {
    void* map = nullptr;
    auto add = [&](std::string_view name, std::string_view value) {
      if (!name.starts_with(member.wire)) return;
      if (!map) map = make_member(member, input_);
      auto& slot = as<std::string>(member.shape->ops->insert(map, std::string(name.substr(member.wire.size()))));
      slot += slot.empty() ? "" : ",";
      slot += value;
    };
    for (const auto& [name, value] : request_.headers) add(name, value);
    if (s3()) {
      for (const auto& [name, value] : route_.query) add(name, value);
    }
    return true;
  }

  bool query(const Member& member, bool& found) {
    const Shape& shape = *member.shape;
    if (shape.kind == Kind::Map) return found = true, query_map(member);
    if (shape.kind == Kind::List) return query_list(member, found);
    const std::string* value = find_query(member.wire);
    if (!value) return true;
    // `max-keys=` is as good as none to S3.
    if (s3() && value->empty() && shape.kind != Kind::String) return true;
    found = true;
    return scalar(member, *value, TimeFormat::Iso8601);
  }

  bool query_list(const Member& member, bool& found) {
    void* list = nullptr;
    for (const auto& [key, value] : route_.query) {
      if (key != member.wire) continue;
      if (!list) list = make_member(member, input_);
      found = true;
      if (!read_scalar(value, *member.shape->item, nullptr, TimeFormat::Iso8601, member.shape->ops->push(list), in_))
        return false;
    }
    return true;
  }

  // All parameters that no other member has taken.
  bool query_map(const Member& member) {
    void* map = make_member(member, input_);
    const Shape& item = *member.shape->item;
    for (const auto& [key, value] : route_.query) {
      void* slot = member.shape->ops->insert(map, key);
      if (item.kind == Kind::List) {
        if (!read_scalar(value, *item.item, nullptr, TimeFormat::Iso8601, item.ops->push(slot), in_)) return false;
      } else if (!read_scalar(value, item, nullptr, TimeFormat::Iso8601, slot, in_)) {
        return false;
      }
    }
    return true;
  }

  bool payload(const Member& member, bool& found) {
    if (member.shape->kind == Kind::BodyIn) {
      found = true;
      as<BodyIn>(make_member(member, input_)) = payload_.stream;
      return true;
    }
    if (payload_.bytes.empty()) return true;
    found = true;
    void* into = make_member(member, input_);
    if (member.shape->kind == Kind::String || member.shape->kind == Kind::Blob) {
      as<std::string>(into) = std::move(payload_.bytes);
      return true;
    }
    return document(*member.shape, member.wire, into);
  }

  bool document(const Shape& shape, std::string_view root, void* into) {
    if (payload_.bytes.empty()) {
      Seen(shape).report_missing(in_, [](Loc loc) { return loc == Loc::Body; });
      return true;
    }
    if (route_.protocol == Protocol::RestXml) return read_xml_document(payload_.bytes, root, shape, into, in_);
    auto tree = Tree::from_json(std::move(payload_.bytes), std::move(payload_.spills));
    return tree ? read_tree(*tree, shape, true, into, in_) : in_.fail(tree.error());
  }

  const Route& route_;
  const net::Request& request_;
  Payload payload_;
  void* input_;
  Reading& in_;
};

}  // namespace

bool read_rest(const Route& route, const net::Request& request, Payload payload, void* input, Reading& in) {
  return RestReader(route, request, std::move(payload), input, in).read();
}

}  // namespace skerry::wire
