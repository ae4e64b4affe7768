#pragma once
#include <string>

namespace skerry {

// `text` as one word of a POSIX shell, in quotes only where it needs them.
std::string shell_quoted(const std::string& text);

}  // namespace skerry
