#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/descriptor.h"
#include "wire/text.h"

namespace skerry::wire {

// What a request means, as far as its head tells.
struct Route {
  using Labels = std::vector<std::pair<std::string_view, std::string>>;

  const Service* service = nullptr;      // never null
  const Operation* operation = nullptr;  // null: a form whose Action is in the body; see Router::route_form
  Protocol protocol = Protocol::RestXml;
  Labels labels;              // parts of the path, decoded: bytes. Names are the model's: Bucket, Key
  bool virtual_host = false;  // the bucket came from the Host header
  Parameters query;           // of the URL, decoded, where the operation was found by its path

  // A label's value; empty when the operation has no such label.
  std::string_view label(std::string_view name) const {
    for (const auto& [label, value] : labels) {
      if (label == name) return value;
    }
    return {};
  }
};

}  // namespace skerry::wire
