#pragma once
#include "sts/parts.h"
#include "wire/registry.h"

namespace skerry::sts {

void bind_operations(wire::Registry& registry, const Parts& parts);

}  // namespace skerry::sts
