#pragma once
#include <string_view>
#include <vector>

namespace skerry {

// Every IAM action of the services that Skerry models, as AWS spells them, ascending; also of operations that are not
// served yet, because policies are written for AWS, too.
std::vector<std::string_view> known_actions();

}  // namespace skerry
