#include "base/clock.h"

namespace skerry {

Time SystemClock::now() const { return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now()); }

microseconds SystemClock::steady() const {
  return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace skerry
