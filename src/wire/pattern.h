#pragma once
#include <string_view>

namespace skerry::wire {

// Whether all of `text` matches a pattern of the models (Java's dialect, as far as it is used there). `pattern` is of
// static storage: what is compiled of it is kept for the process's life. A pattern that would take too long on this
// text counts as no match.
bool matches_pattern(std::string_view pattern, std::string_view text);

// Whether it compiles. The generated tables' patterns all do: a test asks.
bool compiles_pattern(std::string_view pattern);

}  // namespace skerry::wire
