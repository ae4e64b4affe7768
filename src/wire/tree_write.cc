#include <bit>
#include <cmath>

#include "base/bytes.h"
#include "base/check.h"
#include "wire/text.h"
#include "wire/tree.h"

namespace skerry::wire {
namespace {

class JsonOut {
 public:
  explicit JsonOut(std::string& out) : out_(out) {}

  void open_map() { open('{'); }
  void close_map() { close('}'); }
  void open_list() { open('['); }
  void close_list() { close(']'); }
  void key(std::string_view text) {
    separate();
    append_json_string(out_, text);
    out_ += ':';
    first_ = true;
  }
  void string(std::string_view text) { separate(), append_json_string(out_, text); }
  void integer(std::int64_t value) { separate(), append_integer(out_, value); }
  void boolean(bool value) { separate(), out_ += value ? "true" : "false"; }
  void bytes(std::string_view value) {
    separate();
    out_ += '"';
    out_ += base64(value);
    out_ += '"';
  }
  void real(double value) {
    separate();
    bool quoted = !std::isfinite(value);
    if (quoted) out_ += '"';
    append_double(out_, value);
    if (quoted) out_ += '"';
  }
  void time(Time value, TimeFormat format) {
    separate();
    if (format == TimeFormat::Default) format = TimeFormat::Epoch;
    bool quoted = format != TimeFormat::Epoch;
    if (quoted) out_ += '"';
    append_time(out_, value, format, false);
    if (quoted) out_ += '"';
  }

 private:
  void separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  void open(char c) {
    separate();
    out_ += c;
    first_ = true;
  }
  void close(char c) {
    out_ += c;
    first_ = false;
  }

  std::string& out_;
  bool first_ = true;
};

class CborOut {
 public:
  explicit CborOut(std::string& out) : out_(out) {}

  // Of indefinite length: which members are there is known only when they have been walked.
  void open_map() { out_ += '\xbf'; }
  void close_map() { out_ += '\xff'; }
  void open_list() { out_ += '\x9f'; }
  void close_list() { out_ += '\xff'; }
  void key(std::string_view text) { string(text); }
  void string(std::string_view text) {
    head(3, text.size());
    out_ += text;
  }
  void integer(std::int64_t value) {
    if (value < 0) {
      head(1, static_cast<std::uint64_t>(-1 - value));
    } else {
      head(0, static_cast<std::uint64_t>(value));
    }
  }
  void boolean(bool value) { out_ += value ? '\xf5' : '\xf4'; }
  void bytes(std::string_view value) {
    head(2, value.size());
    out_ += value;
  }
  void real(double value) {
    out_ += '\xfb';
    append_be64(out_, std::bit_cast<std::uint64_t>(value));
  }
  void time(Time value, TimeFormat) {
    out_ += '\xc1';
    auto millis = std::chrono::floor<milliseconds>(value).time_since_epoch().count();
    real(static_cast<double>(millis) / 1000);
  }

 private:
  void head(unsigned major, std::uint64_t value) {
    int size = value < 24 ? 0 : value < 0x100 ? 1 : value < 0x10000 ? 2 : value <= 0xffffffff ? 4 : 8;
    unsigned info = size == 0 ? static_cast<unsigned>(value)
                              : 24 + static_cast<unsigned>(std::countr_zero(static_cast<unsigned>(size)));
    out_ += static_cast<char>(major << 5 | info);
    for (int i = size - 1; i >= 0; --i) out_ += static_cast<char>(value >> (8 * i));
  }

  std::string& out_;
};

template <class Out>
void write(Out& out, const Shape& shape, const Member* member, const void* value) {
  switch (shape.kind) {
    case Kind::Structure:
      out.open_map();
      for (const Member& inner : shape.members) {
        if (inner.loc != Loc::Body || inner.has(kMessage)) continue;
        const void* found = find_member(inner, value);
        if (!found) continue;
        out.key(inner.wire);
        write(out, *inner.shape, &inner, found);
      }
      return out.close_map();
    case Kind::List:
      out.open_list();
      for (std::size_t i = 0, size = shape.ops->size(value); i < size; ++i) {
        write(out, *shape.item, nullptr, shape.ops->at(value, i));
      }
      return out.close_list();
    case Kind::Map:
      out.open_map();
      for_each_entry(shape, value, [&](const std::string& key, const void* item) {
        out.key(key);
        write(out, *shape.item, nullptr, item);
      });
      return out.close_map();
    case Kind::String:
      return out.string(as<std::string>(value));
    case Kind::Integer:
      return out.integer(as<std::int32_t>(value));
    case Kind::Long:
      return out.integer(as<std::int64_t>(value));
    case Kind::Double:
      return out.real(as<double>(value));
    case Kind::Boolean:
      return out.boolean(as<bool>(value));
    case Kind::Blob:
      return out.bytes(as<std::string>(value));
    case Kind::Timestamp:
      return out.time(as<Time>(value), time_format(member, shape, TimeFormat::Default));
    case Kind::LargeBlob:
    case Kind::BodyIn:
    case Kind::BodyOut:
      break;
  }
  CHECK(false, "{} is no value", shape.name);
}

}  // namespace

void write_json(std::string& out, const Shape& shape, const void* value) {
  JsonOut writer(out);
  write(writer, shape, nullptr, value);
}

void write_cbor(std::string& out, const Shape& shape, const void* value) {
  CborOut writer(out);
  write(writer, shape, nullptr, value);
}

void append_cbor_text(std::string& out, std::string_view text) { CborOut(out).string(text); }

}  // namespace skerry::wire
