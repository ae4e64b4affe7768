#pragma once
#include <string>
#include <vector>

#include "skerry/admin.h"
#include "skerry/settings.h"

// The commands of the program but serve. Each prints its answer and gives the process's exit status.
namespace skerry {

int print_environment(const Settings& settings);
int show_configuration(const Settings& settings);

// Asks the running server, or opens the store where none runs.
int run_admin(const Settings& settings, const AdminRequest& request);

// What this machine offers and what is weak, a line each; 1 when something keeps the server from starting.
int doctor(const Settings& settings);

// Becomes the installed AWS CLI with endpoint and keys set, for versions that do not know AWS_ENDPOINT_URL.
int run_aws(const Settings& settings, const std::vector<std::string>& arguments);

}  // namespace skerry
