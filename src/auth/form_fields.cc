#include "auth/form_fields.h"

#include <algorithm>

namespace skerry::auth {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

void FormFields::add(std::string name, std::string value) {
  for (Field& field : fields_) {
    if (!equal_ignoring_case(field.first, name)) continue;
    field.second += ',';
    field.second += value;
    return;
  }
  fields_.emplace_back(std::move(name), std::move(value));
}

const std::string* FormFields::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (equal_ignoring_case(field.first, name)) return &field.second;
  }
  return nullptr;
}

void FormFields::expand_filename(std::string_view filename) {
  constexpr std::string_view kVariable = "${filename}";
  // Browsers may send a path of the user's machine; only what follows its last slash or backslash is the name.
  std::size_t slash = filename.find_last_of("/\\");
  if (slash != filename.npos) filename.remove_prefix(slash + 1);
  for (Field& field : fields_) {
    std::size_t at = 0;
    while ((at = field.second.find(kVariable, at)) != std::string::npos) {
      field.second.replace(at, kVariable.size(), filename);
      at += filename.size();
    }
  }
}

}  // namespace skerry::auth
