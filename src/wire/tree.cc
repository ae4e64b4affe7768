#include "wire/tree.h"

namespace skerry::wire {

const Node* Tree::find(const Node& object, std::string_view key) const {
  for (const Node* node = child(object); node; node = next(*node)) {
    if (node->key == key) return node;
  }
  return nullptr;
}

std::uint32_t Tree::append(std::uint32_t parent, std::uint32_t last, std::string_view key) {
  auto index = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back().key = key;
  if (last) {
    nodes_[last].next = index;
  } else if (parent) {
    nodes_[parent].first = index;
  }
  return index;
}

}  // namespace skerry::wire
