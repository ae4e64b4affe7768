#pragma once
#include "wire/registry.h"

namespace skerry::sts {

void bind_operations(wire::Registry& registry);

}  // namespace skerry::sts
