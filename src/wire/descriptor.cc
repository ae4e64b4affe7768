#include "wire/descriptor.h"

#include <algorithm>

namespace skerry::wire {

bool Service::speaks(Protocol protocol) const {
  return std::find(protocols.begin(), protocols.end(), protocol) != protocols.end();
}

const Operation* Service::find_operation(std::string_view operation_name) const {
  auto it =
      std::lower_bound(operations.begin(), operations.end(), operation_name,
                       [](const Operation& operation, std::string_view wanted) { return operation.name < wanted; });
  return it != operations.end() && it->name == operation_name ? &*it : nullptr;
}

}  // namespace skerry::wire
