#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace skerry::iam::policy {

// What IAM finds wrong with the names in a statement, in its words; nothing: nothing.
std::optional<std::string> fault_of_action(std::string_view action);

struct ResourceFault {
  std::string message;
  bool legacy = false;  // found by the older parser, whose faults are told before others
};
std::optional<ResourceFault> fault_of_resource(std::string_view resource);

}  // namespace skerry::iam::policy
