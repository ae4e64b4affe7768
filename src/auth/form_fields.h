#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skerry::auth {

bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII

// The fields of a POST form that stand before its file, in order. Names are case-insensitive and keep their spelling.
class FormFields {
 public:
  using Field = std::pair<std::string, std::string>;

  // A repeated name gets both values, with a comma between, as AWS documents for policies.
  void add(std::string name, std::string value);
  const std::string* find(std::string_view name) const;

  // Puts the name of the uploaded file, without any path, in place of each ${filename}.
  void expand_filename(std::string_view filename);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

}  // namespace skerry::auth
