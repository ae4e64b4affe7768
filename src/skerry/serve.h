#pragma once
#include "skerry/settings.h"

namespace skerry {

// `skerry serve`: opens the store, answers until SIGTERM or SIGINT, drains, closes. Gives the process's exit status.
int serve(const Settings& settings);

}  // namespace skerry
