#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace skerry {

void check_failed(const char* file, int line, const char* condition, const std::string& meaning) {
  std::fprintf(stderr, "skerry: broken invariant at %s:%d: %s: %s\n", file, line, condition, meaning.c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace skerry
