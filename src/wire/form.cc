#include "wire/form.h"

#include <algorithm>

namespace skerry::wire {

Form::Form(Parameters parameters) : parameters_(std::move(parameters)) {
  std::stable_sort(parameters_.begin(), parameters_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
}

std::size_t Form::lower_bound(std::string_view name) const {
  auto it = std::lower_bound(parameters_.begin(), parameters_.end(), name,
                             [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  return static_cast<std::size_t>(it - parameters_.begin());
}

const std::string* Form::find(std::string_view name) const {
  std::size_t i = lower_bound(name);
  return i < parameters_.size() && parameters_[i].first == name ? &parameters_[i].second : nullptr;
}

bool Form::has(std::string_view name) const {
  if (find(name)) return true;
  std::string below(name);
  below += '.';
  std::size_t i = lower_bound(below);
  return i < parameters_.size() && parameters_[i].first.starts_with(below);
}

std::vector<std::uint32_t> Form::indices(std::string_view name) const {
  std::string below(name);
  below += '.';
  std::vector<std::uint32_t> out;
  for (std::size_t i = lower_bound(below); i < parameters_.size() && parameters_[i].first.starts_with(below); ++i) {
    std::string_view rest = std::string_view(parameters_[i].first).substr(below.size());
    auto index = parse_integer(rest.substr(0, rest.find('.')), 1, 0xffffffff);
    if (index && (out.empty() || out.back() != *index)) out.push_back(static_cast<std::uint32_t>(*index));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

namespace {

// A longer name of a parameter, for as long as it lives.
class Name {
 public:
  Name(std::string& name, std::string_view part) : name_(name), length_(name.size()) {
    if (length_ > 0 && !part.empty()) name_ += '.';
    name_ += part;
  }
  ~Name() { name_.resize(length_); }
  Name(const Name&) = delete;
  Name& operator=(const Name&) = delete;

 private:
  std::string& name_;
  std::size_t length_;
};

class FormReader {
 public:
  FormReader(const Form& form, Reading& in) : form_(form), in_(in) {}

  bool structure(const Shape& shape, void* into) {
    // A shape may hold itself, and each level of a name that the client sends would be a level of our stack.
    constexpr int kDepthMax = 64;
    if (depth_ >= kDepthMax) return in_.fail("parameters are nested too deeply");
    ++depth_;
    bool good = members(shape, into);
    --depth_;
    return good;
  }

 private:
  bool members(const Shape& shape, void* into) {
    Seen seen(shape);
    for (const Member& member : shape.members) {
      Name name(name_, member.query);
      if (!form_.has(name_)) continue;
      Step step(in_, member.name);
      seen.mark(member);
      if (!value(*member.shape, &member, member.has(kQueryFlat), make_member(member, into))) return false;
    }
    if (shape.is_union && seen.count() != 1) return in_.fail("exactly one member of a union is expected");
    seen.report_missing(in_, [](Loc) { return true; });
    return true;
  }

  bool value(const Shape& shape, const Member* member, bool flat, void* into) {
    switch (shape.kind) {
      case Kind::Structure:
        return structure(shape, into);
      case Kind::List:
        return list(shape, flat, into);
      case Kind::Map:
        return map(shape, flat, into);
      default:
        break;
    }
    const std::string* text = form_.find(name_);
    if (!text) return in_.fail("a single value is expected");
    return read_scalar(*text, shape, member, TimeFormat::Iso8601, into, in_);
  }

  bool list(const Shape& shape, bool flat, void* into) {
    Name items(name_, flat ? std::string_view() : shape.item_query);
    for (std::uint32_t index : form_.indices(name_)) {
      Name item(name_, std::to_string(index));
      Step step(in_, shape.ops->size(into));
      if (!value(*shape.item, nullptr, false, shape.ops->push(into))) return false;
    }
    return true;
  }

  bool map(const Shape& shape, bool flat, void* into) {
    Name entries(name_, flat ? "" : "entry");
    for (std::uint32_t index : form_.indices(name_)) {
      Name entry(name_, std::to_string(index));
      std::string key;
      {
        Name key_name(name_, shape.key_name);
        const std::string* text = form_.find(name_);
        if (!text) return in_.fail("an entry without its key");
        key = *text;
      }
      Name value_name(name_, shape.item_name);
      if (!form_.has(name_)) return in_.fail("an entry without its value");
      Step step(in_, key);
      if (!value(*shape.item, nullptr, false, shape.ops->insert(into, key))) return false;
    }
    return true;
  }

  const Form& form_;
  Reading& in_;
  std::string name_;
  int depth_ = 0;
};

}  // namespace

bool read_form(const Form& form, const Shape& structure, void* into, Reading& in) {
  return FormReader(form, in).structure(structure, into);
}

}  // namespace skerry::wire
