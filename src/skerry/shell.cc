#include "skerry/shell.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace skerry {

std::string shell_quoted(const std::string& text) {
  bool plain = !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) || std::string_view("+/=:._-").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return text;
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace skerry
