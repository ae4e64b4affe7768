#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "iam/policy/document.h"

namespace skerry::iam::policy {

// The condition keys that documents ask for, those of variables too, in the order in which they name them and as they
// write them first; names have no case, so each is there once.
class ContextKeys {
 public:
  void add(const Document& document);
  const std::vector<std::string>& names() const { return names_; }

 private:
  void add(std::string_view key);
  void add_variables(std::string_view text);

  std::vector<std::string> names_;
  std::set<std::string> known_;  // in lower case
};

}  // namespace skerry::iam::policy
