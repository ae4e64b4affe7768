#pragma once
#include <string>

#include "wire/tree.h"

// Structures to and from JSON by the model's member names, whatever their protocol calls them. Blobs are base64, times
// numbers of seconds. For the protocol suites, which state values this way.
namespace skerry::ptest {

void dump(std::string& out, const wire::Shape& shape, const void* value);
void load(const wire::Tree& tree, const wire::Node& node, const wire::Shape& shape, void* into);

}  // namespace skerry::ptest
