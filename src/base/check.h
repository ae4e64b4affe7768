#pragma once
#include <fmt/format.h>

#include <string>

namespace skerry {

// Prints what was broken and where, then aborts. Never returns.
[[noreturn]] void check_failed(const char* file, int line, const char* condition, const std::string& meaning);

// A broken invariant of ours, kept in release builds. Never on anything that a client or a disk can cause.
#define CHECK(condition, ...)                                                             \
  do {                                                                                    \
    if (!(condition)) [[unlikely]]                                                        \
      ::skerry::check_failed(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
  } while (false)

}  // namespace skerry
