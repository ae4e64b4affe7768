#pragma once
#include "wire/reading.h"

namespace skerry::wire {

// Adds to in.violations what of `value` the model does not allow: lengths, ranges, patterns, enumerations, to the
// depth.
void validate(const Shape& shape, const void* value, Reading& in);

}  // namespace skerry::wire
